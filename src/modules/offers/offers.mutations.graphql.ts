import { Arg, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import { CareCategoryEnum, LanguageEnum, ModeEnum } from '../../graphql/labels.js';
import { mutate, Payload, payloadOf, rawId } from '../../graphql/payload.js';
import { DateTime, Fen, LocalDate, Quantity, UUID } from '../../graphql/scalars.js';
import type { CareCategory, Language, Mode } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import type { OfferFields, OfferReason } from './offers.domain.js';
import { Offer, OfferReasonEnum, OfferResolver, OffersOfBranchResolver, OffersOfOrganizationResolver } from './offers.graphql.js';
import {
  assureOffer,
  cancelSession,
  changeCapacity,
  createOffer,
  createSessions,
  pauseOffer,
  publishOffer,
  updateOffer,
  updateSession,
  withdrawOffer,
} from './offers.service.js';
import {
  PlacesResolver,
  Session,
  SessionResolver,
  SessionsOfBranchResolver,
  SessionsOfOfferResolver,
} from './sessions.graphql.js';

@InputType()
abstract class OfferFieldsInput {
  @Field(() => String, { nullable: true, description: 'Code of a category.' }) readonly categoryCode?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'Serve needs of every category below it, too.' }) readonly coversChildren?:
    | boolean
    | null;
  @Field(() => String, { nullable: true, description: 'At most 80 characters.' }) readonly title?: string | null;
  @Field(() => String, { nullable: true, description: 'At most 2,000 characters.' }) readonly description?: string | null;
  @Field(() => [ModeEnum], { nullable: true, description: 'Where it takes place; any of these.' }) readonly modes?: Mode[] | null;
  @Field(() => Int, { nullable: true, description: 'Minutes between asking and the service, 0 to 129,600.' })
  readonly leadTimeMinutes?: number | null;
  @Field(() => Fen, { nullable: true, description: 'What the beneficiary pays for one unit; must be 0 for volunteers.' })
  readonly costFen?: number | null;
  @Field(() => Boolean, { nullable: true, description: 'Given by volunteers; true when nothing is said.' }) readonly volunteer?:
    | boolean
    | null;
  @Field(() => Boolean, { nullable: true, description: 'Each person is assessed first.' }) readonly needsAssessment?:
    | boolean
    | null;
  @Field(() => LocalDate, { nullable: true, description: 'First day.' }) readonly validFrom?: string | null;
  @Field(() => LocalDate, { nullable: true, description: 'Last day.' }) readonly validUntil?: string | null;
  @Field(() => String, { nullable: true, description: 'Number of the filing with the health authority, at most 60 characters.' })
  readonly filingNumber?: string | null;
  @Field(() => LocalDate, { nullable: true, description: 'Last day that the filing covers.' }) readonly filingValidUntil?:
    | string
    | null;
  @Field(() => Int, { nullable: true, description: 'At least so many months old on the day of service.' }) readonly minAgeMonths?:
    | number
    | null;
  @Field(() => Int, { nullable: true, description: 'Younger than so many months on the day of service.' }) readonly maxAgeMonths?:
    | number
    | null;
  @Field(() => [CareCategoryEnum], { nullable: true, description: 'Only for one of these groups; empty asks nothing.' })
  readonly careCategories?: CareCategory[] | null;
  @Field(() => [ID], { nullable: true, description: 'Only for people of these buildings, at most 100; empty asks nothing.' })
  readonly eligibleBuildingIds?: string[] | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'Only for these branches, at most 20; empty: wherever the organisation is a member.',
  })
  readonly branchIds?: string[] | null;
  @Field(() => [LanguageEnum], { nullable: true, description: 'Spoken by the helpers.' }) readonly languages?: Language[] | null;
}

/** Null empties a date, number or code; for lists, texts and flags it means the same as leaving the field out. */
const EMPTIED_BY_NULL: readonly string[] = [
  'categoryCode',
  'validFrom',
  'validUntil',
  'filingNumber',
  'filingValidUntil',
  'minAgeMonths',
  'maxAgeMonths',
];
const given = <T extends object>(input: T) =>
  Object.fromEntries(
    Object.entries(input).filter(([name, value]) => value !== undefined && (value !== null || EMPTIED_BY_NULL.includes(name))),
  ) as Partial<OfferFields> & {
    readonly [K in Exclude<keyof T, keyof OfferFields>]: T[K];
  };

