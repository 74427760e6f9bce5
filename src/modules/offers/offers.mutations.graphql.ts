import { Arg, Ctx, Field, ID, InputType, Int, Mutation, Resolver } from 'type-graphql';
import { CareCategoryEnum, LanguageEnum, ModeEnum } from '../../graphql/labels.js';
import { mutate, payloadOf } from '../../graphql/payload.js';
import { Fen, LocalDate, UUID } from '../../graphql/scalars.js';
import type { CareCategory, Language, Mode } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import type { OfferFields, OfferReason } from './offers.domain.js';
import { Offer, OfferReasonEnum, OfferResolver, OffersOfBranchResolver, OffersOfOrganizationResolver } from './offers.graphql.js';
import { assureOffer, createOffer, pauseOffer, publishOffer, updateOffer, withdrawOffer } from './offers.service.js';
import { sessionResolvers } from './sessions.graphql.js';
import { sessionMutations } from './sessions.mutations.graphql.js';

@InputType()
abstract class OfferFieldsInput {
  @Field(() => String, { nullable: true, description: 'Code of a category.' }) readonly categoryCode?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'Serve needs of every category below it, too.' }) readonly coversChildren?:
    | boolean
    | null;
  @Field(() => String, { nullable: true, description: 'At most 80 characters.' }) readonly title?: string | null;
  @Field(() => String, { nullable: true, description: 'At most 2,000 characters.' }) readonly description?: string | null;
  @Field(() => [ModeEnum], { nullable: true, description: 'Where it takes place; any of these.' }) readonly modes?: Mode[] | null;
  @Field(() => Int, { nullable: true, description: 'Minutes between asking and the service, 0 to 129,600.' })
  readonly leadTimeMinutes?: number | null;
  @Field(() => Fen, { nullable: true, description: 'What the beneficiary pays for one unit; must be 0 for volunteers.' })
  readonly costFen?: number | null;
  @Field(() => Boolean, { nullable: true, description: 'Given by volunteers; true when nothing is said.' }) readonly volunteer?:
    | boolean
    | null;
  @Field(() => Boolean, { nullable: true, description: 'Each person is assessed first.' }) readonly needsAssessment?:
    | boolean
    | null;
  @Field(() => LocalDate, { nullable: true, description: 'First day.' }) readonly validFrom?: string | null;
  @Field(() => LocalDate, { nullable: true, description: 'Last day.' }) readonly validUntil?: string | null;
  @Field(() => String, { nullable: true, description: 'Number of the filing with the health authority, at most 60 characters.' })
  readonly filingNumber?: string | null;
  @Field(() => LocalDate, { nullable: true, description: 'Last day that the filing covers.' }) readonly filingValidUntil?:
    | string
    | null;
  @Field(() => Int, { nullable: true, description: 'At least so many months old on the day of service.' }) readonly minAgeMonths?:
    | number
    | null;
  @Field(() => Int, { nullable: true, description: 'Younger than so many months on the day of service.' }) readonly maxAgeMonths?:
    | number
    | null;
  @Field(() => [CareCategoryEnum], { nullable: true, description: 'Only for one of these groups; empty asks nothing.' })
  readonly careCategories?: CareCategory[] | null;
  @Field(() => [ID], { nullable: true, description: 'Only for people of these buildings, at most 100; empty asks nothing.' })
  readonly eligibleBuildingIds?: string[] | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'Only for these branches, at most 20; empty: wherever the organisation is a member.',
  })
  readonly branchIds?: string[] | null;
  @Field(() => [LanguageEnum], { nullable: true, description: 'Spoken by the helpers.' }) readonly languages?: Language[] | null;
}

/** Null empties a date, number or code; for lists, texts and flags it means the same as leaving the field out. */
const EMPTIED_BY_NULL: readonly string[] = [
  'categoryCode',
  'validFrom',
  'validUntil',
  'filingNumber',
  'filingValidUntil',
  'minAgeMonths',
  'maxAgeMonths',
];
const given = <T extends object>(input: T) =>
  Object.fromEntries(
    Object.entries(input).filter(([name, value]) => value !== undefined && (value !== null || EMPTIED_BY_NULL.includes(name))),
  ) as Partial<OfferFields> & {
    readonly [K in Exclude<keyof T, keyof OfferFields>]: T[K];
  };

