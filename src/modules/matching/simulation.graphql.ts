import { Arg, Ctx, Field, FieldResolver, ID, InputType, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { Weighs } from '../../graphql/cost.js';
import { defineEnum } from '../../graphql/enums.js';
import { badUserInput, unauthenticated } from '../../graphql/errors.js';
import { UrgencyEnum } from '../../graphql/labels.js';
import { decodeIds, Payload, toPayload } from '../../graphql/payload.js';
import { DateTime, Quantity } from '../../graphql/scalars.js';
import type { ClientFailure } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Urgency } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { Need } from '../needs/needs.graphql.js';
import { findNeed } from '../needs/needs.service.js';
import { ServiceCategory } from '../taxonomy/taxonomy.graphql.js';
import { categoryByCode } from '../taxonomy/taxonomy.service.js';
import { Branch } from '../territory/territory.graphql.js';
import { branchById } from '../territory/territory.service.js';
import type { Compared, Figures, SimulatedChange, SimulationOutcome } from './planner/simulation.js';
import { MatchPolicyWeightsInput } from './policy-weights.graphql.js';
import { type SimulationPeriod, simulatePlan } from './simulation.service.js';

const SimulationPeriodEnum = defineEnum<SimulationPeriod>('SimulationPeriod', 'Which data a simulation plans.', {
  NOW: ['当前', 'now', 'What is open and scheduled now; proposals that are out stay where they can.'],
  LAST_MONTH: [
    '近三十天',
    'last month',
    'Needs that were open at some time in the last 30 days and the sessions of then with their whole capacity: planned anew each working morning with what was known by then, every proposal taken for accepted. So waiting grows as it did.',
  ],
});

@InputType({ description: 'Sessions that there might be.' })
class SimulatedSessionsInput {
  @Field(() => ID, { description: 'Id of the Session that they are like.' }) readonly likeSessionId!: string;
  @Field(() => Int, { defaultValue: 1, description: 'How many, 1 to 50.' }) readonly count!: number;
  @Field(() => DateTime, { nullable: true, description: 'When they start; null: as the one they are like.' })
  readonly startsAt?: Date | null;
  @Field(() => Quantity, { nullable: true, description: 'Places of each; null: as the one they are like.' })
  readonly capacity?: number | null;
}
@InputType({ description: 'A session with another capacity. What is promised stays promised.' })
class SimulatedCapacityInput {
  @Field(() => ID, { description: 'Id of a Session.' }) readonly sessionId!: string;
  @Field(() => Quantity, { description: 'How many places it would have.' }) readonly capacity!: number;
}
@InputType({ description: 'One thing that might be otherwise: exactly one of these.' })
class SimulatedChangeInput {
  @Field(() => SimulatedSessionsInput, { nullable: true, description: 'More sessions, e.g. two more barbers on Saturday.' })
  readonly addSessions?: SimulatedSessionsInput | null;
  @Field(() => SimulatedCapacityInput, { nullable: true, description: 'More or fewer places.' })
  readonly setCapacity?: SimulatedCapacityInput | null;
  @Field(() => ID, { nullable: true, description: 'Id of a Session that would not take place.' })
  readonly cancelSessionId?: string | null;
  @Field(() => ID, { nullable: true, description: 'Id of an Offer of which no session would take place.' })
  readonly cancelOfferId?: string | null;
}

@InputType({ description: 'What to plan, and what would be otherwise.' })
class MatchPlanSimulateInput {
  @Field(() => ID, { nullable: true, description: 'Id of a Branch that you run; null: the whole community, administrator only.' })
  readonly branchId?: string | null;
  @Field(() => SimulationPeriodEnum, { defaultValue: 'NOW', description: 'On which data.' }) readonly period!: SimulationPeriod;
  @Field(() => Int, { nullable: true, description: 'How far ahead, 1 to 92 days; 28 when not said. Not for LAST_MONTH.' })
  readonly horizonDays?: number | null;
  @Field(() => [SimulatedChangeInput], { defaultValue: [], description: 'At most 20, one after the other.' })
  readonly changes!: readonly SimulatedChangeInput[];
  @Field(() => MatchPolicyWeightsInput, { nullable: true, description: 'Weights of the policy that would be otherwise.' })
  readonly weights?: MatchPolicyWeightsInput | null;
}