@InputType({ description: 'A new draft; whatever is missing may follow.' })
class OfferCreateInput extends OfferFieldsInput {
  @Field(() => ID, { description: 'The organisation that pledges it.' }) readonly organizationId!: string;
  @Field(() => UUID, { description: 'Made by the client; the same key never drafts twice.' }) readonly idempotencyKey!: string;
}
@InputType()
abstract class OfferChangeInput {
  @Field(() => ID, { description: 'Which offer.' }) readonly offerId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
  @Field(() => UUID, { nullable: true, description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey?: string | null;
}
@InputType({
  description:
    'Changes; what is left out stays. Once published, category, cost and eligibility are fixed, and title, modes, validity and filing may be changed but not emptied.',
})
class OfferUpdateInput extends OfferFieldsInput {
  @Field(() => ID, { description: 'Which offer.' }) readonly offerId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
}
@InputType({ description: 'The draft or paused offer to show.' })
class OfferPublishInput extends OfferChangeInput {}
@InputType({ description: 'The offer that is still true.' })
class OfferAssureInput extends OfferChangeInput {}
@InputType({ description: 'The offer to hide for a while.' })
class OfferPauseInput extends OfferChangeInput {
  @Field(() => OfferReasonEnum, { description: 'Why; staff read it.' }) readonly reason!: OfferReason;
}
@InputType({ description: 'The offer to end.' })
class OfferWithdrawInput extends OfferChangeInput {
  @Field(() => OfferReasonEnum, { description: 'Why; staff read it.' }) readonly reason!: OfferReason;
}

@InputType({ description: 'One session. Leave both times out for a service on request.' })
class SessionInput {
  @Field(() => DateTime, { nullable: true, description: 'Start.' }) readonly startsAt?: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'End, at most 31 days later; must lie ahead.' })
  readonly endsAt?: Date | null;
  @Field(() => Quantity, { description: "Places in the category's unit, at least 1." }) readonly capacity!: number;
  @Field(() => ID, { nullable: true, description: 'The building people come to.' }) readonly buildingId?: string | null;
  @Field(() => String, { defaultValue: '', description: 'Where, in words, at most 100 characters.' }) readonly place!: string;
}
@InputType({ description: 'Sessions to add to an offer, all or none.' })
class SessionsCreateInput {
  @Field(() => ID, { description: 'Which offer.' }) readonly offerId!: string;
  @Field(() => [SessionInput], { description: '1 to 100 sessions.' }) readonly sessions!: SessionInput[];
  @Field(() => UUID, { description: 'Made by the client; the same key never adds twice.' }) readonly idempotencyKey!: string;
}
@InputType()
abstract class SessionChangeInput {
  @Field(() => ID, { description: 'Which session.' }) readonly sessionId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
  @Field(() => UUID, { nullable: true, description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey?: string | null;
}
@InputType({ description: 'Another time or place; what is left out stays.' })
class SessionUpdateInput extends SessionChangeInput {
  @Field(() => DateTime, { nullable: true, description: 'Start; only while nothing is promised.' })
  readonly startsAt?: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'End; only while nothing is promised.' }) readonly endsAt?: Date | null;
  @Field(() => ID, { nullable: true, description: 'Building; only while nothing is promised.' }) readonly buildingId?:
    | string
    | null;
  @Field(() => String, { nullable: true, description: 'Where, in words.' }) readonly place?: string | null;
}
@InputType({ description: 'Another number of places.' })
class SessionCapacityChangeInput extends SessionChangeInput {
  @Field(() => Quantity, { description: 'All places there are to be; not fewer than are promised.' }) readonly capacity!: number;
  @Field(() => OfferReasonEnum, { description: 'Why; kept in the event log.' }) readonly reason!: OfferReason;
}
@InputType({ description: 'The session to call off.' })
class SessionCancelInput extends SessionChangeInput {
  @Field(() => OfferReasonEnum, { description: 'Why; those who were promised a place read it.' }) readonly reason!: OfferReason;
}

const OfferCreatePayload = payloadOf('OfferCreate', 'offer', () => Offer);
const OfferUpdatePayload = payloadOf('OfferUpdate', 'offer', () => Offer);
const OfferPublishPayload = payloadOf('OfferPublish', 'offer', () => Offer);
const OfferAssurePayload = payloadOf('OfferAssure', 'offer', () => Offer);
const OfferPausePayload = payloadOf('OfferPause', 'offer', () => Offer);
const OfferWithdrawPayload = payloadOf('OfferWithdraw', 'offer', () => Offer);
const SessionUpdatePayload = payloadOf('SessionUpdate', 'session', () => Session);
const SessionCapacityChangePayload = payloadOf('SessionCapacityChange', 'session', () => Session);
const SessionCancelPayload = payloadOf('SessionCancel', 'session', () => Session);
@ObjectType({ description: 'What SessionsCreate answers: the sessions it added, or why it added none.' })
class SessionsCreatePayload extends Payload {
  @Field(() => [Session], { description: 'Those added, in the order given; empty when it was refused.' })
  readonly sessions!: readonly Session[];
}

const POINTS = { organizationId: 'Organization', branchIds: 'Branch', eligibleBuildingIds: 'Building' } as const;
const OFFER = { offerId: 'Offer' } as const;
const SESSION = { sessionId: 'Session' } as const;

@Resolver()
class OfferMutations {
  @Mutation(() => OfferCreatePayload, {
    description: 'Drafts an offer. Liaisons of the organisation and the community admin may.',
  })
  offerCreate(
    @Ctx() scope: Scope,
    @Arg('input', () => OfferCreateInput, { description: 'What is known so far.' }) input: OfferCreateInput,
  ) {
    return mutate(scope, 'offer', input, POINTS, command => createOffer(scope, given(command)));
  }