@InputType({ description: 'A new draft; whatever is missing may follow.' })
class OfferCreateInput extends OfferFieldsInput {
  @Field(() => ID, { description: 'The organisation that pledges it.' }) readonly organizationId!: string;
  @Field(() => UUID, { description: 'Made by the client; the same key never drafts twice.' }) readonly idempotencyKey!: string;
}
@InputType()
abstract class OfferChangeInput {
  @Field(() => ID, { description: 'Which offer.' }) readonly offerId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
  @Field(() => UUID, { nullable: true, description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey?: string | null;
}
@InputType({
  description:
    'Changes; what is left out stays. Once published, category, cost and eligibility are fixed, and title, modes, validity and filing may be changed but not emptied.',
})
class OfferUpdateInput extends OfferFieldsInput {
  @Field(() => ID, { description: 'Which offer.' }) readonly offerId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
}
@InputType({ description: 'The draft or paused offer to show.' })
class OfferPublishInput extends OfferChangeInput {}
@InputType({ description: 'The offer that is still true.' })
class OfferAssureInput extends OfferChangeInput {}
@InputType({ description: 'The offer to hide for a while.' })
class OfferPauseInput extends OfferChangeInput {
  @Field(() => OfferReasonEnum, { description: 'Why; staff read it.' }) readonly reason!: OfferReason;
}
@InputType({ description: 'The offer to end.' })
class OfferWithdrawInput extends OfferChangeInput {
  @Field(() => OfferReasonEnum, { description: 'Why; staff read it.' }) readonly reason!: OfferReason;
}

const OfferCreatePayload = payloadOf('OfferCreate', 'offer', () => Offer);
const OfferUpdatePayload = payloadOf('OfferUpdate', 'offer', () => Offer);
const OfferPublishPayload = payloadOf('OfferPublish', 'offer', () => Offer);
const OfferAssurePayload = payloadOf('OfferAssure', 'offer', () => Offer);
const OfferPausePayload = payloadOf('OfferPause', 'offer', () => Offer);
const OfferWithdrawPayload = payloadOf('OfferWithdraw', 'offer', () => Offer);
const POINTS = { organizationId: 'Organization', branchIds: 'Branch', eligibleBuildingIds: 'Building' } as const;
const OFFER = { offerId: 'Offer' } as const;

@Resolver()
class OfferMutations {
  @Mutation(() => OfferCreatePayload, {
    description: 'Drafts an offer. Liaisons of the organisation and the community admin may.',
  })
  offerCreate(
    @Ctx() scope: Scope,
    @Arg('input', () => OfferCreateInput, { description: 'What is known so far.' }) input: OfferCreateInput,
  ) {
    return mutate(scope, 'offer', input, POINTS, command => createOffer(scope, given(command)));
  }

  @Mutation(() => OfferUpdatePayload, { description: 'Changes an offer. Its liaisons and the community admin may.' })
  offerUpdate(
    @Ctx() scope: Scope,
    @Arg('input', () => OfferUpdateInput, { description: 'What to change.' }) input: OfferUpdateInput,
  ) {
    return mutate(scope, 'offer', input, { ...OFFER, branchIds: 'Branch', eligibleBuildingIds: 'Building' }, command =>
      updateOffer(scope, given(command)),
    );
  }

  @Mutation(() => OfferPublishPayload, { description: 'Shows a draft or paused offer; tells all that is missing at once.' })
  offerPublish(
    @Ctx() scope: Scope,
    @Arg('input', () => OfferPublishInput, { description: 'Which one.' }) input: OfferPublishInput,
  ) {
    return mutate(scope, 'offer', input, OFFER, command => publishOffer(scope, command));
  }

  @Mutation(() => OfferAssurePayload, { description: 'Confirms that all it says is still true.' })
  offerAssure(@Ctx() scope: Scope, @Arg('input', () => OfferAssureInput, { description: 'Which one.' }) input: OfferAssureInput) {
    return mutate(scope, 'offer', input, OFFER, command => assureOffer(scope, command));
  }

  @Mutation(() => OfferPausePayload, { description: 'Hides it for a while: nothing new is promised, promises stand.' })
  offerPause(
    @Ctx() scope: Scope,
    @Arg('input', () => OfferPauseInput, { description: 'Which one, and why.' }) input: OfferPauseInput,
  ) {
    return mutate(scope, 'offer', input, OFFER, command => pauseOffer(scope, command));
  }

  @Mutation(() => OfferWithdrawPayload, { description: 'Ends it for good; promises stand.' })
  offerWithdraw(
    @Ctx() scope: Scope,
    @Arg('input', () => OfferWithdrawInput, { description: 'Which one, and why.' }) input: OfferWithdrawInput,
  ) {
    return mutate(scope, 'offer', input, OFFER, command => withdrawOffer(scope, command));
  }
}

export const offersResolvers = [
  OfferResolver,
  OffersOfOrganizationResolver,
  OffersOfBranchResolver,
  ...sessionResolvers,
  OfferMutations,
  ...sessionMutations,
] as const;