@ObjectType('SimulatedFigures', {
  description: 'How a group of needs comes out of a plan. Means are over those that are served at all, rounded.',
})
class SimulatedFigures {
  @Field(() => Int, { description: 'Needs that the plan looks at.' }) readonly needs!: number;
  @Field(() => Int, { description: 'Of them served in full.' }) readonly served!: number;
  @Field(() => Int, { description: 'Of them served in part.' }) readonly partly!: number;
  @Field(() => Int, {
    nullable: true,
    description: 'Working hours from the submission until the service; null when none is served.',
  })
  readonly waitingHours!: number | null;
  @Field(() => Int, { nullable: true, description: 'Meters on foot, where somebody walks and both places are known.' })
  readonly distanceM!: number | null;
}
@ObjectType('SimulatedDifference', { description: 'The same figures without and with the changes.' })
class SimulatedDifference {
  @Field(() => SimulatedFigures, { description: 'As a plan would be without the changes.' }) readonly before!: Figures;
  @Field(() => SimulatedFigures, { description: 'As it would be with them.' }) readonly after!: Figures;
}
@ObjectType('SimulatedUrgency', { description: 'What the changes mean for one urgency.' })
class SimulatedUrgency extends SimulatedDifference {
  @Field(() => UrgencyEnum, { description: 'P1 to P4.' }) readonly urgency!: Urgency;
}
@ObjectType('SimulatedBranch', { description: 'What the changes mean for the needs of one branch.' })
class SimulatedBranch extends SimulatedDifference {}
@ObjectType('SimulatedSupply', { description: 'Free places of a category in the horizon, and how many of them are used.' })
class SimulatedSupply {
  @Field(() => Quantity, { description: "Free without the changes, in the category's unit." }) readonly freeBefore!: number;
  @Field(() => Quantity, { description: 'Free with the changes.' }) readonly freeAfter!: number;
  @Field(() => Quantity, { description: 'Used without the changes.' }) readonly usedBefore!: number;
  @Field(() => Quantity, { description: 'Used with the changes.' }) readonly usedAfter!: number;
}
@ObjectType('SimulatedProposals', { description: 'What would become of the proposals that are out.' })
class SimulatedProposals {
  @Field(() => Int, { description: 'They stay.' }) readonly kept!: number;
  @Field(() => Int, { description: 'They go to another session.' }) readonly moved!: number;
  @Field(() => Int, { description: 'They go, with nothing in their place.' }) readonly dropped!: number;
}

@ObjectType('MatchPlanSimulation', { description: 'Two plans compared, without and with the changes. Neither is stored.' })
class MatchPlanSimulation {
  @Field(() => SimulatedDifference, { description: 'All needs together.' }) readonly total!: Compared<Figures>;
  @Field(() => [SimulatedUrgency], { description: 'By urgency, the most urgent first.' })
  readonly byUrgency!: SimulationOutcome['byUrgency'];
  @Field(() => [SimulatedBranch], { description: 'By branch, those that have needs in it.' })
  readonly branches!: SimulationOutcome['branches'];
}

@ObjectType({ description: 'The comparison, or why there is none.' })
class MatchPlanSimulatePayload extends Payload {
  @Field(() => MatchPlanSimulation, { nullable: true, description: 'Null when it was refused.' })
  readonly simulation!: SimulationOutcome | null;
}

const IDS = { cancelSessionId: 'Session', cancelOfferId: 'Offer', likeSessionId: 'Session', sessionId: 'Session' } as const;

function decodeChange(scope: Scope, input: SimulatedChangeInput, index: number): Result<SimulatedChange, ClientFailure> {
  const { addSessions, setCapacity, cancelSessionId, cancelOfferId } = input;
  const path = ['changes', String(index)];
  if ([addSessions, setCapacity, cancelSessionId, cancelOfferId].filter(given => given != null).length !== 1)
    return fail({ code: 'INVALID_INPUT', problems: [{ path, rule: 'REQUIRED' }] });
  const given = { cancelSessionId, cancelOfferId, likeSessionId: addSessions?.likeSessionId, sessionId: setCapacity?.sessionId };
  const decoded = decodeIds(scope, given, IDS);
  if (!decoded.ok) return fail({ ...decoded.failure, path });
  const { likeSessionId, sessionId } = decoded.value;
  if (addSessions && likeSessionId != null) {
    const { count, startsAt, capacity } = addSessions;
    const at = startsAt?.getTime() ?? null;
    return ok({ kind: 'ADD_SESSIONS', like: likeSessionId, count, startsAt: at, capacity: capacity ?? null });
  }
  if (setCapacity && sessionId != null) return ok({ kind: 'SET_CAPACITY', sessionId, capacity: setCapacity.capacity });
  if (decoded.value.cancelSessionId != null) return ok({ kind: 'CANCEL_SESSION', sessionId: decoded.value.cancelSessionId });
  return ok({ kind: 'CANCEL_OFFER', offerId: decoded.value.cancelOfferId ?? '' });
}

