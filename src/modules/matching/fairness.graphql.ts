import { Arg, Ctx, Field, FieldResolver, Float, InputType, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { Weighs } from '../../graphql/cost.js';
import { orBadInput } from '../../graphql/errors.js';
import { CareCategoryEnum, UrgencyEnum } from '../../graphql/labels.js';
import { LocalDate } from '../../graphql/scalars.js';
import type { Period } from '../../kernel/small-cells.js';
import type { AgeBand, CareCategory, Urgency } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { Organization } from '../alliance/alliance.graphql.js';
import { organizationById } from '../alliance/alliance.service.js';
import { Need } from '../needs/needs.graphql.js';
import { findNeed } from '../needs/needs.service.js';
import { AgeBandEnum } from '../residents/residents.graphql.js';
import { Branch, Building, Community } from '../territory/territory.graphql.js';
import { branchById, buildingById } from '../territory/territory.service.js';
import type {
  FairnessReport as FairnessReportRecord,
  Group,
  OrganizationLoad as LoadRecord,
  Measures,
} from './fairness.domain.js';
import { fairnessOf } from './fairness.service.js';

@InputType({ description: 'Calendar days in Shanghai, at most 366.' })
export class DatePeriodInput implements Period {
  @Field(() => LocalDate, { description: 'The first day.' }) readonly from!: string;
  @Field(() => LocalDate, { description: 'The day after the last.' }) readonly until!: string;
}

const HIDDEN = 'Null: fewer than five people, or it would tell of so few by subtraction.';

@ObjectType('FairnessMeasures', {
  description:
    'How some needs fared that were submitted in a period and asked to be matched: verified, of a matchable category, P1 to P4, not withdrawn, merged or sent elsewhere.',
})
class FairnessMeasures implements Measures {
  @Field(() => Int, { description: 'Different beneficiaries; a need without a resident on file counts as one. At least five.' })
  readonly people!: number;
  @Field(() => Int, { description: 'Their needs.' }) readonly needs!: number;
  @Field(() => Float, { description: 'Share of the needs that were delivered in full, 0 to 1.' }) readonly servedShare!: number;
  @Field(() => Int, {
    description:
      'Hours from submission to the end of a need, or until now while it waits: half of the needs waited at most so long (Hyndman & Fan 1996, definition 1).',
  })
  readonly medianWaitingHours!: number;
  @Field(() => Int, { description: 'The same for nine in ten.' }) readonly p90WaitingHours!: number;
  @Field(() => Float, {
    nullable: true,
    description:
      'How unequal the waiting is (Gini 1912): half the mean difference of all pairs, relative to the mean. 0: all waited equally long; towards 1: few waited for all. Null when nobody waited an hour.',
  })
  readonly waitingGini!: number | null;
}

@ObjectType()
abstract class FairnessGroup {
  @Field(() => FairnessMeasures, { nullable: true, description: HIDDEN }) readonly measures!: Measures | null;
}
@ObjectType('UrgencyFairness', { description: 'How the needs of one urgency fared.' })
class UrgencyFairness extends FairnessGroup {
  @Field(() => UrgencyEnum, { name: 'urgency', description: 'P1 to P4.' }) readonly key!: Urgency;
}
@ObjectType('AgeBandFairness', { description: 'How the needs of people of some age fared.' })
class AgeBandFairness extends FairnessGroup {
  @Field(() => AgeBandEnum, {
    name: 'ageBand',
    nullable: true,
    description: 'On the day of submission; null: no resident on file is behind the need.',
  })
  readonly key!: AgeBand | null;
}
@ObjectType('CareCategoryFairness', { description: 'How the needs of people of a group fared; one person may be in several.' })
class CareCategoryFairness extends FairnessGroup {
  @Field(() => CareCategoryEnum, { name: 'careCategory', description: 'Which group.' }) readonly key!: CareCategory;
}
@ObjectType('BranchFairness', { description: 'How the needs of a branch fared.' })
class BranchFairness extends FairnessGroup {}
@ObjectType('BuildingFairness', { description: 'How the needs of a building fared.' })
class BuildingFairness extends FairnessGroup {}

@ObjectType('LeftOutCount', { description: 'How many open needs were left out so often in a row.' })
class LeftOutCount {
  @Field(() => Int, { description: 'Published plans in a row; 5 stands for five and more.' }) readonly times!: number;
  @Field(() => Int, { nullable: true, description: HIDDEN }) readonly needs!: number | null;
}

@ObjectType('LongestWaiting', { description: 'The open need of the period that waits longest.' })
class LongestWaiting {
  @Field(() => Int, { description: 'Hours since it was submitted.' }) readonly waitingHours!: number;
}

@ObjectType('OrganizationLoad', { description: 'What an organization of the alliance took on in the period.' })
class OrganizationLoad {
  @Field(() => Int, { description: 'Referrals accepted in the period and not called off since.' }) readonly promised!: number;
  @Field(() => Int, { description: 'Of them delivered.' }) readonly delivered!: number;
}

@ObjectType('FairnessReport', {
  description:
    'Whether the needs of a period were served fairly, by whom they concern (公平报告). Counts only; nothing is told from which fewer than five people could be counted (complementary suppression, Cox 1980). Groups without a need are left out.',
})
class FairnessReport {
  @Field(() => LocalDate, { description: 'The first day.' }) readonly from!: string;
  @Field(() => LocalDate, { description: 'The day after the last.' }) readonly until!: string;
  @Field(() => FairnessMeasures, { nullable: true, description: `All needs of the period. ${HIDDEN}` })
  readonly overall!: Measures | null;
  @Field(() => [UrgencyFairness], { description: 'By urgency, the most urgent first.' })
  readonly byUrgency!: FairnessReportRecord['byUrgency'];
  @Field(() => [AgeBandFairness], { description: 'By age, the youngest first.' })
  readonly byAgeBand!: FairnessReportRecord['byAgeBand'];
  @Field(() => [CareCategoryFairness], { description: 'By group of people that the community cares for in particular.' })
  readonly byCareCategory!: FairnessReportRecord['byCareCategory'];
  @Field(() => [BranchFairness], { description: 'By the branch that the need belongs to.' })
  readonly byBranch!: FairnessReportRecord['byBranch'];
  @Field(() => [BuildingFairness], { description: 'By building of the beneficiary, where it is known.' })
  readonly byBuilding!: FairnessReportRecord['byBuilding'];
  @Field(() => [LeftOutCount], {
    description:
      'On how many days published plans left out the needs that are still open, since somebody last promised to serve them.',
  })
  readonly leftOut!: FairnessReportRecord['leftOut'];
  @Field(() => LongestWaiting, { nullable: true, description: 'Null when none is open, and for readers of aggregates only.' })
  readonly longestWaiting!: FairnessReportRecord['longestWaiting'];
  @Field(() => [OrganizationLoad], {
    description: 'Members of the alliance, the busiest first, those without a promise included.',
  })
  readonly loads!: readonly LoadRecord[];
  @Field(() => Float, { nullable: true, description: 'How unequal their promises are (Gini 1912); null when there are none.' })
  readonly loadGini!: number | null;
}

const PERIOD = { description: 'When the needs were submitted and the promises made.' } as const;

@Resolver(() => Branch)
class FairnessOfBranchResolver {
  @Weighs(300)
  @FieldResolver(() => FairnessReport, {
    nullable: true,
    description: 'Whether its needs were served fairly. For its staff and the administrator; null for others.',
  })
  async fairness(
    @Root() { id }: { readonly id: string },
    @Ctx() scope: Scope,
    @Arg('period', () => DatePeriodInput, PERIOD) period: DatePeriodInput,
  ) {
    return orBadInput(await fairnessOf(scope, id, period));
  }
}

@Resolver(() => Community)
class FairnessOfCommunityResolver {
  @Weighs(300)
  @FieldResolver(() => FairnessReport, {
    nullable: true,
    description:
      'Whether the needs of all branches were served fairly. For the administrator, and for the subdistrict one whole calendar month at a time, without single records; null for others.',
  })
  async fairness(@Ctx() scope: Scope, @Arg('period', () => DatePeriodInput, PERIOD) period: DatePeriodInput) {
    return orBadInput(await fairnessOf(scope, null, period));
  }
}

@Resolver(() => BranchFairness)
class BranchFairnessResolver {
  @FieldResolver(() => Branch, { nullable: true, description: 'Which branch.' })
  branch(@Root() { key }: Group<string>, @Ctx() scope: Scope) {
    return scope.load(branchById, key);
  }
}

@Resolver(() => BuildingFairness)
class BuildingFairnessResolver {
  @FieldResolver(() => Building, { nullable: true, description: 'Which building.' })
  building(@Root() { key }: Group<string>, @Ctx() scope: Scope) {
    return scope.load(buildingById, key);
  }
}

@Resolver(() => LongestWaiting)
class LongestWaitingResolver {
  @FieldResolver(() => Need, { nullable: true, description: 'Which need.' })
  need(@Root() { needId }: { readonly needId: string }, @Ctx() scope: Scope) {
    return findNeed(scope, needId);
  }
}

@Resolver(() => OrganizationLoad)
class OrganizationLoadResolver {
  @FieldResolver(() => Organization, { nullable: true, description: 'Which organization.' })
  organization(@Root() { organizationId }: LoadRecord, @Ctx() scope: Scope) {
    return scope.load(organizationById, organizationId);
  }
}

export const fairnessResolvers = [
  FairnessOfBranchResolver,
  FairnessOfCommunityResolver,
  BranchFairnessResolver,
  BuildingFairnessResolver,
  LongestWaitingResolver,
  OrganizationLoadResolver,
] as const;
