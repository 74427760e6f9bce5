import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Field, FieldResolver, Info, InputType, Int, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { mutate, payloadOf } from '../../graphql/payload.js';
import { DateTime, UUID } from '../../graphql/scalars.js';
import { wanted } from '../../graphql/wanted.js';
import type { Scope } from '../../scope/scope.js';
import { Account } from '../identity/identity.graphql.js';
import { Community } from '../territory/territory.graphql.js';
import { MatchPlan } from './plans.graphql.js';
import type { MatchPolicy as MatchPolicyRecord } from './policies.domain.js';
import {
  adoptPolicy,
  authorOf,
  countPolicies,
  findPolicy,
  NEWEST_POLICIES,
  pageOfPolicies,
  policyOfPlan,
} from './policies.service.js';
import { MatchPolicyWeights, MatchPolicyWeightsInput, shownWeights } from './policy-weights.graphql.js';

@ObjectType({
  description:
    'By which numbers needs are ranked and pairs are rated (匹配规则). Published: everybody with an account in the community reads it. A version never changes.',
})
export class MatchPolicy {
  @Field(() => Int, { description: 'From 1, the default that every community begins with; numbered without gaps.' })
  readonly version!: number;
  @Field(() => String, { nullable: true, description: 'Why it was adopted, as its author wrote it; null for the default.' })
  readonly reason!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Holds from then on; null for the default: from the beginning.' })
  readonly validFrom!: Date | null;
  @Field(() => DateTime, {
    nullable: true,
    description:
      'Holds until before then, when a later version takes its place; null while none is known. Not after `validFrom`: it was replaced before its time came.',
  })
  readonly validUntil!: Date | null;
}

const MatchPolicyConnection = connectionOf('MatchPolicy', () => MatchPolicy);

@InputType({ description: 'The next version of the match policy of the community.' })
class MatchPolicyAdoptInput {
  @Field(() => MatchPolicyWeightsInput, {
    description: 'What changes; the rest stays as in the version that would hold at `validFrom` otherwise.',
  })
  readonly weights!: MatchPolicyWeightsInput;
  @Field(() => String, { description: 'Why, for everybody to read; at most 500 characters, nobody named.' })
  readonly reason!: string;
  @Field(() => DateTime, {
    nullable: true,
    description: 'From when on, at most 366 days ahead; null: at once. Versions announced for later never take effect.',
  })
  readonly validFrom?: Date | null;
  @Field(() => Int, { description: 'The newest version you know of, whether it is valid or announced.' })
  readonly expectedVersion!: number;
  @Field(() => UUID, { description: 'Made by the client; the same key with the same input makes one version.' })
  readonly idempotencyKey!: string;
}

const MatchPolicyAdoptPayload = payloadOf('MatchPolicyAdopt', 'matchPolicy', () => MatchPolicy);

@Resolver(() => MatchPolicy)
class MatchPolicyResolver {
  @FieldResolver(() => MatchPolicyWeights, { description: 'Its numbers.' })
  weights(@Root() { weights }: MatchPolicyRecord): MatchPolicyWeights {
    return shownWeights(weights);
  }

  @FieldResolver(() => Account, {
    nullable: true,
    description: 'Who adopted it, for whom accounts are to see; null for others and for the default.',
  })
  adoptedBy(@Root() policy: MatchPolicyRecord, @Ctx() scope: Scope) {
    return authorOf(scope, policy);
  }

  @Mutation(() => MatchPolicyAdoptPayload, {
    description:
      'Adopts the next version of the match policy. For the administrator of the community. Plans that were made keep their version.',
  })
  matchPolicyAdopt(
    @Ctx() scope: Scope,
    @Arg('input', () => MatchPolicyAdoptInput, { description: 'What changes, why, and from when on.' })
    input: MatchPolicyAdoptInput,
  ) {
    return mutate(scope, 'matchPolicy', input, {}, command => adoptPolicy(scope, command));
  }
}

@Resolver(() => Community)
class PoliciesOfCommunityResolver {
  @FieldResolver(() => MatchPolicy, {
    nullable: true,
    description: 'The policy that is valid now, or a version of it. Null when there is no such version, and without an account.',
  })
  matchPolicy(
    @Ctx() scope: Scope,
    @Arg('version', () => Int, { nullable: true, description: 'Which version; without it the one that is valid now.' })
    version: number | null | undefined,
  ): Promise<MatchPolicyRecord | null> {
    return findPolicy(scope, version ?? null);
  }

  @FieldResolver(() => MatchPolicyConnection, {
    nullable: true,
    description: 'All versions, newest first, announced ones included. Null without an account.',
  })
  async matchPolicies(@Ctx() scope: Scope, @Args(() => PageArgs) page: PageArgs, @Info() info: GraphQLResolveInfo) {
    const found = await pageOfPolicies(scope, windowOf(NEWEST_POLICIES, page));
    return found && toConnection(found, wanted(info).has('totalCount') ? await countPolicies(scope) : null);
  }
}

@Resolver(() => MatchPlan)
class PolicyOfPlanResolver {
  @FieldResolver(() => MatchPolicy, { description: 'The version of the match policy that it goes by, for good.' })
  policy(@Root() plan: { readonly policyVersion: number }, @Ctx() scope: Scope): Promise<MatchPolicyRecord> {
    return policyOfPlan(scope, plan);
  }
}

export const policyResolvers = [MatchPolicyResolver, PoliciesOfCommunityResolver, PolicyOfPlanResolver] as const;
