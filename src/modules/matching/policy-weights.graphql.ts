import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { CareCategoryEnum } from '../../graphql/labels.js';
import type { CareCategory } from '../../kernel/vocabulary.js';
import type { Cap, Weights } from './planner/scoring.js';
import type { CareCategoryWeight as CareCategoryWeightRecord, WeightsChange } from './policies.domain.js';

/** What each weight means, said once for reading and for changing it. */
const MEANS = {
  lift: 'How waiting lifts a need above the tier of its urgency.',
  fromP4: 'Working hours that a P4 waits before it counts as P3, 0 to 9999. 0: it never does.',
  fromP3: 'Working hours that a need waits as P3 before it counts as P2, 0 to 9999. 0: it never does.',
  fromP2: 'Working hours that a need waits as P2 before it counts as P1, 0 to 9999. 0: it never does, and P1 always comes first.',
  waiting: 'For each working hour since the need was submitted, 0 to 9999; without a cap.',
  age80: 'For a beneficiary of eighty and over.',
  careCategories: 'For each group that the beneficiary belongs to; a group that is not listed counts nothing.',
  careMax: 'The most that all groups together count.',
  deadline: 'For the nearness of the deadline.',
  leftOut: 'For each day on which a published plan left the need out, since somebody last promised to serve it.',
  repeat: 'Taken off for each time that the beneficiary was served in this category within `repeatDays`.',
  repeatDays: 'How many days back `repeat` looks.',
  distance: 'For each ten meters on foot.',
  floors: 'For each floor of stairs.',
  days: 'For each day until the service.',
  newHelper: 'For an organization that has not helped this beneficiary before.',
  load: 'For each promise that the organization made within `loadDays`.',
  loadDays: 'How many days back `load` looks.',
  language: 'When the two sides have no language in common.',
} as const;

@ObjectType('GradedWeight', { description: 'So much for each unit, and never more than a bound.' })
class GradedWeight {
  @Field(() => Int, { description: 'For one unit, 0 to 9999.' }) readonly each!: number;
  @Field(() => Int, { description: 'The most that it can come to, 0 to 9999.' }) readonly max!: number;
}
@ObjectType('DeadlineWeight', { description: 'So many points for each day by which a deadline is near.' })
class DeadlineWeight {
  @Field(() => Int, { description: 'For each day, 0 to 9999.' }) readonly each!: number;
  @Field(() => Int, { description: 'Deadlines farther away than so many days count nothing.' }) readonly withinDays!: number;
}
@ObjectType('MatchLift', { description: 'How waiting lifts needs, so that nobody who keeps asking waits for ever.' })
class MatchLift {
  @Field(() => Int, { description: MEANS.fromP4 }) readonly fromP4!: number;
  @Field(() => Int, { description: MEANS.fromP3 }) readonly fromP3!: number;
  @Field(() => Int, { description: MEANS.fromP2 }) readonly fromP2!: number;
}
@ObjectType('CareCategoryWeight', { description: 'What belonging to a group counts.' })
class CareCategoryWeight {
  @Field(() => CareCategoryEnum, { description: 'Which group.' }) readonly category!: CareCategory;
  @Field(() => Int, { description: '0 to 9999.' }) readonly points!: number;
}

@ObjectType('MatchRankWeights', {
  description: 'Who comes first: the lower tier (urgency, lifted by waiting), then more points.',
})
class MatchRankWeights {
  @Field(() => MatchLift, { description: MEANS.lift }) readonly lift!: MatchLift;
  @Field(() => Int, { description: MEANS.waiting }) readonly waiting!: number;
  @Field(() => Int, { description: MEANS.age80 }) readonly age80!: number;
  @Field(() => [CareCategoryWeight], { description: MEANS.careCategories })
  readonly careCategories!: readonly CareCategoryWeightRecord[];
  @Field(() => Int, { description: MEANS.careMax }) readonly careMax!: number;
  @Field(() => DeadlineWeight, { description: MEANS.deadline }) readonly deadline!: DeadlineWeight;
  @Field(() => GradedWeight, { description: MEANS.leftOut }) readonly leftOut!: GradedWeight;
  @Field(() => GradedWeight, { description: MEANS.repeat }) readonly repeat!: GradedWeight;
  @Field(() => Int, { description: MEANS.repeatDays }) readonly repeatDays!: number;
}

@ObjectType('MatchCostWeights', {
  description: 'What a pair costs, 0 to 9999 in all: among plans that serve the same needs the cheapest is chosen.',
})
class MatchCostWeights {
  @Field(() => GradedWeight, { description: MEANS.distance }) readonly distance!: GradedWeight;
  @Field(() => GradedWeight, { description: MEANS.floors }) readonly floors!: GradedWeight;
  @Field(() => GradedWeight, { description: MEANS.days }) readonly days!: GradedWeight;
  @Field(() => Int, { description: MEANS.newHelper }) readonly newHelper!: number;
  @Field(() => GradedWeight, { description: MEANS.load }) readonly load!: GradedWeight;
  @Field(() => Int, { description: MEANS.loadDays }) readonly loadDays!: number;
  @Field(() => Int, { description: MEANS.language }) readonly language!: number;
}

@ObjectType({
  description:
    'At most so much of a category for one person: received within the last days, promised, and added by a plan. What people promise by hand is not capped.',
})
class MatchCap {
  @Field(() => String, { description: 'Code of the category; all below it count, too.' }) readonly category!: string;
  @Field(() => Int, { description: "How much, in the category's unit." }) readonly times!: number;
  @Field(() => Int, { description: 'How many days back what was received counts.' }) readonly days!: number;
}

