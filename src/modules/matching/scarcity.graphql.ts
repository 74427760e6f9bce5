import { Arg, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { Weighs } from '../../graphql/cost.js';
import { badUserInput } from '../../graphql/errors.js';
import type { Scope } from '../../scope/scope.js';
import { ServiceCategory } from '../taxonomy/taxonomy.graphql.js';
import { categoryByCode } from '../taxonomy/taxonomy.service.js';
import { Branch } from '../territory/territory.graphql.js';
import type { MatchPlan as MatchPlanRecord, Scarcity } from './matching.domain.js';
import { MatchPlan } from './plans.graphql.js';
import { type BranchScarcity as BranchScarcityRecord, scarcityOfBranch } from './scarcity.service.js';
import { scarcitySentence } from './sentences/scarcity-sentences.js';

const MAX_SUPPLIES = 50;

@ObjectType('ScarceSupply', { description: 'A category on one day in which one more place would help.' })
class ScarceSupply {
  @Field(() => String, { nullable: true, description: 'Date in Shanghai as YYYY-MM-DD; null: on request.' })
  readonly day!: string | null;
  @Field(() => Int, { description: 'Sessions of the category on that day.' }) readonly sessions!: number;
  @Field(() => Int, {
    description:
      'Needs, not or not fully served, that one more place there would serve, each taken by itself: directly, or by moving others.',
  })
  readonly unservedNeeds!: number;
  @Field(() => Int, {
    description: 'At most so many units of proposals could stay that the plan has to move: part of the price.',
  })
  readonly changesSaved!: number;
  @Field(() => Int, {
    description:
      'At most so much cost could one more place save for those who are served: the rest of the price. 0 where a place stays free.',
  })
  readonly costSaved!: number;
}

@ObjectType('BranchScarcity', { description: 'Where one more place would help a branch most, by its latest plan.' })
class BranchScarcity {
  @Field(() => MatchPlan, { description: 'The plan that says so.' }) readonly plan!: MatchPlanRecord;
  @Field(() => [ScarceSupply], {
    description: 'First those whose place would serve the most unserved needs, then by price.',
  })
  readonly supplies!: readonly Scarcity[];
}

@Resolver(() => Branch)
class ScarcityOfBranchResolver {
  @Weighs(100)
  @FieldResolver(() => BranchScarcity, {
    nullable: true,
    description: 'Where one more place would help most. For the staff of the branch, once a plan was computed; null otherwise.',
  })
  scarcity(
    @Root() { id }: { readonly id: string },
    @Ctx() scope: Scope,
    @Arg('first', () => Int, { defaultValue: 10, description: 'How many at most, 0 to 50.' }) first: number,
  ): Promise<BranchScarcityRecord | null> {
    if (first < 0 || first > MAX_SUPPLIES) throw badUserInput(`first: 0 to ${MAX_SUPPLIES}.`, { argument: 'first' });
    return scarcityOfBranch(scope, id, first);
  }
}

@Resolver(() => ScarceSupply)
class ScarceSupplyResolver {
  @FieldResolver(() => ServiceCategory, { nullable: true, description: 'Of the offers.' })
  category(@Root() { categoryCode }: Scarcity, @Ctx() scope: Scope) {
    return scope.load(categoryByCode, categoryCode);
  }

  @FieldResolver(() => String, { description: "The numbers in words, in the caller's language (Accept-Language)." })
  sentence(@Root() scarcity: Scarcity, @Ctx() scope: Scope): string {
    return scarcitySentence(scarcity, scope.locale);
  }
}

export const scarcityResolvers = [ScarcityOfBranchResolver, ScarceSupplyResolver] as const;
