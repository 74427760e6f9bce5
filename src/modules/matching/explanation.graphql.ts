import { Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { labelOf } from '../../graphql/enums.js';
import { ModeEnum, UrgencyEnum } from '../../graphql/labels.js';
import { DateTime, Quantity } from '../../graphql/scalars.js';
import type { Mode, Urgency } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { findSession } from '../offers/offers.service.js';
import { Session } from '../offers/sessions.graphql.js';
import type { RunnerUp as RunnerUpRecord } from './matching.domain.js';
import { CostPartEnum, MatchReasonEnum, RankPartEnum } from './matching.enums.graphql.js';
import type { ShownExplanation } from './planner/explaining.js';
import { MATCH_REASONS, type MatchReason, type Reason } from './planner/rules.js';
import type { CostPart as CostPartCode, Part, RankPart as RankPartCode } from './planner/scoring.js';
import {
  costPartSentence,
  explanationSentence,
  rankPartSentence,
  reasonSentence,
  runnerUpSentence,
} from './sentences/sentences.js';

@ObjectType('RankScore', { description: "A named part of a need's points." })
export class RankScore {
  @Field(() => RankPartEnum, { description: 'Which part.' }) readonly code!: RankPartCode;
  @Field(() => Int, { name: 'points', description: 'Its share of the points; negative where it takes some off.' })
  readonly value!: number;
  @Field(() => Int, { description: 'The number it comes from, in the unit that the code tells.' }) readonly measured!: number;
}

@ObjectType('CostScore', { description: "A named part of a pair's cost." })
export class CostScore {
  @Field(() => CostPartEnum, { description: 'Which part.' }) readonly code!: CostPartCode;
  @Field(() => Int, { name: 'cost', description: 'Its share of the total.' }) readonly value!: number;
  @Field(() => Int, { description: 'The number it comes from, in the unit that the code tells.' }) readonly measured!: number;
}

@ObjectType('NamedNumber', { description: 'A number with its name; the name ends in its unit.' })
class NamedNumber {
  @Field(() => String, { description: 'E.g. `ageMonths`.' }) readonly name!: string;
  @Field(() => Quantity, { description: 'The number.' }) readonly value!: number;
}

@ObjectType('CostDifference', { description: 'By how much a part of the cost would have differed.' })
class CostDifference {
  @Field(() => CostPartEnum, { description: 'Which part.' }) readonly code!: CostPartCode;
  @Field(() => Int, { name: 'cost', description: 'Positive: it would have cost more; negative: less.' }) readonly value!: number;
  @Field(() => Int, {
    nullable: true,
    description: 'The number there, in the unit that the code tells; null where the part would have cost nothing.',
  })
  readonly measured!: number | null;
}

@ObjectType('RunnerUp', { description: 'A session that was possible for the need and that it did not get.' })
class RunnerUp {
  @Field(() => Int, { description: 'What it would have cost; may be less than the match where it is full.' })
  readonly cost!: number;
  @Field(() => Boolean, { description: 'No place was left there: promised before, or given to other needs by the plan.' })
  readonly isFull!: boolean;
  @Field(() => [CostDifference], { description: "Where the two differ; adds up to its cost less the match's." })
  readonly differences!: RunnerUpRecord['differences'];
}

@ObjectType('MatchExplanation', {
  description:
    'Why this need comes where it comes, and why this session. Staff of the branch read all; others only parts from which nothing about the person follows, and no totals.',
})
export class MatchExplanation {
  @Field(() => Int, { description: 'The version of the match policy that the numbers come from.' })
  readonly policyVersion!: number;
  @Field(() => UrgencyEnum, { description: "The need's own, P1 to P4, when this was said." }) readonly urgency!: Urgency;
  @Field(() => Int, {
    description:
      'What the need counts as in the order, 1 to 4: 1 is served first. By its urgency, or lifted above it by waiting (`rank.lift` of the policy).',
  })
  readonly tier!: number;
  @Field(() => Int, { description: 'By how many tiers waiting has lifted it; 0: it counts as its urgency says.' })
  readonly liftedBy!: number;
  @Field(() => Int, { nullable: true, description: 'More comes first within a tier; the sum of `rankParts`. Null: staff only.' })
  readonly points!: number | null;
  @Field(() => [RankScore], { description: 'What the points are made of.' }) readonly rankParts!: readonly Part<RankPartCode>[];
  @Field(() => Int, { nullable: true, description: '0 to 9999, less is better; the sum of `costParts`. Null: staff only.' })
  readonly cost!: number | null;
  @Field(() => [CostScore], { description: 'What the cost is made of.' }) readonly costParts!: readonly Part<CostPartCode>[];
  @Field(() => ModeEnum, { description: 'The mode that both sides allow and that asks for the shortest way.' })
  readonly mode!: Mode;
  @Field(() => Int, {
    nullable: true,
    description: 'On foot, along the paths of the estate. Null: unknown, online, or staff only.',
  })
  readonly distanceM!: number | null;
  @Field(() => Boolean, { description: 'A person placed this pair; it need not be the cheapest.' }) readonly pinned!: boolean;
  @Field(() => Int, {
    nullable: true,
    description: 'How many sessions were possible for the need. Null outside of plans, or staff only.',
  })
  readonly options!: number | null;
  @Field(() => Int, {
    nullable: true,
    description: 'The place of the session among them, 1 is cheapest. Null outside of plans, or staff only.',
  })
  readonly position!: number | null;
  @Field(() => [RunnerUp], {
    nullable: true,
    description: 'The best sessions that it did not get, at most three, best first; empty outside of plans. Null: staff only.',
  })
  readonly runnersUp!: ShownExplanation['runnersUp'];
  @Field(() => Boolean, { description: 'All parts are shown, so they add up to the totals.' }) readonly complete!: boolean;
}

@ObjectType('RuleFailure', { description: 'A hard rule that keeps a pair apart.' })
export class RuleFailure {
  @Field(() => MatchReasonEnum, { description: 'Stable; for programs.' }) readonly code!: MatchReason;
}

@Resolver(() => RankScore)
export class RankScoreResolver {
  @FieldResolver(() => String, { description: "In the caller's language, e.g. `已等待 12 个工作小时`." })
  text(@Root() part: Part<RankPartCode>, @Ctx() scope: Scope): string {
    return rankPartSentence(part, scope.locale);
  }
}

@Resolver(() => CostScore)
export class CostScoreResolver {
  @FieldResolver(() => String, { description: "In the caller's language, e.g. `步行约 120 米`." })
  text(@Root() part: Part<CostPartCode>, @Ctx() scope: Scope): string {
    return costPartSentence(part, scope.locale);
  }
}

@Resolver(() => RunnerUp)
export class RunnerUpResolver {
  @FieldResolver(() => Session, { nullable: true, description: 'Null when it is no longer shown.' })
  session(@Root() { sessionId }: RunnerUpRecord, @Ctx() scope: Scope) {
    return findSession(scope, sessionId);
  }

  @FieldResolver(() => String, { description: "The comparison in the caller's language (Accept-Language), short." })
  sentence(@Root() other: RunnerUpRecord, @Ctx() scope: Scope): string {
    return runnerUpSentence(other, code => labelOf('CostPart', code, scope.locale), scope.locale);
  }
}

@Resolver(() => MatchExplanation)
export class MatchExplanationResolver {
  @FieldResolver(() => DateTime, { description: 'When the service would begin; on request, the first moment that is possible.' })
  startsAt(@Root() { startsAt }: ShownExplanation): Date {
    return new Date(startsAt);
  }

  @FieldResolver(() => String, { description: "All of it as one or two sentences in the caller's language (Accept-Language)." })
  sentence(@Root() explanation: ShownExplanation, @Ctx() scope: Scope): string {
    return explanationSentence(explanation, scope.locale);
  }
}

@Resolver(() => RuleFailure)
export class RuleFailureResolver {
  @FieldResolver(() => Int, {
    nullable: true,
    description: 'Which of the eight hard rules; null for what is no rule (full, covered, forbidden by hand).',
  })
  rule(@Root() { code }: Reason): number | null {
    return MATCH_REASONS[code] || null;
  }

  @FieldResolver(() => String, { description: "A few words in the caller's language." })
  label(@Root() { code }: Reason, @Ctx() scope: Scope): string {
    return labelOf('MatchReason', code, scope.locale);
  }

  @FieldResolver(() => String, { description: "A sentence with the numbers, in the caller's language." })
  sentence(@Root() reason: Reason, @Ctx() scope: Scope): string {
    return reasonSentence(reason, scope.locale);
  }

  @FieldResolver(() => [NamedNumber], { description: 'The same numbers as data.' })
  numbers(@Root() { numbers }: Reason): readonly NamedNumber[] {
    return Object.entries(numbers).map(([name, value]) => ({ name, value }));
  }
}

export const explanationResolvers = [
  RankScoreResolver,
  CostScoreResolver,
  RunnerUpResolver,
  MatchExplanationResolver,
  RuleFailureResolver,
] as const;
