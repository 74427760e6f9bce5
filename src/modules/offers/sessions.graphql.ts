import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Field, FieldResolver, ID, Info, InputType, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { defineEnum } from '../../graphql/enums.js';
import { CapacityUnitEnum } from '../../graphql/labels.js';
import { Node, registerNode } from '../../graphql/node.js';
import { filterId, rawIdOrNull } from '../../graphql/payload.js';
import { DateTime, Quantity } from '../../graphql/scalars.js';
import { wanted } from '../../graphql/wanted.js';
import type { CapacityUnit } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { categoryByCode } from '../taxonomy/taxonomy.service.js';
import { Branch, Building } from '../territory/territory.graphql.js';
import { branchById, buildingById } from '../territory/territory.service.js';
import type { OfferReason } from './offers.domain.js';
import { CapacityStatusEnum, Offer, OfferReasonEnum } from './offers.graphql.js';
import type { OfferRow } from './offers.repo.js';
import {
  BY_START,
  canEditOffer,
  countSessions,
  findSession,
  offerById,
  pageOfSessions,
  resourcesOf,
  type SessionFilter,
  type SessionRow,
  upcomingByOffer,
} from './offers.service.js';
import { type CapacityStatus, capacityStatus, freePlaces, type SessionState, sessionSteps } from './sessions.domain.js';

const SessionStateEnum = defineEnum<SessionState>('SessionState', 'Whether a session takes place.', {
  SCHEDULED: ['已安排', 'scheduled', 'It takes place, or took place.'],
  CANCELLED: ['已取消', 'cancelled', 'Called off by its organisation.'],
});

@ObjectType({ description: 'When a session is, the end not included.' })
class SessionTime {
  @Field(() => DateTime, { description: 'Start.' }) readonly startsAt!: Date;
  @Field(() => DateTime, { description: 'End.' }) readonly endsAt!: Date;
}

@ObjectType({ description: 'The places of a session.' })
class Places {
  @Field(() => Quantity, { description: 'All there are.' }) readonly capacity!: number;
  @Field(() => Quantity, { description: 'Promised and not given back.' }) readonly reserved!: number;
  @Field(() => Quantity, { description: 'Free: capacity less what is promised.' }) readonly remaining!: number;
}

@ObjectType({ description: 'Places of a session that only residents of one branch get.' })
class BranchQuota {
  @Field(() => Quantity, { description: "How many, in the category's unit, those promised to them included." })
  readonly places!: number;
}

@ObjectType({
  implements: Node,
  description:
    'A dated piece of an offer (场次), or one on request while the offer is valid. Seen with its offer; when called off, by its organization, staff and those who were promised a place.',
})
export class Session extends Node {
  @Field(() => SessionStateEnum, { description: 'Whether it takes place.' }) readonly state!: SessionState;
  @Field(() => String, { description: 'Where, in words, at most 100 characters; blank for services at home or online.' })
  readonly place!: string;
  @Field(() => Quantity, {
    description:
      "It is held only when so many come, in the category's unit: a plan proposes it to so many or to nobody. 0: asks none.",
  })
  readonly minimumAttendance!: number;
  @Field(() => [BranchQuota], {
    description: 'Places kept for the residents of single branches; the places beyond them are open to all.',
  })
  readonly branchQuotas!: SessionRow['branchQuotas'];
  @Field(() => OfferReasonEnum, { nullable: true, description: 'Why it was called off; null otherwise.' })
  readonly cancelReason!: OfferReason | null;
  @Field(() => Int, { description: 'Grows with every change of time, place or capacity; send it back as `expectedVersion`.' })
  readonly version!: number;
}

const SessionConnection = connectionOf('Session', () => Session);

