import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Field, FieldResolver, ID, Info, InputType, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { defineEnum } from '../../graphql/enums.js';
import { CareCategoryEnum, LanguageEnum, ModeEnum } from '../../graphql/labels.js';
import { Node, registerNode } from '../../graphql/node.js';
import { filterId, rawIdOrNull } from '../../graphql/payload.js';
import { Fen, LocalDate } from '../../graphql/scalars.js';
import { wanted } from '../../graphql/wanted.js';
import { localDate } from '../../kernel/clock.js';
import type { CareCategory, Language, Mode } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { Organization } from '../alliance/alliance.graphql.js';
import { organizationById } from '../alliance/alliance.service.js';
import { ServiceCategory } from '../taxonomy/taxonomy.graphql.js';
import { categoryByCode } from '../taxonomy/taxonomy.service.js';
import { Branch, Building } from '../territory/territory.graphql.js';
import { branchById, buildingById } from '../territory/territory.service.js';
import { type OfferReason, type OfferState, offerState, offerSteps } from './offers.domain.js';
import type { OfferRow } from './offers.repo.js';
import { canEditOffer, countOffers, findOffer, hasFreePlaces, NEWEST, type OfferFilter, pageOfOffers } from './offers.service.js';
import { type CapacityStatus, capacityStatus } from './sessions.domain.js';

export const OfferStateEnum = defineEnum<OfferState>(
  'OfferState',
  'Where an offer stands today; it moves by mutations, and expires by the calendar.',
  {
    DRAFT: ['草稿', 'draft', 'Seen by its organisation only.'],
    PUBLISHED: ['已发布', 'published', 'Public; matching proposes it.'],
    PAUSED: ['暂停', 'paused', 'Nothing new is promised; promises stand.'],
    WITHDRAWN: ['已撤回', 'withdrawn', 'Ended by its organisation; promises stand.'],
    EXPIRED: ['已过期', 'expired', 'Its last day is over.'],
  },
);

export const OfferReasonEnum = defineEnum<OfferReason>(
  'OfferReason',
  'Why an organization pauses or withdraws an offer, or cuts or calls off a session.',
  {
    STAFF_SHORTAGE: ['人手不足', 'short of staff', 'Fewer people than planned.'],
    PLACE_UNAVAILABLE: ['场地不可用', 'place not available', 'The place is closed or taken.'],
    SUPPLIES_SHORT: ['物资不足', 'short of supplies', 'Goods, devices or money are missing.'],
    HOLIDAY: ['节假日', 'holiday', 'A public holiday or leave.'],
    WEATHER: ['天气', 'weather', 'Heat, storm, snow.'],
    LOW_DEMAND: ['报名人数少', 'few takers', 'Too few people asked for it.'],
    RULES_CHANGED: ['政策调整', 'rules changed', 'A permit, a filing or a rule no longer allows it.'],
    ORGANIZATION_CHANGED: ['单位调整', 'changes in the organization', 'It moved, merged or does other work now.'],
    OTHER: ['其他', 'other', 'None of these.'],
  },
);

export const CapacityStatusEnum = defineEnum<CapacityStatus>(
  'CapacityStatus',
  'Whether more is taken (FHIR SDOH Clinical Care 3.0).',
  {
    CAPACITY: ['有名额', 'capacity', 'Places are free.'],
    NO_CAPACITY: ['无名额', 'no capacity', 'Full, called off, or not shown.'],
    WAITLIST: ['可候补', 'waiting list', 'Full, and queues; waiting lists are not kept yet.'],
    ADDITIONAL_ASSESSMENT_REQUIRED: ['需先评估', 'assessment first', 'Places are free after an assessment by the organisation.'],
  },
);

@ObjectType({ description: 'Who may have it: all conditions must hold. Executable: matching runs exactly this.' })
class Eligibility {
  @Field(() => Int, { nullable: true, description: 'At least so many months old on the day of service; null asks nothing.' })
  readonly minAgeMonths!: number | null;
  @Field(() => Int, { nullable: true, description: 'Younger than so many months on the day of service; null asks nothing.' })
  readonly maxAgeMonths!: number | null;
  @Field(() => [CareCategoryEnum], { description: 'One of these groups; empty asks nothing.' })
  readonly careCategories!: readonly CareCategory[];
  @Field(() => [Building], { description: 'Lives in one of these buildings; empty asks nothing.' })
  readonly buildings!: readonly Building[];
}

