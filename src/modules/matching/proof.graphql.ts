import { Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { Quantity } from '../../graphql/scalars.js';
import type { Scope } from '../../scope/scope.js';
import type { MatchPlan as MatchPlanRecord } from './matching.domain.js';
import { MatchPlan } from './plans.graphql.js';
import { proofSentence } from './sentences/proof-sentences.js';

@ObjectType('MatchPlanGap', {
  description:
    'By how much a better plan could differ at most, when the time of the run ended before the best was proven. Either who is served is open from one place in rank order on, or only how much changes, or only the cost.',
})
class MatchPlanGap {
  @Field(() => Int, {
    nullable: true,
    description: 'The first place in rank order that is not proven; all needs before it are. Null when who is served is proven.',
  })
  readonly rankPosition!: number | null;
  @Field(() => Quantity, { nullable: true, description: 'What the need at that place gets; null when who is served is proven.' })
  readonly served!: number | null;
  @Field(() => Quantity, { nullable: true, description: 'What it could get at most; null when who is served is proven.' })
  readonly servedAtMost!: number | null;
  @Field(() => Float, {
    nullable: true,
    description: 'How much of the open proposals changes, in units of quantity; null when something else is open.',
  })
  readonly changes!: number | null;
  @Field(() => Float, { nullable: true, description: 'What that could come down to; null when something else is open.' })
  readonly changesAtLeast!: number | null;
  @Field(() => Float, { nullable: true, description: 'The total cost of the plan; null when more than the cost is open.' })
  readonly cost!: number | null;
  @Field(() => Float, { nullable: true, description: 'What it could come down to; null when more than the cost is open.' })
  readonly costAtLeast!: number | null;
}

@Resolver(() => MatchPlan)
export class PlanProofResolver {
  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      'No plan that keeps all rules is better. False: the budget ended before, and `gap` tells how far it is known. Null until ready.',
  })
  proven(@Root() { proof }: MatchPlanRecord): boolean | null {
    return proof?.proven ?? null;
  }

  @FieldResolver(() => MatchPlanGap, { nullable: true, description: 'Null when it is proven or not ready.' })
  gap(@Root() { proof }: MatchPlanRecord): MatchPlanGap | null {
    const gap = proof?.gap ?? null;
    return (
      gap && {
        rankPosition: gap.kind === 'SERVED' ? gap.rankPosition : null,
        served: gap.kind === 'SERVED' ? gap.served : null,
        servedAtMost: gap.kind === 'SERVED' ? gap.bound : null,
        changes: gap.kind === 'CHANGES' ? gap.changes : null,
        changesAtLeast: gap.kind === 'CHANGES' ? gap.bound : null,
        cost: gap.kind === 'COST' ? gap.cost : null,
        costAtLeast: gap.kind === 'COST' ? gap.bound : null,
      }
    );
  }

  @FieldResolver(() => String, { nullable: true, description: 'What is proven of it, in words. Null until ready.' })
  proofSentence(@Root() { proof }: MatchPlanRecord, @Ctx() scope: Scope): string | null {
    return proof && proofSentence(proof, scope.locale);
  }
}