@InputType({ description: 'Which sessions to show; all conditions must hold.' })
class SessionFilterInput {
  @Field(() => ID, { nullable: true, description: 'Of this offer.' }) readonly offerId?: string | null;
  @Field(() => ID, { nullable: true, description: 'Of this organisation.' }) readonly organizationId?: string | null;
  @Field(() => ID, { nullable: true, description: 'Of offers whose service area covers this branch.' }) readonly branchId?:
    | string
    | null;
  @Field(() => [String], { nullable: true, description: 'Codes of categories; what lies below them is included.' })
  readonly categories?: string[] | null;
  @Field(() => DateTime, { nullable: true, description: 'Ending after this; those on request count while their offer is valid.' })
  readonly from?: Date | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Starting before this; those on request count once their offer is valid.',
  })
  readonly until?: Date | null;
  @Field(() => Boolean, { nullable: true, description: 'Only with places left.' }) readonly withFreePlaces?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Also those called off, as far as you may see them: its organization and staff.',
  })
  readonly withCancelled?: boolean | null;
}

const rawFilter = (scope: Scope, { offerId, organizationId, branchId, ...rest }: SessionFilterInput): SessionFilter => ({
  ...rest,
  offerId: filterId(scope, 'Offer', offerId, 'offerId'),
  organizationId: filterId(scope, 'Organization', organizationId, 'organizationId'),
  branchId: filterId(scope, 'Branch', branchId, 'branchId'),
});

async function listSessions(scope: Scope, filter: SessionFilter, page: PageArgs, info: GraphQLResolveInfo) {
  const [rows, count] = await Promise.all([
    pageOfSessions(scope, filter, windowOf(BY_START, page)),
    wanted(info).has('totalCount') ? countSessions(scope, filter) : null,
  ]);
  return toConnection(rows, count);
}

const offerOf = (scope: Scope, session: SessionRow): OfferRow | Promise<OfferRow | null> =>
  session.offer ?? scope.load(offerById, session.offerId);

@Resolver(() => Session)
class SessionResolver {
  @Query(() => Session, { nullable: true, description: 'One session; null when it is not there or not yours to see.' })
  async session(@Ctx() scope: Scope, @Arg('id', () => ID, { description: 'Id of a Session.' }) id: string) {
    const sessionId = rawIdOrNull(scope, 'Session', id);
    return sessionId === null ? null : findSession(scope, sessionId);
  }

  @Query(() => SessionConnection, { description: 'Sessions of offers that you may see, by start; those on request come last.' })
  sessions(
    @Ctx() scope: Scope,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => SessionFilterInput, { nullable: true, description: 'Which ones.' }) filter?: SessionFilterInput | null,
  ) {
    return listSessions(scope, rawFilter(scope, filter ?? {}), page, info);
  }

  @FieldResolver(() => SessionTime, { nullable: true, description: 'When it is; null: on request while the offer is valid.' })
  time(@Root() { startsAt, endsAt }: SessionRow) {
    return startsAt && { startsAt, endsAt };
  }

  @FieldResolver(() => Offer, { nullable: true, description: 'The offer it is a piece of.' })
  offer(@Root() session: SessionRow, @Ctx() scope: Scope) {
    return offerOf(scope, session);
  }

  @FieldResolver(() => Building, {
    nullable: true,
    description: 'The building people come to; null when it is none of the estate.',
  })
  building(@Root() session: SessionRow, @Ctx() scope: Scope) {
    return session.buildingId === null ? null : scope.load(buildingById, session.buildingId);
  }

  @FieldResolver(() => [String], {
    nullable: true,
    description:
      "Helpers, rooms and devices that it takes up, in its organization's own words: two of its sessions that share one are never planned at overlapping times. For the organization and for staff; null for others.",
  })
  resourceKeys(@Root() session: SessionRow, @Ctx() scope: Scope): Promise<readonly string[] | null> {
    return resourcesOf(scope, session);
  }

  @FieldResolver(() => Places, { description: 'Its places, as of now.' })
  quantity(@Root() session: SessionRow): PlacesOfSession {
    const { capacity, reserved } = session;
    return { capacity, reserved, remaining: capacity - reserved, session };
  }

  @FieldResolver(() => [SessionStateEnum], {
    description: 'The states into which you may move it now; none while places in it are promised.',
  })
  async availableTransitions(@Root() session: SessionRow, @Ctx() scope: Scope): Promise<SessionState[]> {
    const offer = await offerOf(scope, session);
    return offer && canEditOffer(scope.actor, offer.organizationId) ? sessionSteps(session) : [];
  }

  @FieldResolver(() => CapacityStatusEnum, { description: 'Whether it takes more.' })
  async capacityStatus(@Root() session: SessionRow, @Ctx() scope: Scope): Promise<CapacityStatus> {
    const offer = await offerOf(scope, session);
    return offer ? capacityStatus(freePlaces(offer, session, scope.now()) > 0, offer.needsAssessment) : 'NO_CAPACITY';
  }

  @FieldResolver(() => Boolean, {
    description:
      'True when so much could be taken right now; somebody else may be quicker, and places kept for a branch are for its residents only.',
  })
  async canReserve(
    @Root() session: SessionRow,
    @Ctx() scope: Scope,
    @Arg('quantity', () => Quantity, { defaultValue: 1, description: "In the category's unit." }) quantity: number,
  ): Promise<boolean> {
    const offer = await offerOf(scope, session);
    return offer !== null && quantity > 0 && quantity <= freePlaces(offer, session, scope.now());
  }
}

