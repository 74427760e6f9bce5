import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Field, FieldResolver, ID, Info, InputType, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { defineEnum } from '../../graphql/enums.js';
import { Node, registerNode } from '../../graphql/node.js';
import { filterId, rawIdOrNull } from '../../graphql/payload.js';
import { DateTime, Quantity } from '../../graphql/scalars.js';
import { wanted } from '../../graphql/wanted.js';
import type { ReferralOrigin } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { Organization } from '../alliance/alliance.graphql.js';
import { organizationById } from '../alliance/alliance.service.js';
import { decisionFor } from '../matching/decisions.service.js';
import { Match, MatchDecision } from '../matching/matching.graphql.js';
import { findMatch } from '../matching/matching.service.js';
import { Need } from '../needs/needs.graphql.js';
import { findNeed } from '../needs/needs.service.js';
import { sessionById } from '../offers/offers.service.js';
import { Session } from '../offers/sessions.graphql.js';
import { Branch } from '../territory/territory.graphql.js';
import { branchById } from '../territory/territory.service.js';
import { ReferralOriginEnum } from './origins.graphql.js';
import {
  REFERRAL_REASONS,
  REFUSES,
  type ReferralReason,
  type Referral as ReferralRow,
  type ReferralState,
} from './referrals.domain.js';
import {
  countReferrals,
  findReferral,
  NEWEST,
  pageOfReferrals,
  type ReferralFilter,
  transitionsOf,
} from './referrals.service.js';

export const ReferralStateEnum = defineEnum<ReferralState>(
  'ReferralState',
  'Where a referral stands (FHIR SDOH Clinical Care 3.0 task); it moves by mutations only.',
  {
    DRAFT: ['草稿', 'draft', "The branch's own; nobody was asked yet."],
    REQUESTED: ['待回应', 'requested', 'The organisation was asked and has not answered.'],
    ACCEPTED: ['已接受', 'accepted', 'Promised: places and need are held.'],
    REJECTED: ['已谢绝', 'rejected', 'The organisation said no; the need is open again with its old rank.'],
    CANCELLED: ['已取消', 'cancelled', 'Called off; what was held is given back.'],
    IN_PROGRESS: ['服务中', 'in progress', 'The service has begun.'],
    ON_HOLD: ['暂停', 'on hold', 'Waits for something; places and need stay held.'],
    COMPLETED: ['已完成', 'completed', 'Delivered; the service record tells what happened.'],
    FAILED: ['未完成', 'failed', 'Tried and not delivered; the need is open again.'],
    ENTERED_IN_ERROR: ['登记有误', 'entered in error', 'Should never have been; all it did is undone.'],
  },
);

export const ReferralReasonEnum = defineEnum<ReferralReason>(
  'ReferralReason',
  `Why something did not go its way. An organisation that refuses a need closes all sessions of the offer for it where the reason is about the match itself (${REFERRAL_REASONS.filter(reason => REFUSES[reason] === 'OFFER').join(', ')}), and that session alone where it is about a day or a state that passes (the others).`,
  {
    NO_CAPACITY: ['没有余力', 'no capacity', 'The organisation cannot take more.'],
    NOT_QUALIFIED: ['不具备条件', 'not qualified', 'A credential or skill is missing.'],
    WRONG_TIME: ['时间不合适', 'wrong time', 'The time does not suit one side.'],
    TOO_FAR: ['距离太远', 'too far', 'The way is too long.'],
    OUT_OF_SCOPE: ['不属服务范围', 'out of scope', 'Not what the organisation offers.'],
    BENEFICIARY_DECLINED: ['受助人谢绝', 'declined by the person', 'The person does not want it.'],
    BENEFICIARY_ABSENT: ['受助人不在', 'person absent', 'Nobody was there.'],
    BENEFICIARY_ILL: ['受助人生病', 'person ill', 'Not possible for now.'],
    SOLVED_OTHERWISE: ['已另行解决', 'solved otherwise', 'No longer needed.'],
    STAFF_SHORTAGE: ['人手不足', 'short of staff', 'Helpers are missing.'],
    MATERIALS_MISSING: ['物资缺乏', 'materials missing', 'Something must be bought or brought first.'],
    WEATHER: ['天气原因', 'weather', 'Heat, frost or storm.'],
    UNSAFE: ['不安全', 'unsafe', 'Not safe for one side.'],
    SESSION_CANCELLED: ['场次取消', 'session cancelled', 'The session does not take place.'],
    WAITING_FOR_CONSENT: ['等待同意', 'waiting for consent', 'The person has not agreed yet.'],
    ENTERED_BY_MISTAKE: ['误登记', 'entered by mistake', 'It should not exist.'],
    OTHER: ['其他', 'other', 'None of these.'],
  },
);

@ObjectType({
  implements: Node,
  description:
    'A need and a session that somebody paired, followed to its end (服务单). Seen by the branch, the organisation and the family.',
})
export class Referral extends Node {
  @Field(() => String, { description: "Number in the branch's register." }) readonly number!: string;
  @Field(() => ReferralOriginEnum, { description: 'How the pair came about.' }) readonly origin!: ReferralOrigin;
  @Field(() => ReferralStateEnum, { description: 'Where it stands.' }) readonly state!: ReferralState;
  @Field(() => Quantity, { description: "What is promised, in the category's unit." }) readonly quantity!: number;
  @Field(() => ReferralReasonEnum, {
    nullable: true,
    description: 'Why it was refused, called off, put on hold or failed; null otherwise.',
  })
  readonly reason!: ReferralReason | null;
  @Field(() => DateTime, { nullable: true, description: 'When the organisation was asked; null for drafts.' })
  readonly requestedAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'Until when an answer is expected; null when none is.' })
  readonly respondBy!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When the organisation promised; null before.' })
  readonly acceptedAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When it came to its end; null while open.' })
  readonly closedAt!: Date | null;
  @Field(() => Int, { description: 'Grows with every change; send it back as `expectedVersion`.' }) readonly version!: number;
}