  @Mutation(() => OfferUpdatePayload, { description: 'Changes an offer. Its liaisons and the community admin may.' })
  offerUpdate(
    @Ctx() scope: Scope,
    @Arg('input', () => OfferUpdateInput, { description: 'What to change.' }) input: OfferUpdateInput,
  ) {
    return mutate(scope, 'offer', input, { ...OFFER, branchIds: 'Branch', eligibleBuildingIds: 'Building' }, command =>
      updateOffer(scope, given(command)),
    );
  }

  @Mutation(() => OfferPublishPayload, { description: 'Shows a draft or paused offer; tells all that is missing at once.' })
  offerPublish(
    @Ctx() scope: Scope,
    @Arg('input', () => OfferPublishInput, { description: 'Which one.' }) input: OfferPublishInput,
  ) {
    return mutate(scope, 'offer', input, OFFER, command => publishOffer(scope, command));
  }

  @Mutation(() => OfferAssurePayload, { description: 'Confirms that all it says is still true.' })
  offerAssure(@Ctx() scope: Scope, @Arg('input', () => OfferAssureInput, { description: 'Which one.' }) input: OfferAssureInput) {
    return mutate(scope, 'offer', input, OFFER, command => assureOffer(scope, command));
  }

  @Mutation(() => OfferPausePayload, { description: 'Hides it for a while: nothing new is promised, promises stand.' })
  offerPause(
    @Ctx() scope: Scope,
    @Arg('input', () => OfferPauseInput, { description: 'Which one, and why.' }) input: OfferPauseInput,
  ) {
    return mutate(scope, 'offer', input, OFFER, command => pauseOffer(scope, command));
  }

  @Mutation(() => OfferWithdrawPayload, { description: 'Ends it for good; promises stand.' })
  offerWithdraw(
    @Ctx() scope: Scope,
    @Arg('input', () => OfferWithdrawInput, { description: 'Which one, and why.' }) input: OfferWithdrawInput,
  ) {
    return mutate(scope, 'offer', input, OFFER, command => withdrawOffer(scope, command));
  }
}

@Resolver()
class SessionMutations {
  @Mutation(() => SessionsCreatePayload, { description: 'Adds sessions to an offer, all or none.' })
  async sessionsCreate(
    @Ctx() scope: Scope,
    @Arg('input', () => SessionsCreateInput, { description: 'Which ones.' }) input: SessionsCreateInput,
  ) {
    const { created, userErrors } = await mutate(scope, 'created', input, OFFER, async ({ sessions, ...command }) => {
      const fields = [];
      for (const [i, { startsAt = null, endsAt = null, buildingId = null, capacity, place }] of sessions.entries()) {
        const raw = buildingId === null ? null : rawId(scope, 'Building', buildingId, ['sessions', String(i), 'buildingId']);
        if (raw && !raw.ok) return raw;
        fields.push({ startsAt, endsAt, capacity, place, buildingId: raw?.value ?? null });
      }
      return createSessions(scope, { ...command, sessions: fields });
    });
    return { sessions: created?.sessions ?? [], userErrors };
  }

  @Mutation(() => SessionUpdatePayload, {
    description: 'Moves a session or corrects its place; while places are promised only the wording of the place.',
  })
  sessionUpdate(
    @Ctx() scope: Scope,
    @Arg('input', () => SessionUpdateInput, { description: 'What to change.' }) input: SessionUpdateInput,
  ) {
    return mutate(scope, 'session', input, { ...SESSION, buildingId: 'Building' }, ({ place, ...command }) =>
      updateSession(scope, { ...command, ...(place != null && { place }) }),
    );
  }

  @Mutation(() => SessionCapacityChangePayload, {
    description: 'Changes the number of places; fewer than are promised is refused and tells how many may go.',
  })
  sessionCapacityChange(
    @Ctx() scope: Scope,
    @Arg('input', () => SessionCapacityChangeInput, { description: 'How many, and why.' }) input: SessionCapacityChangeInput,
  ) {
    return mutate(scope, 'session', input, SESSION, command => changeCapacity(scope, command));
  }

  @Mutation(() => SessionCancelPayload, {
    description:
      'Calls a session off. What is promised in it must be given up first, one referral at a time, so that nobody is forgotten: INCOMPLETE with `PROMISES_GIVEN_UP:` and how much.',
  })
  sessionCancel(
    @Ctx() scope: Scope,
    @Arg('input', () => SessionCancelInput, { description: 'Which one, and why.' }) input: SessionCancelInput,
  ) {
    return mutate(scope, 'session', input, SESSION, command => cancelSession(scope, command));
  }
}

export const offersResolvers = [
  OfferResolver,
  OffersOfOrganizationResolver,
  OffersOfBranchResolver,
  SessionResolver,
  PlacesResolver,
  SessionsOfOfferResolver,
  SessionsOfBranchResolver,
  OfferMutations,
  SessionMutations,
] as const;
