import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Field, FieldResolver, ID, Info, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { UrgencyEnum } from '../../graphql/labels.js';
import { Node, registerNode } from '../../graphql/node.js';
import { rawIdOrNull } from '../../graphql/payload.js';
import { DateTime, Quantity } from '../../graphql/scalars.js';
import { wanted } from '../../graphql/wanted.js';
import type { Urgency } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { Need } from '../needs/needs.graphql.js';
import { findNeed } from '../needs/needs.service.js';
import { findSession } from '../offers/offers.service.js';
import { Session } from '../offers/sessions.graphql.js';
import { ServiceCategory } from '../taxonomy/taxonomy.graphql.js';
import { categoryByCode } from '../taxonomy/taxonomy.service.js';
import { Branch } from '../territory/territory.graphql.js';
import { branchById } from '../territory/territory.service.js';
import { MatchConnection } from './matches.graphql.js';
import type {
  Certificate,
  Holders,
  MatchPlan as MatchPlanRecord,
  MatchState,
  PlanFailure,
  PlanState,
  PlanTotals as PlanTotalsRecord,
  UnmatchedNeed as UnmatchedNeedRecord,
  UnmatchedReason,
  WaitingBand,
} from './matching.domain.js';
import {
  MatchReasonEnum,
  MatchStateEnum,
  PlanFailureEnum,
  PlanStateEnum,
  UnmatchedReasonEnum,
  WaitingBandEnum,
} from './matching.enums.graphql.js';
import { asOfNow, countMatches, IN_RANK, pageOfMatches } from './matching.service.js';
import type { MatchReason } from './planner/rules.js';
import {
  countPlans,
  countUnmatched,
  findPlan,
  NEWEST_PLANS,
  pageOfPlans,
  pageOfUnmatched,
  UNMATCHED_IN_RANK,
} from './plans.service.js';
import { unmatchedSentence } from './sentences/unmatched-sentences.js';

@ObjectType('UrgencyTotal', { description: 'How the needs of one urgency came out of a plan, whatever tiers they counted as.' })
class UrgencyTotal {
  @Field(() => UrgencyEnum, { description: 'P1 to P4.' }) readonly urgency!: Urgency;
  @Field(() => Int, { description: 'Open needs that the plan looked at.' }) readonly needs!: number;
  @Field(() => Int, { description: 'Of them served in full.' }) readonly served!: number;
  @Field(() => Int, { description: 'Of them served in part.' }) readonly partly!: number;
}

@ObjectType('SupplyUse', { description: 'How much of the free supply of a category a plan uses.' })
class SupplyUse {
  @Field(() => Quantity, { description: "Free in the horizon before the plan, in the category's unit." }) readonly free!: number;
  @Field(() => Quantity, { description: 'Of it used by the plan.' }) readonly used!: number;
}

@ObjectType('MatchPlanTotals', { description: 'A plan in figures. Means are over its matches, rounded.' })
class MatchPlanTotals {
  @Field(() => [UrgencyTotal], { description: 'By urgency, the most urgent first.' })
  readonly byUrgency!: readonly UrgencyTotal[];
  @Field(() => [SupplyUse], { description: 'By category of the offers.' }) readonly supply!: PlanTotalsRecord['supply'];
  @Field(() => Int, { nullable: true, description: 'Working hours that the served needs have waited; null when none is served.' })
  readonly meanWaitingHours!: number | null;
  @Field(() => Int, { nullable: true, description: 'Days until the service; null when none is served.' })
  readonly meanDaysAhead!: number | null;
  @Field(() => Int, { nullable: true, description: 'Meters on foot, where somebody walks and both places are known.' })
  readonly meanDistanceM!: number | null;
  @Field(() => Int, { description: 'Needs that the run looked at.' }) readonly needs!: number;
  @Field(() => Int, { description: 'Sessions that the run looked at.' }) readonly sessions!: number;
  @Field(() => Int, { description: 'Pairs that the hard rules allow.' }) readonly pairs!: number;
}