@ObjectType({ description: 'From and until which day an offer holds, both included.' })
class Validity {
  @Field(() => LocalDate, { nullable: true, description: 'First day; null while a draft leaves it open.' }) readonly startsOn!:
    | string
    | null;
  @Field(() => LocalDate, { nullable: true, description: 'Last day; null while a draft leaves it open.' }) readonly endsOn!:
    | string
    | null;
}

@ObjectType({ description: 'The filing of a free clinic with the health authority (义诊备案).' })
class Filing {
  @Field(() => String, { description: 'Number given by the authority.' }) readonly number!: string;
  @Field(() => LocalDate, { nullable: true, description: 'Last day it covers.' }) readonly validUntil!: string | null;
}

@ObjectType({ implements: Node, description: 'What an organisation pledges (资源). Public once published.' })
export class Offer extends Node {
  @Field(() => String, { description: 'What residents read first, at most 80 characters.' }) readonly title!: string;
  @Field(() => String, { description: 'What it is and what to bring, at most 2,000 characters.' }) readonly description!: string;
  @Field(() => Boolean, { description: 'Serves needs of every category below its own, too.' }) readonly coversChildren!: boolean;
  @Field(() => [ModeEnum], { description: 'Where it takes place; any of these.' }) readonly modes!: readonly Mode[];
  @Field(() => Int, { description: 'Minutes that must lie between asking and the service.' }) readonly leadTimeMinutes!: number;
  @Field(() => Fen, { description: 'What the beneficiary pays for one unit; 0 for volunteers.' }) readonly costFen!: number;
  @Field(() => Boolean, { description: 'Given by volunteers, so never charged (志愿服务条例).' }) readonly volunteer!: boolean;
  @Field(() => Boolean, { description: 'The organisation assesses each person first.' }) readonly needsAssessment!: boolean;
  @Field(() => [LanguageEnum], { description: 'Spoken by the helpers; empty when not said.' })
  readonly languages!: readonly Language[];
  @Field(() => LocalDate, {
    nullable: true,
    description: 'When the organisation last confirmed that all this is true (HSDS assured_date).',
  })
  readonly lastAssuredOn!: string | null;
  @Field(() => OfferReasonEnum, { nullable: true, description: 'Why it is paused or withdrawn; null otherwise.' })
  readonly pauseReason!: OfferReason | null;
  @Field(() => Int, { description: 'Grows with every change; send it back as `expectedVersion`.' }) readonly version!: number;
}

const OfferConnection = connectionOf('Offer', () => Offer);

@InputType({ description: 'Which offers to show; all conditions must hold.' })
export class OfferFilterInput {
  @Field(() => ID, { nullable: true, description: 'Of this organisation.' }) readonly organizationId?: string | null;
  @Field(() => ID, { nullable: true, description: 'Whose service area covers this branch.' }) readonly branchId?: string | null;
  @Field(() => [String], { nullable: true, description: 'Codes of categories; what lies below them is included.' })
  readonly categories?: string[] | null;
  @Field(() => [OfferStateEnum], { nullable: true, description: 'In one of these states today.' }) readonly states?:
    | OfferState[]
    | null;
  @Field(() => ModeEnum, { nullable: true, description: 'That can take place so.' }) readonly mode?: Mode | null;
  @Field(() => String, {
    nullable: true,
    description:
      'Words that title or description contain, all of them. Parts of two characters and more are quick to find; a single character is looked for in titles only, slower.',
  })
  readonly text?: string | null;
  @Field(() => LocalDate, { nullable: true, description: 'Still valid on this day.' }) readonly validFrom?: string | null;
  @Field(() => LocalDate, { nullable: true, description: 'Valid by this day.' }) readonly validUntil?: string | null;
}

async function listOffers(scope: Scope, filter: OfferFilter, page: PageArgs, info: GraphQLResolveInfo) {
  const [rows, count] = await Promise.all([
    pageOfOffers(scope, filter, windowOf(NEWEST, page)),
    wanted(info).has('totalCount') ? countOffers(scope, filter) : null,
  ]);
  return toConnection(rows, count);
}

/** The filter with raw ids: an id of another community finds nothing. */
function rawFilter(scope: Scope, input: OfferFilterInput | null | undefined): OfferFilter {
  const { organizationId, branchId, ...rest } = input ?? {};
  return {
    ...rest,
    organizationId: filterId(scope, 'Organization', organizationId, 'organizationId'),
    branchId: filterId(scope, 'Branch', branchId, 'branchId'),
  };
}