const MAX_SHOWN = 50;
function checkFirst(first: number): number {
  if (first < 0 || first > MAX_SHOWN) throw badUserInput(`first: 0 to ${MAX_SHOWN}.`, { argument: 'first' });
  return first;
}
const needsOf = async (scope: Scope, ids: readonly string[], first: number) =>
  (await Promise.all(ids.slice(0, checkFirst(first)).map(id => findNeed(scope, id)))).filter(need => need !== null);

@Resolver(() => MatchPlanSimulation)
class SimulationResolver {
  // A query: it changes nothing, so a client may ask again whenever it likes, and cancels it by closing the connection.
  @Weighs(800)
  @Query(() => MatchPlanSimulatePayload, {
    description:
      'What a plan would be if something were otherwise: more or fewer sessions or places, other weights. Nothing is written but the access log. For whoever may plan there; one at a time for a caller, stopped when the connection is closed and after nine seconds.',
  })
  async matchPlanSimulate(
    @Ctx() scope: Scope,
    @Arg('input', () => MatchPlanSimulateInput, { description: 'What to plan, and what would be otherwise.' })
    input: MatchPlanSimulateInput,
  ) {
    if (scope.actor.kind === 'ANONYMOUS') throw unauthenticated();
    const branch = decodeIds(scope, { branchId: input.branchId }, { branchId: 'Branch' });
    if (!branch.ok) return toPayload(scope, 'simulation', branch);
    const changes: SimulatedChange[] = [];
    for (const [i, change] of input.changes.entries()) {
      const decoded = decodeChange(scope, change, i);
      if (!decoded.ok) return toPayload(scope, 'simulation', decoded);
      changes.push(decoded.value);
    }
    return toPayload(
      scope,
      'simulation',
      await simulatePlan(scope, { ...input, branchId: branch.value.branchId ?? null, changes }),
    );
  }

  @FieldResolver(() => [SimulatedSupply], { description: 'By category of the offers.' })
  supply(@Root() { supply }: SimulationOutcome) {
    return supply.map(({ categoryCode, before, after }) => ({
      categoryCode,
      freeBefore: before.free,
      freeAfter: after.free,
      usedBefore: before.used,
      usedAfter: after.used,
    }));
  }

  @FieldResolver(() => SimulatedProposals, { description: 'In the plan with the changes.' })
  proposals(@Root() { proposals: { after } }: SimulationOutcome): SimulatedProposals {
    return { kept: after.KEPT, moved: after.MOVED, dropped: after.DROPPED };
  }

  @FieldResolver(() => Int, { description: 'Needs that would get more.' })
  gainingCount(@Root() { gaining }: SimulationOutcome): number {
    return gaining.length;
  }

  @FieldResolver(() => Int, { description: 'Needs that would get less.' })
  losingCount(@Root() { losing }: SimulationOutcome): number {
    return losing.length;
  }

  @FieldResolver(() => [Need], { description: 'Needs that would get more, those that come first.' })
  gaining(
    @Root() { gaining }: SimulationOutcome,
    @Ctx() scope: Scope,
    @Arg('first', () => Int, { defaultValue: 10, description: 'How many at most, 0 to 50.' }) first: number,
  ) {
    return needsOf(scope, gaining, first);
  }

  @FieldResolver(() => [Need], { description: 'Needs that would get less, those that come first.' })
  losing(
    @Root() { losing }: SimulationOutcome,
    @Ctx() scope: Scope,
    @Arg('first', () => Int, { defaultValue: 10, description: 'How many at most, 0 to 50.' }) first: number,
  ) {
    return needsOf(scope, losing, first);
  }
}

@Resolver(() => SimulatedBranch)
class SimulatedBranchResolver {
  @FieldResolver(() => Branch, { nullable: true, description: 'Which branch.' })
  branch(@Root() { branchId }: { readonly branchId: string }, @Ctx() scope: Scope) {
    return scope.load(branchById, branchId);
  }
}

@Resolver(() => SimulatedSupply)
class SimulatedSupplyResolver {
  @FieldResolver(() => ServiceCategory, { nullable: true, description: 'Of the offers.' })
  category(@Root() { categoryCode }: { readonly categoryCode: string }, @Ctx() scope: Scope) {
    return scope.load(categoryByCode, categoryCode);
  }
}

export const simulationResolvers = [SimulationResolver, SimulatedBranchResolver, SimulatedSupplyResolver] as const;