interface PlacesOfSession extends Places {
  readonly session: SessionRow;
}

@Resolver(() => Places)
class PlacesResolver {
  @FieldResolver(() => CapacityUnitEnum, {
    nullable: true,
    description: 'What is counted; null while the offer has no category.',
  })
  async unit(@Root() { session }: PlacesOfSession, @Ctx() scope: Scope): Promise<CapacityUnit | null> {
    const offer = await offerOf(scope, session);
    const category = offer?.category ?? (offer?.categoryCode ? await scope.load(categoryByCode, offer.categoryCode) : null);
    return category?.capacityUnit ?? null;
  }
}

@Resolver(() => BranchQuota)
class BranchQuotaResolver {
  @FieldResolver(() => Branch, { nullable: true, description: 'Whose residents.' })
  branch(@Root() { branchId }: SessionRow['branchQuotas'][number], @Ctx() scope: Scope) {
    return scope.load(branchById, branchId);
  }
}

@Resolver(() => Offer)
class SessionsOfOfferResolver {
  @FieldResolver(() => [Session], {
    description: 'Its next sessions that have not ended, by start, at most ten: cheap in lists of offers.',
  })
  async upcomingSessions(@Root() offer: OfferRow, @Ctx() scope: Scope): Promise<readonly SessionRow[]> {
    return ((await scope.load(upcomingByOffer, offer.id)) ?? []).map(session => ({ ...session, offer }));
  }

  @FieldResolver(() => SessionConnection, { description: 'Its sessions, by start; those called off are left out.' })
  sessions(@Root() offer: Offer, @Ctx() scope: Scope, @Info() info: GraphQLResolveInfo, @Args(() => PageArgs) page: PageArgs) {
    return listSessions(scope, { offerId: offer.id }, page, info);
  }
}

@Resolver(() => Branch)
class SessionsOfBranchResolver {
  @FieldResolver(() => SessionConnection, { description: 'Sessions of offers whose service area covers the branch, by start.' })
  sessions(
    @Root() branch: Branch,
    @Ctx() scope: Scope,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => SessionFilterInput, { nullable: true, description: 'Which of them; a branch given here is ignored.' })
    filter?: SessionFilterInput | null,
  ) {
    return listSessions(scope, { ...rawFilter(scope, filter ?? {}), branchId: branch.id }, page, info);
  }
}

registerNode('Session', findSession);

export const sessionResolvers = [
  SessionResolver,
  PlacesResolver,
  BranchQuotaResolver,
  SessionsOfOfferResolver,
  SessionsOfBranchResolver,
] as const;