@ObjectType('RuleCount', { description: 'How many sessions break a rule.' })
class RuleCount {
  @Field(() => MatchReasonEnum, { description: 'Which rule.' }) readonly code!: MatchReason;
  @Field(() => Int, { description: 'How many sessions of the category.' }) readonly sessions!: number;
}
@ObjectType('WaitingCount', { description: 'How many needs have waited so long.' })
class WaitingCount {
  @Field(() => WaitingBandEnum, { description: 'Days since they were submitted.' }) readonly band!: WaitingBand;
  @Field(() => Int, { description: 'How many.' }) readonly needs!: number;
}
@ObjectType('HolderCount', { description: 'How many needs that count as one tier hold the places.' })
export class HolderCount {
  @Field(() => Int, { description: '1 to 4, as they count in the order: by urgency, or lifted above it by waiting.' })
  readonly tier!: number;
  @Field(() => Int, { description: 'How many.' }) readonly needs!: number;
  @Field(() => [WaitingCount], { description: 'The same needs by how long they have waited; adds up to `needs`.' })
  readonly waiting!: Holders['waiting'];
}
@ObjectType('LowestHolder', {
  description: 'The last of the needs that hold the places. Tiers decide, then points, then the time of submission.',
})
class LowestHolder {
  @Field(() => Int, { description: '1 to 4, as it counts in the order.' }) readonly tier!: number;
  @Field(() => Int, { description: 'Its points.' }) readonly points!: number;
  @Field(() => Int, { description: 'By how many tiers it comes before.' }) readonly tiersAhead!: number;
  @Field(() => Int, { description: 'By how many points it is ahead; decides within a tier.' }) readonly pointsAhead!: number;
  @Field(() => Int, { description: 'How many hours earlier it was submitted; decides between equal points.' })
  readonly hoursEarlier!: number;
}
@ObjectType('BlockedCount', { description: 'How many of the possible sessions are closed to a need by what.' })
class BlockedCount {
  @Field(() => UnmatchedReasonEnum, { description: 'What closes them; ALL_FULL: needs that come first fill them.' })
  readonly code!: UnmatchedReason;
  @Field(() => Int, { description: 'How many; each counts once.' }) readonly sessions!: number;
}
@ObjectType('UnmatchedCertificate', {
  description:
    'The proof behind the reason, in counts and without names: the sessions that could serve, all to which their holders could move, and who holds them.',
})
class UnmatchedCertificate {
  @Field(() => Int, { description: 'The tier that the need itself counts as, 1 to 4.' }) readonly tier!: number;
  @Field(() => Int, { description: 'By how many tiers waiting has lifted it above its urgency.' }) readonly liftedBy!: number;
  @Field(() => Int, { description: "Sessions of the need's category in the alliance of its branch." })
  readonly ofCategory!: number;
  @Field(() => [RuleCount], { description: 'What they break; one session may break several.' })
  readonly failed!: Certificate['failed'];
  @Field(() => Int, { description: 'Sessions that pass every rule.' }) readonly possible!: number;
  @Field(() => Int, { description: 'With all to which their holders could move: every one of them is full.' })
  readonly closedSet!: number;
  @Field(() => Int, { description: 'Of the closed set, full by accepted promises alone.' }) readonly promised!: number;
  @Field(() => [HolderCount], { description: 'Who holds the others, by tier; all come before this need.' })
  readonly holders!: Certificate['holders'];
  @Field(() => LowestHolder, { nullable: true, description: 'The last of them; null when promises alone fill the set.' })
  readonly lowest!: Certificate['lowest'];
  @Field(() => Int, { description: 'Pairs in the set that a person pinned; they need not come before this need.' })
  readonly pinned!: number;
  @Field(() => [BlockedCount], {
    description:
      'Where rules about more than one pair had a say (minimums, quotas, helpers, one person at two places, going together, caps): what closes the possible sessions. `closedSet` and `holders` then tell of the full ones among them alone. Empty otherwise.',
  })
  readonly blocked!: Certificate['blocked'];
}

@ObjectType('UnmatchedNeed', { description: 'A need that a plan leaves open, wholly or in part, with the true reason.' })
export class UnmatchedNeed {
  @Field(() => Int, { description: "Its place in the plan's order; 1 is first." }) readonly rankPosition!: number;
  @Field(() => Quantity, { description: "What stays unserved, in the category's unit." }) readonly quantity!: number;
  @Field(() => UnmatchedReasonEnum, { description: 'Stable; for programs.' }) readonly reason!: UnmatchedReason;
  @Field(() => UnmatchedCertificate, { description: 'The proof.' }) readonly certificate!: Certificate;
}

@ObjectType({
  implements: Node,
  description:
    'One run of the engine for a branch, or for the whole community (匹配方案). For the staff of that branch; of the whole community for its administrator. Provably best where `proven`: nobody could be served in place of somebody who comes later, and no cheaper way serves the same needs, by the rules that it keeps.',
})
export class MatchPlan extends Node {
  @Field(() => PlanStateEnum, { name: 'status', description: 'Where the run stands; poll it while QUEUED or RUNNING.' })
  readonly state!: PlanState;
  @Field(() => Int, { description: 'Percent.' }) readonly progress!: number;
  @Field(() => Boolean, { description: 'Only to look at: it can not be published.' }) readonly dryRun!: boolean;
  @Field(() => Int, { description: 'The version of the match policy it goes by.' }) readonly policyVersion!: number;
  @Field(() => DateTime, { description: 'Dated sessions from here on are used.' }) readonly horizonStart!: Date;
  @Field(() => DateTime, { description: 'Dated sessions that start before are used.' }) readonly horizonEnd!: Date;
  @Field(() => MatchPlanTotals, { nullable: true, description: 'Null until it is ready.' })
  readonly totals!: PlanTotalsRecord | null;
  @Field(() => Int, { description: 'How many seconds it may search where rules look at more than one pair.' })
  readonly budgetSeconds!: number;
  @Field(() => PlanFailureEnum, { nullable: true, description: 'Null unless it failed.' }) readonly failure!: PlanFailure | null;
  @Field(() => DateTime, { description: 'When it was asked for.' }) readonly createdAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'When the run ended; null while it is under way.' })
  readonly finishedAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'Null until it is published.' }) readonly publishedAt!: Date | null;
  @Field(() => Int, { description: 'Grows with every change; send it back as `expectedVersion`.' }) readonly version!: number;
}

