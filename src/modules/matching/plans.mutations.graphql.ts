import { Arg, Ctx, Field, FieldResolver, ID, InputType, Int, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { Weighs } from '../../graphql/cost.js';
import { unauthenticated } from '../../graphql/errors.js';
import { decodeIds, mutate, Payload, payloadOf, toPayload } from '../../graphql/payload.js';
import { DateTime, UUID } from '../../graphql/scalars.js';
import type { ClientFailure } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import type { OverrideReason } from './decisions.domain.js';
import { OverrideReasonEnum } from './decisions.graphql.js';
import { Match } from './matches.graphql.js';
import type { MatchPlan as MatchPlanRecord, Match as MatchRecord } from './matching.domain.js';
import { IN_RANK, pageOfMatches } from './matching.service.js';
import { MatchPlan } from './plans.graphql.js';
import { cancelPlan, createPlan } from './plans.service.js';
import { publishPlan } from './publishing.service.js';

@InputType({ description: 'A need and a session, and why you know better than the engine.' })
class PairInput {
  @Field(() => ID, { description: 'Id of a Need.' }) readonly needId!: string;
  @Field(() => ID, { description: 'Id of a Session.' }) readonly sessionId!: string;
  @Field(() => OverrideReasonEnum, { nullable: true, description: 'Always asked for: REASON_REQUIRED without it.' })
  readonly reason?: OverrideReason | null;
  @Field(() => String, {
    nullable: true,
    description: 'More about it, at most 200 characters; read by staff of the branch only.',
  })
  readonly note?: string | null;
}

@InputType({ description: 'What to plan. Without dates: the next 28 days.' })
class BranchMatchPlanCreateInput {
  @Field(() => ID, { nullable: true, description: 'Id of a Branch that you run; null: the whole community, administrator only.' })
  readonly branchId?: string | null;
  @Field(() => Int, { nullable: true, description: 'How far ahead, 1 to 92 days; not together with `until`.' })
  readonly horizonDays?: number | null;
  @Field(() => DateTime, { nullable: true, description: 'Use dated sessions from here on; never earlier than now.' })
  readonly from?: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'Use dated sessions that start before; at most 92 days ahead.' })
  readonly until?: Date | null;
  @Field(() => [PairInput], {
    nullable: true,
    description: 'Placed first, whatever their rank; they must pass the hard rules. At most 200.',
  })
  readonly pinned?: readonly PairInput[] | null;
  @Field(() => [PairInput], { nullable: true, description: 'Not to be proposed in this plan. At most 200.' })
  readonly forbidden?: readonly PairInput[] | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Only to look at: such a plan can not be published. False when not said.',
  })
  readonly dryRun?: boolean | null;
  @Field(() => Int, {
    nullable: true,
    description:
      'How long to search, 0 to 120 seconds, where rules look at more than one pair; 10 when not said. When it ends, the best plan found is taken, and the plan says how far it is proven. 0 takes the first that keeps the rules.',
  })
  readonly budgetSeconds?: number | null;
  @Field(() => UUID, { description: 'Made by the client; the same key with the same input starts no second run.' })
  readonly idempotencyKey!: string;
}

@InputType({ description: 'Which plan to propose, as last read.' })
class MatchPlanPublishInput {
  @Field(() => ID, { description: 'Id of a MatchPlan.' }) readonly planId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
  @Field(() => UUID, { description: 'Made by the client; the same key with the same input publishes once.' })
  readonly idempotencyKey!: string;
}

@InputType({ description: 'Which run to stop.' })
class MatchPlanCancelInput {
  @Field(() => ID, { description: 'Id of a MatchPlan that is QUEUED or RUNNING.' }) readonly planId!: string;
  @Field(() => UUID, { description: 'Made by the client; the same key with the same input cancels once.' })
  readonly idempotencyKey!: string;
}

const MatchPlanCancelPayload = payloadOf('MatchPlanCancel', 'matchPlan', () => MatchPlan);

@ObjectType({ description: 'The plan that was started, or why not.' })
class BranchMatchPlanCreatePayload extends Payload {
  @Field(() => MatchPlan, {
    nullable: true,
    description: 'Ready at once when it was small enough (two seconds), otherwise to be polled.',
  })
  readonly matchPlan!: MatchPlanRecord | null;
}

