import { Arg, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import { mutate, Payload, payloadOf, rawId } from '../../graphql/payload.js';
import { DateTime, Quantity, UUID } from '../../graphql/scalars.js';
import type { ClientFailure } from '../../kernel/failures.js';
import { ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import type { OfferReason } from './offers.domain.js';
import { OfferReasonEnum } from './offers.graphql.js';
import { cancelSession, changeCapacity, createSessions, updateSession } from './offers.service.js';
import { NO_TERMS, type SessionTerms } from './sessions.domain.js';
import { Session } from './sessions.graphql.js';

@InputType({ description: 'Places that only residents of one branch get.' })
class BranchQuotaInput {
  @Field(() => ID, { description: "A branch of the offer's service area; each at most once." }) readonly branchId!: string;
  @Field(() => Quantity, { description: "How many, at least 1, in the category's unit." }) readonly places!: number;
}
@InputType()
abstract class SessionTermsInput {
  @Field(() => Quantity, {
    nullable: true,
    description: 'Held only when so many come, at most the capacity; only with times. 0 when null.',
  })
  readonly minimumAttendance?: number | null;
  @Field(() => [BranchQuotaInput], {
    nullable: true,
    description: 'At most 20, together at most the capacity; the places beyond them are open to all. None when null.',
  })
  readonly branchQuotas?: readonly BranchQuotaInput[] | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'Helpers, rooms and devices that it takes up, at most 10 words of up to 24 small letters and digits with hyphens between them, e.g. `chair-2`; no names of people. Only with times. None when null.',
  })
  readonly resourceKeys?: readonly string[] | null;
}
@InputType({ description: 'One session. Leave both times out for a service on request.' })
class SessionInput extends SessionTermsInput {
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
@InputType({ description: 'Another time, place or other terms; what is left out stays.' })
class SessionUpdateInput extends SessionTermsInput {
  @Field(() => ID, { description: 'Which session.' }) readonly sessionId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
  @Field(() => UUID, { nullable: true, description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey?: string | null;
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

const SessionUpdatePayload = payloadOf('SessionUpdate', 'session', () => Session);
const SessionCapacityChangePayload = payloadOf('SessionCapacityChange', 'session', () => Session);
const SessionCancelPayload = payloadOf('SessionCancel', 'session', () => Session);
@ObjectType({ description: 'What SessionsCreate answers: the sessions it added, or why it added none.' })
class SessionsCreatePayload extends Payload {
  @Field(() => [Session], { description: 'Those added, in the order given; empty when it was refused.' })
  readonly sessions!: readonly Session[];
}

const OFFER = { offerId: 'Offer' } as const;
const SESSION = { sessionId: 'Session' } as const;

/** The terms that are given, with raw ids; null puts the default back. */
function rawTerms(
  scope: Scope,
  {
    minimumAttendance,
    branchQuotas,
    resourceKeys,
  }: { readonly [K in keyof SessionTermsInput]: SessionTermsInput[K] | undefined },
  path: readonly string[] = [],
): Result<Partial<SessionTerms>, ClientFailure> {
  const quotas: BranchQuotaInput[] = [];
  for (const [i, { branchId, places }] of (branchQuotas ?? []).entries()) {
    const raw = rawId(scope, 'Branch', branchId, [...path, 'branchQuotas', String(i), 'branchId']);
    if (!raw.ok) return raw;
    quotas.push({ branchId: raw.value, places });
  }
  return ok({
    ...(minimumAttendance !== undefined && { minimumAttendance: minimumAttendance ?? 0 }),
    ...(branchQuotas !== undefined && { branchQuotas: quotas }),
    ...(resourceKeys !== undefined && { resourceKeys: resourceKeys ?? [] }),
  });
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
      for (const [i, { startsAt = null, endsAt = null, buildingId = null, capacity, place, ...given }] of sessions.entries()) {
        const path = ['sessions', String(i)];
        const raw = buildingId === null ? null : rawId(scope, 'Building', buildingId, [...path, 'buildingId']);
        if (raw && !raw.ok) return raw;
        const terms = rawTerms(scope, given, path);
        if (!terms.ok) return terms;
        fields.push({ ...NO_TERMS, ...terms.value, startsAt, endsAt, capacity, place, buildingId: raw?.value ?? null });
      }
      return createSessions(scope, { ...command, sessions: fields });
    });
    return { sessions: created?.sessions ?? [], userErrors };
  }

  @Mutation(() => SessionUpdatePayload, {
    description:
      'Moves a session or corrects its place and terms; while places are promised, not its time, building or resources.',
  })
  sessionUpdate(
    @Ctx() scope: Scope,
    @Arg('input', () => SessionUpdateInput, { description: 'What to change.' }) input: SessionUpdateInput,
  ) {
    const ids = { ...SESSION, buildingId: 'Building' };
    return mutate(scope, 'session', input, ids, async ({ place, minimumAttendance, branchQuotas, resourceKeys, ...command }) => {
      const terms = rawTerms(scope, { minimumAttendance, branchQuotas, resourceKeys });
      return terms.ok ? updateSession(scope, { ...command, ...terms.value, ...(place != null && { place }) }) : terms;
    });
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

export const sessionMutations = [SessionMutations] as const;