export const MatchPlanConnection = connectionOf('MatchPlan', () => MatchPlan);
const UnmatchedNeedConnection = connectionOf('UnmatchedNeed', () => UnmatchedNeed);

@Resolver(() => MatchPlan)
export class MatchPlanResolver {
  @Query(() => MatchPlan, { nullable: true, description: 'One plan; null when it is not there or not yours to see.' })
  async matchPlan(@Ctx() scope: Scope, @Arg('id', () => ID, { description: 'Id of a MatchPlan.' }) id: string) {
    const planId = rawIdOrNull(scope, 'MatchPlan', id);
    return planId === null ? null : findPlan(scope, planId);
  }

  @Query(() => MatchPlanConnection, { description: 'Plans that you may see, newest first.' })
  async matchPlans(
    @Ctx() scope: Scope,
    @Arg('branchId', () => ID, { nullable: true, description: 'Only those of this branch.' }) branchId: string | null | undefined,
    @Arg('status', () => PlanStateEnum, { nullable: true, description: 'Only those that stand so.' })
    state: PlanState | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    const raw = branchId == null ? null : rawIdOrNull(scope, 'Branch', branchId, 'branchId');
    const window = windowOf(NEWEST_PLANS, page);
    if (branchId != null && raw === null) return toConnection({ edges: [], hasNextPage: false, hasPreviousPage: false }, 0);
    const filter = { branchId: raw, state: state ?? null };
    const found = await pageOfPlans(scope, filter, window);
    return toConnection(found, wanted(info).has('totalCount') ? await countPlans(scope, filter) : null);
  }

  @FieldResolver(() => Branch, { nullable: true, description: 'Null: the whole community.' })
  branch(@Root() { branchId }: MatchPlanRecord, @Ctx() scope: Scope) {
    return branchId === null ? null : scope.load(branchById, branchId);
  }

  @FieldResolver(() => MatchConnection, { description: 'Its matches in rank order: the need that comes first is first.' })
  async matches(
    @Root() { id }: MatchPlanRecord,
    @Ctx() scope: Scope,
    @Arg('state', () => MatchStateEnum, { nullable: true, description: 'Only those that stand so at this moment.' })
    state: MatchState | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    const filter = { planId: id, state: state ?? null };
    const found = await pageOfMatches(scope, filter, IN_RANK, windowOf(IN_RANK, page));
    const edges = found.edges.map(({ cursor, node }) => ({ cursor, node: asOfNow(scope, node) }));
    return toConnection({ ...found, edges }, wanted(info).has('totalCount') ? await countMatches(scope, filter) : null);
  }

  @FieldResolver(() => UnmatchedNeedConnection, { description: 'Needs that it leaves open, wholly or in part, in rank order.' })
  async unmatched(
    @Root() { id }: MatchPlanRecord,
    @Ctx() scope: Scope,
    @Arg('reason', () => UnmatchedReasonEnum, { nullable: true, description: 'Only those with this reason.' })
    reason: UnmatchedReason | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    const found = await pageOfUnmatched(scope, id, reason ?? null, windowOf(UNMATCHED_IN_RANK, page));
    return toConnection(found, wanted(info).has('totalCount') ? await countUnmatched(scope, id, reason ?? null) : null);
  }
}

@Resolver(() => SupplyUse)
export class SupplyUseResolver {
  @FieldResolver(() => ServiceCategory, { nullable: true, description: 'Of the offers.' })
  category(@Root() { categoryCode }: { readonly categoryCode: string }, @Ctx() scope: Scope) {
    return scope.load(categoryByCode, categoryCode);
  }
}

@Resolver(() => UnmatchedCertificate)
export class UnmatchedCertificateResolver {
  @FieldResolver(() => [Session], {
    description:
      'Which sessions, at most 30 of them: those that could serve the need, best first, then those to which their holders could move. What is no longer shown to you is left out.',
  })
  async sessions(@Root() { sessionIds }: Certificate, @Ctx() scope: Scope) {
    const found = await Promise.all(sessionIds.map(id => findSession(scope, id)));
    return found.filter(session => session !== null);
  }
}

@Resolver(() => UnmatchedNeed)
export class UnmatchedNeedResolver {
  @FieldResolver(() => Need, { nullable: true, description: 'The need.' })
  need(@Root() { needId }: UnmatchedNeedRecord, @Ctx() scope: Scope) {
    return findNeed(scope, needId);
  }

  @FieldResolver(() => String, { description: "The reason and its proof in words, in the caller's language (Accept-Language)." })
  sentence(@Root() { reason, quantity, certificate }: UnmatchedNeedRecord, @Ctx() scope: Scope): string {
    return unmatchedSentence(reason, quantity, certificate, scope.locale);
  }
}

registerNode('MatchPlan', findPlan);

export const planResolvers = [MatchPlanResolver, SupplyUseResolver, UnmatchedCertificateResolver, UnmatchedNeedResolver] as const;