@ObjectType({ description: 'The published plan, or why not.' })
class MatchPlanPublishPayload extends Payload {
  @Field(() => MatchPlan, { nullable: true, description: 'As it stands now.' }) readonly matchPlan!: MatchPlanRecord | null;
}

function decodePairs(scope: Scope, name: string, pairs: readonly PairInput[]): Result<readonly PairInput[], ClientFailure> {
  const decoded: PairInput[] = [];
  for (const [i, { needId, sessionId, reason, note }] of pairs.entries()) {
    const pair = decodeIds(scope, { needId, sessionId }, { needId: 'Need', sessionId: 'Session' });
    if (!pair.ok) return fail({ ...pair.failure, path: [name, String(i), ...(pair.failure.path ?? [])] });
    decoded.push({ ...pair.value, reason: reason ?? null, note: note ?? null });
  }
  return ok(decoded);
}

@Resolver(() => MatchPlanPublishPayload)
export class MatchPlanMutations {
  @Weighs(2000)
  @Mutation(() => BranchMatchPlanCreatePayload, {
    description:
      'Starts a run of the engine for a branch, or for the community. One run at a time for a branch, those of the community counted; a second answers RUN_IN_PROGRESS with the first. Proposals that are out stay where the ranks allow: `matchPlan.changes` tells what does not.',
  })
  async branchMatchPlanCreate(
    @Ctx() scope: Scope,
    @Arg('input', () => BranchMatchPlanCreateInput, { description: 'What to plan.' }) input: BranchMatchPlanCreateInput,
  ) {
    if (scope.actor.kind === 'ANONYMOUS') throw unauthenticated();
    const pinned = decodePairs(scope, 'pinned', input.pinned ?? []);
    if (!pinned.ok) return toPayload(scope, 'matchPlan', pinned);
    const forbidden = decodePairs(scope, 'forbidden', input.forbidden ?? []);
    if (!forbidden.ok) return toPayload(scope, 'matchPlan', forbidden);
    const command = { ...input, pinned: pinned.value, forbidden: forbidden.value };
    return mutate(scope, 'matchPlan', command, { branchId: 'Branch' }, raw => createPlan(scope, raw));
  }

  @Mutation(() => MatchPlanPublishPayload, {
    description:
      'Proposes the matches of a plan to their organizations. Each is checked once more; what does not hold any more falls out. Open proposals of earlier plans of the branch lapse; those that this one keeps go on with the time to answer that they had.',
  })
  matchPlanPublish(
    @Ctx() scope: Scope,
    @Arg('input', () => MatchPlanPublishInput, { description: 'Which plan.' }) input: MatchPlanPublishInput,
  ) {
    return mutate(scope, 'matchPlan', input, { planId: 'MatchPlan' }, command => publishPlan(scope, command));
  }

  @Mutation(() => MatchPlanCancelPayload, {
    description:
      'Stops a run that waits or computes. It keeps no match, and a new run may start at once. For whoever may plan there.',
  })
  matchPlanCancel(
    @Ctx() scope: Scope,
    @Arg('input', () => MatchPlanCancelInput, { description: 'Which run.' }) input: MatchPlanCancelInput,
  ) {
    return mutate(scope, 'matchPlan', input, { planId: 'MatchPlan' }, command => cancelPlan(scope, command));
  }

  @FieldResolver(() => [Match], {
    description: 'Matches that fell out, in rank order, at most 100; `matchPlan.matches(state: FELL_OUT)` pages through all.',
  })
  async fellOut(
    @Root() { matchPlan }: { readonly matchPlan: MatchPlanRecord | null },
    @Ctx() scope: Scope,
  ): Promise<readonly MatchRecord[]> {
    if (!matchPlan) return [];
    const filter = { planId: matchPlan.id, state: 'FELL_OUT' as const };
    const { edges } = await pageOfMatches(scope, filter, IN_RANK, { limit: 100, backward: false, from: null });
    return edges.map(({ node }) => node);
  }
}

export const planMutations = [MatchPlanMutations] as const;
