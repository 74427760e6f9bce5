import { Arg, Ctx, Field, FieldResolver, ID, InputType, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { Weighs } from '../../graphql/cost.js';
import { mutate, payloadOf } from '../../graphql/payload.js';
import { UUID } from '../../graphql/scalars.js';
import type { Scope } from '../../scope/scope.js';
import { MatchPlanChange } from './changes.graphql.js';
import { Match } from './matches.graphql.js';
import type { Match as MatchRecord, PlanChange, UnmatchedNeed as UnmatchedNeedRecord } from './matching.domain.js';
import { IN_RANK, pageOfMatches } from './matching.service.js';
import { gapOf, type Placed, placeNeed, refillSession } from './placing.service.js';
import { MatchPlan, UnmatchedNeed } from './plans.graphql.js';
import { findPlan, pageOfChanges } from './plans.service.js';

const MAX_SHOWN = 100;

@ObjectType({ description: 'What a single placement changed in a published plan.' })
class MatchPlacement {}

@InputType({ description: 'Which need to serve now.' })
class NeedPlaceInput {
  @Field(() => ID, { description: 'Id of an open Need of a branch that you run.' }) readonly needId!: string;
  @Field(() => UUID, { description: 'Made by the client; the same key with the same input places once.' })
  readonly idempotencyKey!: string;
}

@InputType({ description: 'Whose free places to give away, and to which branch.' })
class SessionRefillInput {
  @Field(() => ID, { description: 'Id of a Session with free places.' }) readonly sessionId!: string;
  @Field(() => ID, { description: 'Id of a Branch that you run: its needs get them.' }) readonly branchId!: string;
  @Field(() => UUID, { description: 'Made by the client; the same key with the same input gives away once.' })
  readonly idempotencyKey!: string;
}

const NeedPlacePayload = payloadOf('NeedPlace', 'placement', () => MatchPlacement);
const SessionRefillPayload = payloadOf('SessionRefill', 'placement', () => MatchPlacement);

@Resolver(() => MatchPlacement)
class MatchPlacementResolver {
  @FieldResolver(() => MatchPlan, {
    nullable: true,
    description: 'The published plan that goes on with it; null when it is of the whole community and not yours to see.',
  })
  matchPlan(@Root() { id }: Placed, @Ctx() scope: Scope) {
    return findPlan(scope, id);
  }

  @FieldResolver(() => [MatchPlanChange], {
    description: 'What is new, what was moved for it, and what gave way to a higher rank; at most 100.',
  })
  changes(@Root() placed: Placed, @Ctx() scope: Scope): Promise<readonly PlanChange[]> {
    return changesOf(scope, placed);
  }

  @FieldResolver(() => [Match], { description: 'Proposals of the needs that are concerned, as they stand now.' })
  async matches(@Root() placed: Placed, @Ctx() scope: Scope): Promise<readonly MatchRecord[]> {
    const concerned = new Set((await changesOf(scope, placed)).map(({ needId }) => needId));
    if (!concerned.size) return [];
    const filter = { planId: placed.id, state: 'PROPOSED' as const, needIds: [...concerned] };
    const { edges } = await pageOfMatches(scope, filter, IN_RANK, { limit: MAX_SHOWN, backward: false, from: null });
    return edges.map(({ node }) => node);
  }

  @FieldResolver(() => UnmatchedNeed, {
    nullable: true,
    description: 'Why the need is still open, wholly or in part; null when it is served, and where places were given away.',
  })
  unmatched(@Root() { id, needId }: Placed, @Ctx() scope: Scope): Promise<UnmatchedNeedRecord | null> {
    return needId === null ? Promise.resolve(null) : gapOf(scope, id, needId);
  }
}

const changesOf = async (scope: Scope, { id, occasionId }: Placed): Promise<readonly PlanChange[]> => {
  const window = { limit: MAX_SHOWN, backward: false, from: null };
  const { edges } = await pageOfChanges(scope, { planId: id, occasionId }, window);
  return edges.map(({ node }) => node);
};

@Resolver()
class PlacingMutations {
  @Weighs(150)
  @Mutation(() => NeedPlacePayload, {
    description:
      'Serves one need at once within the plan that its branch has published. Accepted promises stay. A proposal may move if that lets the need be served, and gives way altogether only to a higher rank; all of it is listed. Refused as INVALID_STATE when nothing is published.',
  })
  needPlace(@Ctx() scope: Scope, @Arg('input', () => NeedPlaceInput, { description: 'Which need.' }) input: NeedPlaceInput) {
    return mutate(scope, 'placement', input, { needId: 'Need' }, command => placeNeed(scope, command));
  }

  @Weighs(150)
  @Mutation(() => SessionRefillPayload, {
    description:
      'Gives the free places of a session to the unserved needs of a branch that come first and can use them, directly or by moving proposals, within the plan that the branch has published. Refused as INVALID_STATE when nothing is published.',
  })
  sessionRefill(
    @Ctx() scope: Scope,
    @Arg('input', () => SessionRefillInput, { description: 'Which session, for which branch.' }) input: SessionRefillInput,
  ) {
    const ids = { sessionId: 'Session', branchId: 'Branch' };
    return mutate(scope, 'placement', input, ids, command => refillSession(scope, command));
  }
}

export const placingResolvers = [MatchPlacementResolver, PlacingMutations] as const;