const ReferralConnection = connectionOf('Referral', () => Referral);

@InputType({ description: 'Which referrals to show; all conditions must hold.' })
class ReferralFilterInput {
  @Field(() => ID, { nullable: true, description: 'Of this branch.' }) readonly branchId?: string | null;
  @Field(() => ID, { nullable: true, description: 'With this organisation.' }) readonly organizationId?: string | null;
  @Field(() => ID, { nullable: true, description: 'For this need.' }) readonly needId?: string | null;
  @Field(() => ID, { nullable: true, description: 'In this session.' }) readonly sessionId?: string | null;
  @Field(() => [ReferralStateEnum], { nullable: true, description: 'In one of these states.' }) readonly states?:
    | ReferralState[]
    | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Whose session ends after this; services on request have no time and are left out.',
  })
  readonly from?: Date | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Whose session starts before this; services on request have no time and are left out.',
  })
  readonly until?: Date | null;
}

async function listReferrals(scope: Scope, filter: ReferralFilter, page: PageArgs, info: GraphQLResolveInfo) {
  const [rows, count] = await Promise.all([
    pageOfReferrals(scope, filter, windowOf(NEWEST, page)),
    wanted(info).has('totalCount') ? countReferrals(scope, filter) : null,
  ]);
  return toConnection(rows, count);
}

@Resolver(() => Referral)
export class ReferralResolver {
  @Query(() => Referral, { nullable: true, description: 'One referral; null when it is not there or not yours to see.' })
  async referral(
    @Ctx() scope: Scope,
    @Arg('id', () => ID, { description: 'Id of a Referral.' }) id: string,
  ): Promise<ReferralRow | null> {
    const referralId = rawIdOrNull(scope, 'Referral', id);
    return referralId === null ? null : findReferral(scope, referralId);
  }

  @Query(() => ReferralConnection, {
    description: 'Referrals that you may see, newest first: of your branches, your organisations, or your family.',
  })
  referrals(
    @Ctx() scope: Scope,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => ReferralFilterInput, { nullable: true, description: 'Which ones; all that you may see when left out.' })
    filter?: ReferralFilterInput | null,
  ) {
    const { branchId, organizationId, needId, sessionId, ...rest } = filter ?? {};
    return listReferrals(
      scope,
      {
        ...rest,
        branchId: filterId(scope, 'Branch', branchId, 'branchId'),
        organizationId: filterId(scope, 'Organization', organizationId, 'organizationId'),
        needId: filterId(scope, 'Need', needId, 'needId'),
        sessionId: filterId(scope, 'Session', sessionId, 'sessionId'),
      },
      page,
      info,
    );
  }

  @FieldResolver(() => Need, { nullable: true, description: 'What is served; null when you may not see it any more.' })
  need(@Root() referral: ReferralRow, @Ctx() scope: Scope) {
    return findNeed(scope, referral.needId);
  }

  @FieldResolver(() => Session, { nullable: true, description: 'The session that serves it.' })
  session(@Root() referral: ReferralRow, @Ctx() scope: Scope) {
    return scope.load(sessionById, referral.sessionId);
  }

  @FieldResolver(() => Organization, { nullable: true, description: 'Who serves it.' })
  organization(@Root() referral: ReferralRow & { readonly organization?: Organization }, @Ctx() scope: Scope) {
    return referral.organization ?? scope.load(organizationById, referral.organizationId);
  }

  @FieldResolver(() => Branch, { nullable: true, description: 'The branch of the need.' })
  branch(@Root() referral: ReferralRow, @Ctx() scope: Scope) {
    return scope.load(branchById, referral.branchId);
  }

  @FieldResolver(() => Match, { nullable: true, description: 'The proposal it came from; null for claims and requests.' })
  match(@Root() referral: ReferralRow, @Ctx() scope: Scope) {
    return referral.matchId === null ? null : findMatch(scope, referral.matchId);
  }

  @FieldResolver(() => MatchDecision, {
    nullable: true,
    description:
      'What the engine said when it was decided, and why a person overrode it. For staff of the branch; null for services of the past.',
  })
  decision(@Root() { branchId, decision }: ReferralRow, @Ctx() scope: Scope) {
    return decisionFor(scope, branchId, decision);
  }

  @FieldResolver(() => [ReferralStateEnum], { description: 'The states into which you may move it now.' })
  availableTransitions(@Root() referral: ReferralRow, @Ctx() scope: Scope): Promise<ReferralState[]> {
    return transitionsOf(scope, referral);
  }
}

@Resolver(() => Need)
export class ReferralsOfNeedResolver {
  @FieldResolver(() => ReferralConnection, { description: 'Its referrals that you may see, newest first.' })
  referrals(@Root() need: Need, @Ctx() scope: Scope, @Info() info: GraphQLResolveInfo, @Args(() => PageArgs) page: PageArgs) {
    return listReferrals(scope, { needId: need.id }, page, info);
  }
}

@Resolver(() => Session)
export class ReferralsOfSessionResolver {
  @FieldResolver(() => ReferralConnection, { description: 'Its referrals that you may see, newest first.' })
  referrals(
    @Root() session: Session,
    @Ctx() scope: Scope,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
  ) {
    return listReferrals(scope, { sessionId: session.id }, page, info);
  }
}

registerNode('Referral', findReferral);