@Resolver(() => Offer)
export class OfferResolver {
  @Query(() => Offer, { nullable: true, description: 'One offer; null when it is not there or not yours to see.' })
  async offer(@Ctx() scope: Scope, @Arg('id', () => ID, { description: 'Id of an Offer.' }) id: string) {
    const offerId = rawIdOrNull(scope, 'Offer', id);
    return offerId === null ? null : findOffer(scope, offerId);
  }

  @Query(() => OfferConnection, { description: 'Offers that you may see (资源清单), newest first. Published ones are public.' })
  offers(
    @Ctx() scope: Scope,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => OfferFilterInput, { nullable: true, description: 'Which ones; all that you may see when left out.' })
    filter?: OfferFilterInput | null,
  ) {
    return listOffers(scope, rawFilter(scope, filter), page, info);
  }

  @FieldResolver(() => OfferStateEnum, { description: 'Where it stands today.' })
  state(@Root() offer: OfferRow, @Ctx() scope: Scope): OfferState {
    return offerState(offer, localDate(scope.now()));
  }

  @FieldResolver(() => [OfferStateEnum], { description: 'The states into which you may move it now.' })
  availableTransitions(@Root() offer: OfferRow, @Ctx() scope: Scope): readonly OfferState[] {
    return canEditOffer(scope.actor, offer.organizationId) ? offerSteps(offerState(offer, localDate(scope.now()))) : [];
  }

  @FieldResolver(() => Organization, { nullable: true, description: 'Who pledges it.' })
  organization(@Root() offer: OfferRow, @Ctx() scope: Scope) {
    return offer.organization ?? scope.load(organizationById, offer.organizationId);
  }

  @FieldResolver(() => ServiceCategory, { nullable: true, description: 'What it is; null while a draft leaves it open.' })
  category(@Root() offer: OfferRow, @Ctx() scope: Scope) {
    return offer.categoryCode === null ? null : (offer.category ?? scope.load(categoryByCode, offer.categoryCode));
  }

  @FieldResolver(() => Eligibility, { description: 'Who may have it.' })
  async eligibility(@Root() { minAgeMonths, maxAgeMonths, careCategories, eligibleBuildingIds }: OfferRow, @Ctx() scope: Scope) {
    const buildings = await Promise.all(eligibleBuildingIds.map(id => scope.load(buildingById, id)));
    return { minAgeMonths, maxAgeMonths, careCategories, buildings: buildings.filter(building => building !== null) };
  }

  @FieldResolver(() => [Branch], {
    description: 'The branches it is limited to; empty: every branch in whose alliance the organisation is.',
  })
  async serviceArea(@Root() { branchIds }: OfferRow, @Ctx() scope: Scope) {
    const branches = await Promise.all(branchIds.map(id => scope.load(branchById, id)));
    return branches.filter(branch => branch !== null);
  }

  @FieldResolver(() => Validity, { description: 'How long it holds.' })
  validity(@Root() { validFrom, validUntil }: OfferRow) {
    return { startsOn: validFrom, endsOn: validUntil };
  }

  @FieldResolver(() => Filing, { nullable: true, description: 'Its filing; null where none is on file.' })
  filing(@Root() { filingNumber, filingValidUntil }: OfferRow) {
    return filingNumber && { number: filingNumber, validUntil: filingValidUntil };
  }

  @FieldResolver(() => CapacityStatusEnum, { description: 'Whether one of its sessions to come takes more.' })
  async capacityStatus(@Root() offer: OfferRow, @Ctx() scope: Scope): Promise<CapacityStatus> {
    if (offerState(offer, localDate(scope.now())) !== 'PUBLISHED') return 'NO_CAPACITY';
    return capacityStatus((await scope.load(hasFreePlaces, offer.id)) ?? false, offer.needsAssessment);
  }
}

@Resolver(() => Organization)
export class OffersOfOrganizationResolver {
  @FieldResolver(() => OfferConnection, { description: 'Its offers that you may see, newest first.' })
  offers(
    @Root() organization: Organization,
    @Ctx() scope: Scope,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
  ) {
    return listOffers(scope, { organizationId: organization.id }, page, info);
  }
}

@Resolver(() => Branch)
export class OffersOfBranchResolver {
  @FieldResolver(() => OfferConnection, { description: 'Offers whose service area covers the branch, newest first.' })
  offers(
    @Root() branch: Branch,
    @Ctx() scope: Scope,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => OfferFilterInput, { nullable: true, description: 'Which of them; a branch given here is ignored.' })
    filter?: OfferFilterInput | null,
  ) {
    return listOffers(scope, { ...rawFilter(scope, filter), branchId: branch.id }, page, info);
  }
}

registerNode('Offer', findOffer);