@ObjectType({ description: 'The numbers of a match policy: published, the same for everybody.' })
export class MatchPolicyWeights {
  @Field(() => MatchRankWeights, { description: 'Who comes first.' })
  readonly rank!: MatchRankWeights;
  @Field(() => MatchCostWeights, { description: 'Which session suits whom.' }) readonly cost!: MatchCostWeights;
  @Field(() => [MatchCap], { description: 'Caps on much-wanted categories; often none.' }) readonly caps!: readonly Cap[];
}

/** Weights as clients read them. */
export const shownWeights = ({ rank: { careCategories, ...rank }, cost, caps = [] }: Weights): MatchPolicyWeights => ({
  rank: {
    ...rank,
    careCategories: (Object.entries(careCategories) as [CareCategory, number][]).map(([category, points]) => ({
      category,
      points,
    })),
  },
  cost,
  caps,
});

@InputType({ description: 'Changes a graded weight; what is left out stays as it is.' })
class GradedWeightInput {
  @Field(() => Int, { nullable: true, description: 'For one unit, 0 to 9999.' }) readonly each?: number | null;
  @Field(() => Int, { nullable: true, description: 'The most that it can come to, 0 to 9999.' }) readonly max?: number | null;
}
@InputType({ description: 'Changes what the nearness of a deadline counts; what is left out stays as it is.' })
class DeadlineWeightInput {
  @Field(() => Int, { nullable: true, description: 'For each day, 0 to 9999.' }) readonly each?: number | null;
  @Field(() => Int, { nullable: true, description: 'Deadlines farther away count nothing; 0 to 9999 days.' })
  readonly withinDays?: number | null;
}
@InputType({ description: 'Changes how waiting lifts needs; what is left out stays as it is.' })
class MatchLiftInput {
  @Field(() => Int, { nullable: true, description: MEANS.fromP4 }) readonly fromP4?: number | null;
  @Field(() => Int, { nullable: true, description: MEANS.fromP3 }) readonly fromP3?: number | null;
  @Field(() => Int, { nullable: true, description: MEANS.fromP2 }) readonly fromP2?: number | null;
}
@InputType({ description: 'What belonging to a group is to count.' })
class CareCategoryWeightInput {
  @Field(() => CareCategoryEnum, { description: 'Which group; each at most once.' }) readonly category!: CareCategory;
  @Field(() => Int, { description: '0 to 9999.' }) readonly points!: number;
}

@InputType({ description: 'Changes what ranks needs; what is left out stays as it is.' })
class MatchRankWeightsInput {
  @Field(() => MatchLiftInput, { nullable: true, description: MEANS.lift }) readonly lift?: MatchLiftInput | null;
  @Field(() => Int, { nullable: true, description: MEANS.waiting }) readonly waiting?: number | null;
  @Field(() => Int, { nullable: true, description: MEANS.age80 }) readonly age80?: number | null;
  @Field(() => [CareCategoryWeightInput], {
    nullable: true,
    description: 'Groups whose weight changes; those that are not named keep theirs.',
  })
  readonly careCategories?: readonly CareCategoryWeightInput[] | null;
  @Field(() => Int, { nullable: true, description: MEANS.careMax }) readonly careMax?: number | null;
  @Field(() => DeadlineWeightInput, { nullable: true, description: MEANS.deadline })
  readonly deadline?: DeadlineWeightInput | null;
  @Field(() => GradedWeightInput, { nullable: true, description: MEANS.leftOut }) readonly leftOut?: GradedWeightInput | null;
  @Field(() => GradedWeightInput, { nullable: true, description: MEANS.repeat }) readonly repeat?: GradedWeightInput | null;
  @Field(() => Int, { nullable: true, description: MEANS.repeatDays }) readonly repeatDays?: number | null;
}

@InputType({ description: 'Changes what pairs cost; what is left out stays as it is. Together costs may not exceed 9999.' })
class MatchCostWeightsInput {
  @Field(() => GradedWeightInput, { nullable: true, description: MEANS.distance }) readonly distance?: GradedWeightInput | null;
  @Field(() => GradedWeightInput, { nullable: true, description: MEANS.floors }) readonly floors?: GradedWeightInput | null;
  @Field(() => GradedWeightInput, { nullable: true, description: MEANS.days }) readonly days?: GradedWeightInput | null;
  @Field(() => Int, { nullable: true, description: MEANS.newHelper }) readonly newHelper?: number | null;
  @Field(() => GradedWeightInput, { nullable: true, description: MEANS.load }) readonly load?: GradedWeightInput | null;
  @Field(() => Int, { nullable: true, description: MEANS.loadDays }) readonly loadDays?: number | null;
  @Field(() => Int, { nullable: true, description: MEANS.language }) readonly language?: number | null;
}

@InputType({ description: 'At most so much of a category for one person.' })
class MatchCapInput {
  @Field(() => String, { description: 'Code of a category; each at most once. All below it count, too.' })
  readonly category!: string;
  @Field(() => Int, { description: "How much, in the category's unit: 1 to 9999." }) readonly times!: number;
  @Field(() => Int, { description: 'How many days back what was received counts: 1 to 366.' }) readonly days!: number;
}

@InputType({ description: 'Weights to change, whole or in part; what is left out stays as it is.' })
export class MatchPolicyWeightsInput implements WeightsChange {
  @Field(() => MatchRankWeightsInput, { nullable: true, description: 'Who comes first.' })
  readonly rank?: MatchRankWeightsInput | null;
  @Field(() => MatchCostWeightsInput, { nullable: true, description: 'Which session suits whom.' })
  readonly cost?: MatchCostWeightsInput | null;
  @Field(() => [MatchCapInput], {
    nullable: true,
    description: 'All caps that are to hold, at most 20: they take the place of those before; an empty list lifts them.',
  })
  readonly caps?: readonly MatchCapInput[] | null;
}
