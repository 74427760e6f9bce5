import { Arg, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { Weighs } from '../../graphql/cost.js';
import { defineEnum } from '../../graphql/enums.js';
import { orBadInput } from '../../graphql/errors.js';
import { LocalDate } from '../../graphql/scalars.js';
import type { ReferralOrigin } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { ReferralOriginEnum } from '../referrals/origins.graphql.js';
import { Branch } from '../territory/territory.graphql.js';
import { DatePeriodInput } from './fairness.graphql.js';
import { CostPartEnum, RankPartEnum } from './matching.enums.graphql.js';
import type {
  OutcomeRating as OutcomeRatingRecord,
  OutcomeReport as OutcomeReportRecord,
  OutcomeShares as OutcomeSharesRecord,
  PositionBand,
} from './outcomes.domain.js';
import { outcomesOf } from './outcomes.service.js';
import type { CostPart, RankPart } from './planner/scoring.js';

const PositionBandEnum = defineEnum<PositionBand>(
  'PositionBand',
  'Where the chosen session stood among those that could serve the need.',
  {
    FIRST: ['首选', 'first', 'The engine would have chosen it, too.'],
    SECOND_OR_THIRD: ['第二或第三', 'second or third', 'Among the three best.'],
    LATER: ['靠后', 'later', 'Fourth or farther down.'],
    NOT_SUGGESTED: ['未列入', 'not suggested', 'No place was free, or the engine had nothing to say of the need.'],
  },
);

const HIDDEN = 'Null: fewer than five people, or it would tell of so few by subtraction.';

@ObjectType('OutcomeRating', { description: 'What the receiving side said of services that were delivered and rated.' })
class OutcomeRating implements OutcomeRatingRecord {
  @Field(() => Int, { description: 'Different beneficiaries whose services were rated. At least five.' })
  readonly people!: number;
  @Field(() => Int, { description: 'Services that were rated.' }) readonly ratings!: number;
  @Field(() => Float, { description: 'Mean of the scores, 1 (very bad) to 5 (very good).' }) readonly mean!: number;
}

@ObjectType('OutcomeShares', { description: 'How pairs that came to their end came out; the four shares add up to 1.' })
class OutcomeShares implements OutcomeSharesRecord {
  @Field(() => Int, { description: 'Different beneficiaries; a need without a resident on file counts as one. At least five.' })
  readonly people!: number;
  @Field(() => Int, { description: 'Pairs that came to their end.' }) readonly ended!: number;
  @Field(() => Float, { description: 'Share that was delivered.' }) readonly completed!: number;
  @Field(() => Float, { description: 'Share that the organization declined or refused.' }) readonly refused!: number;
  @Field(() => Float, { description: 'Share that was called off by either side or the family.' }) readonly calledOff!: number;
  @Field(() => Float, { description: 'Share that was tried and not delivered.' }) readonly failed!: number;
  @Field(() => OutcomeRating, { nullable: true, description: `How the delivered ones were rated. ${HIDDEN}` })
  readonly rating!: OutcomeRatingRecord | null;
}

@ObjectType()
abstract class OutcomeGroup {
  @Field(() => OutcomeShares, { nullable: true, description: HIDDEN }) readonly shares!: OutcomeSharesRecord | null;
}
@ObjectType('TierOutcomes', { description: 'Outcomes of needs that counted as one tier.' })
class TierOutcomes extends OutcomeGroup {
  @Field(() => Int, { name: 'tier', description: '1 to 4, as the need counted in the order when it was decided.' })
  readonly key!: number;
}
@ObjectType('PointsOutcomes', { description: 'Outcomes of needs with so many points when they were decided.' })
class PointsOutcomes extends OutcomeGroup {
  @Field(() => Int, { name: 'from', description: 'The fewest points of the band: 0, 100, 200, 400 or 800; it ends at the next.' })
  readonly key!: number;
}
@ObjectType('PositionOutcomes', { description: 'Outcomes by the place of the chosen session among the suggestions.' })
class PositionOutcomes extends OutcomeGroup {
  @Field(() => PositionBandEnum, { name: 'position', description: 'Which place.' }) readonly key!: PositionBand;
}
@ObjectType('OriginOutcomes', { description: 'Outcomes by how the pair came about.' })
class OriginOutcomes extends OutcomeGroup {
  @Field(() => ReferralOriginEnum, { name: 'origin', description: 'In which way.' }) readonly key!: ReferralOrigin;
}
@ObjectType('OverrideOutcomes', { description: 'Outcomes of pairs by which a person overrode the engine, and of all others.' })
class OverrideOutcomes extends OutcomeGroup {
  @Field(() => Boolean, { name: 'overridden', description: 'A person went against the engine.' }) readonly key!: boolean;
}

@ObjectType()
abstract class PartOutcomes {
  @Field(() => Int, { description: 'What the part counted at most in half of the pairs.' }) readonly median!: number;
  @Field(() => OutcomeShares, { nullable: true, description: `Pairs in which it counted at most the median. ${HIDDEN}` })
  readonly upTo!: OutcomeSharesRecord | null;
  @Field(() => OutcomeShares, { nullable: true, description: `Pairs in which it counted more. ${HIDDEN}` })
  readonly above!: OutcomeSharesRecord | null;
}
@ObjectType('RankPartOutcomes', { description: "Outcomes by how much a part gave to the need's points." })
class RankPartOutcomes extends PartOutcomes {
  @Field(() => RankPartEnum, { description: 'Which part.' }) readonly code!: RankPart;
}
@ObjectType('CostPartOutcomes', { description: "Outcomes by how much a part added to the pair's cost." })
class CostPartOutcomes extends PartOutcomes {
  @Field(() => CostPartEnum, { description: 'Which part.' }) readonly code!: CostPart;
}

@ObjectType('MatchingOutcomes', {
  description:
    'How the pairs of a period came out by what the engine had said when they were decided (成效对照), so that weights can be judged by outcomes. What goes together need not cause each other. Groups without a pair are left out.',
})
class MatchingOutcomes {
  @Field(() => LocalDate, { description: 'The first day.' }) readonly from!: string;
  @Field(() => LocalDate, { description: 'The day after the last.' }) readonly until!: string;
  @Field(() => OutcomeShares, { nullable: true, description: `All pairs that came to their end. ${HIDDEN}` })
  readonly overall!: OutcomeSharesRecord | null;
  @Field(() => [TierOutcomes], { description: 'By the tier that the need counted as, 1 first.' })
  readonly byTier!: OutcomeReportRecord['byTier'];
  @Field(() => [PointsOutcomes], { description: 'By points, the fewest first.' })
  readonly byPoints!: OutcomeReportRecord['byPoints'];
  @Field(() => [PositionOutcomes], { description: 'By place among the suggestions, the best first.' })
  readonly byPosition!: OutcomeReportRecord['byPosition'];
  @Field(() => [OriginOutcomes], { description: 'By how the pair came about.' })
  readonly byOrigin!: OutcomeReportRecord['byOrigin'];
  @Field(() => [OverrideOutcomes], { description: 'By whether a person overrode the engine.' })
  readonly byOverride!: OutcomeReportRecord['byOverride'];
  @Field(() => [RankPartOutcomes], { description: 'By each part of the rank that differs between pairs.' })
  readonly byRankPart!: OutcomeReportRecord['byRankPart'];
  @Field(() => [CostPartOutcomes], { description: 'By each part of the cost that differs between pairs.' })
  readonly byCostPart!: OutcomeReportRecord['byCostPart'];
}

@Resolver(() => Branch)
class OutcomesOfBranchResolver {
  @Weighs(200)
  @FieldResolver(() => MatchingOutcomes, {
    nullable: true,
    description: 'How its pairs came out by rank and by what they cost. For its staff and the administrator; null for others.',
  })
  async matchingOutcomes(
    @Root() { id }: { readonly id: string },
    @Ctx() scope: Scope,
    @Arg('period', () => DatePeriodInput, { description: 'When the plans were published, the requests and claims made.' })
    period: DatePeriodInput,
  ) {
    return orBadInput(await outcomesOf(scope, id, period));
  }
}

export const outcomeResolvers = [OutcomesOfBranchResolver] as const;
