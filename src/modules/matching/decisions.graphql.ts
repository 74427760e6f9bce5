import { Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { defineEnum } from '../../graphql/enums.js';
import type { Scope } from '../../scope/scope.js';
import { Need } from '../needs/needs.graphql.js';
import { findNeed } from '../needs/needs.service.js';
import { findSession } from '../offers/offers.service.js';
import { Session } from '../offers/sessions.graphql.js';
import type { OverrideKind, OverrideReason, Override as OverrideRecord } from './decisions.domain.js';
import { noteOf } from './decisions.service.js';
import { MatchExplanation } from './explanation.graphql.js';
import type { PlanOverride as PlanOverrideRecord } from './matching.domain.js';
import type { ShownExplanation } from './planner/explaining.js';
import { MatchPlan } from './plans.graphql.js';

export const OverrideKindEnum = defineEnum<OverrideKind>('OverrideKind', 'How staff went against what the engine said.', {
  PINNED: ['人工指定', 'pinned', 'The pair was placed by hand before its plan was computed.'],
  AGAINST_PROPOSAL: [
    '与建议不同',
    'against the proposal',
    'The need had open proposals of a published plan, and this was none of them.',
  ],
  NOT_FIRST_SUGGESTION: [
    '非首选',
    'not the first suggestion',
    'The need had no open proposal, and another session suited better.',
  ],
});

export const OverrideReasonEnum = defineEnum<OverrideReason>('OverrideReason', 'Why somebody knew better than the engine.', {
  PERSON_PREFERS: ['本人意愿', 'the person prefers it', 'Said by the beneficiary or the family.'],
  SAME_HELPER: ['延续原服务者', 'same helper', 'Somebody whom the beneficiary knows.'],
  ONE_VISIT: ['就近一并服务', 'one visit', 'Several needs are served in one go.'],
  AGREED_BEFORE: ['双方已约定', 'agreed before', 'The two sides settled it between them.'],
  HARDSHIP: ['特殊困难', 'hardship', 'Known to the branch and not in the data.'],
  NOT_SUITABLE: ['不宜安排', 'not suitable', 'What the engine says does not suit, for a reason that it can not know.'],
  DATA_OUTDATED: ['资料有误', 'data out of date', 'The numbers behind it do not hold any more.'],
  OTHER: ['其他', 'other', 'None of these.'],
});

@ObjectType('MatchOverride', { description: 'That a person overrode the engine, and why (人工调整).' })
class MatchOverride {
  @Field(() => OverrideKindEnum, { description: 'In which way.' }) readonly kind!: OverrideKind;
  @Field(() => OverrideReasonEnum, { description: 'Why.' }) readonly reason!: OverrideReason;
}

const NOTE = 'What staff wrote about it; null when nothing was.';

@Resolver(() => MatchOverride)
class MatchOverrideResolver {
  @FieldResolver(() => String, { nullable: true, description: NOTE })
  note(@Root() override: OverrideRecord, @Ctx() scope: Scope) {
    return noteOf(scope, override);
  }
}

@ObjectType({ description: 'What the engine said when a pair was decided (决策记录). For staff of the branch.' })
export class MatchDecision {
  @Field(() => MatchExplanation, { description: 'Policy version, rank and cost with their parts, as of then.' })
  readonly explanation!: ShownExplanation;
  @Field(() => Int, {
    nullable: true,
    description: "The place of the need in its plan's order, 1 is first; null outside of plans: tier and points tell its rank.",
  })
  readonly rankPosition!: number | null;
  @Field(() => Int, {
    nullable: true,
    description: 'The place of the session among those that could serve the need, 1 is best; null when it was none of them.',
  })
  readonly suggestionPosition!: number | null;
  @Field(() => Int, { description: 'How many sessions could serve the need.' }) readonly suggestionCount!: number;
  @Field(() => MatchOverride, { nullable: true, description: 'Null when nobody went against the engine.' })
  readonly override!: OverrideRecord | null;
}

@ObjectType('PlanOverride', { description: 'A pair that a person pinned or forbade in a plan.' })
class PlanOverride {
  @Field(() => OverrideReasonEnum, { description: 'Why.' }) readonly reason!: OverrideReason;
}

@Resolver(() => PlanOverride)
class PlanOverrideResolver {
  @FieldResolver(() => Need, { nullable: true, description: 'The need.' })
  need(@Root() { needId }: PlanOverrideRecord, @Ctx() scope: Scope) {
    return findNeed(scope, needId);
  }

  @FieldResolver(() => String, { nullable: true, description: NOTE })
  note(@Root() override: PlanOverrideRecord, @Ctx() scope: Scope) {
    return noteOf(scope, override);
  }

  @FieldResolver(() => Session, { nullable: true, description: 'The session; null when it is no longer shown to you.' })
  session(@Root() { sessionId }: PlanOverrideRecord, @Ctx() scope: Scope) {
    return findSession(scope, sessionId);
  }
}

@Resolver(() => MatchPlan)
class OverridesOfPlanResolver {
  @FieldResolver(() => [PlanOverride], { description: 'Pairs that were placed by hand before it was computed.' })
  pinned(@Root() plan: { readonly pinned: readonly PlanOverrideRecord[] }) {
    return plan.pinned;
  }

  @FieldResolver(() => [PlanOverride], { description: 'Pairs that it was not allowed to propose.' })
  forbidden(@Root() plan: { readonly forbidden: readonly PlanOverrideRecord[] }) {
    return plan.forbidden;
  }
}

export const decisionResolvers = [MatchOverrideResolver, PlanOverrideResolver, OverridesOfPlanResolver] as const;
