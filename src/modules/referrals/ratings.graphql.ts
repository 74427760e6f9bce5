import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  Float,
  ID,
  Info,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { Weighs } from '../../graphql/cost.js';
import { defineEnum } from '../../graphql/enums.js';
import { orBadInput } from '../../graphql/errors.js';
import { mutate, payloadOf } from '../../graphql/payload.js';
import { DateTime, LocalDate, UUID } from '../../graphql/scalars.js';
import { wanted } from '../../graphql/wanted.js';
import { allOf, checkInteger } from '../../kernel/check.js';
import type { Scope } from '../../scope/scope.js';
import type { Membership as MembershipRecord } from '../alliance/alliance.domain.js';
import { Membership } from '../alliance/alliance.graphql.js';
import { Branch } from '../territory/territory.graphql.js';
import {
  type CooperationRating as CooperationRatingRecord,
  type CooperationRemark,
  MAX_RATING_NOTE,
  RATING_DAYS,
  type RatingFigures as RatingFiguresRecord,
  SCORES,
  type ServiceRating as ServiceRatingRecord,
  type ServiceRemark,
} from './ratings.domain.js';
import {
  cooperationRatingOf,
  countRatings,
  LATEST_RATED,
  listRatings,
  type MonthOfRatings,
  ratableUntilOf,
  rateCooperation,
  rateService,
  ratingsOf,
  serviceRatingOf,
} from './ratings.service.js';
import type { Confirmer } from './records.domain.js';
import { ConfirmerEnum } from './records.graphql.js';
import type { Referral as ReferralRow } from './referrals.domain.js';
import { Referral } from './referrals.graphql.js';
import { findReferral } from './referrals.service.js';

const ServiceRemarkEnum = defineEnum<ServiceRemark>('ServiceRemark', 'What stood out in a service.', {
  ON_TIME: ['准时', 'on time', 'They came when they had said.'],
  KIND: ['态度好', 'kind', 'Friendly and patient.'],
  SKILLED: ['手艺好', 'skilled', 'They know their trade.'],
  THOROUGH: ['细致周到', 'thorough', 'Nothing was left undone.'],
  LATE: ['迟到', 'late', 'They came later than they had said.'],
  UNKIND: ['态度不好', 'unkind', 'Impatient or rude.'],
  POOR_WORK: ['质量不好', 'poor work', 'It was done badly.'],
  UNFINISHED: ['没做完', 'unfinished', 'A part was left undone.'],
  ASKED_FOR_MONEY: ['收费或推销', 'asked for money', 'Money was asked for or something sold, beyond what was agreed.'],
  UNSAFE: ['不安全', 'unsafe', 'Somebody was in danger.'],
});

const CooperationRemarkEnum = defineEnum<CooperationRemark>('CooperationRemark', 'What stood out in working with the branch.', {
  WELL_DESCRIBED: ['需求说明清楚', 'well described', 'What was asked for was as described.'],
  WELL_PREPARED: ['准备充分', 'well prepared', 'Place, time and things were ready.'],
  EASY_TO_REACH: ['联系方便', 'easy to reach', 'Somebody answered when something was to be settled.'],
  BADLY_DESCRIBED: ['需求说明不准', 'badly described', 'It was something else than described.'],
  NOT_PREPARED: ['准备不足', 'not prepared', 'Place, time or things were not ready.'],
  HARD_TO_REACH: ['联系不上', 'hard to reach', 'Nobody answered.'],
  SHORT_NOTICE: ['通知太晚', 'short notice', 'It was told too late.'],
});

const FEW = 'Null where from one to four people said so, or did not.';
const SCORE = '1 (very bad) to 5 (very good).';

@ObjectType({
  description: `What the receiving side says of a service (服务评价). For staff of the branch and the family; the organisation is told figures of a month only (\`Membership.ratingsOfMonth\`), so that nobody need fear to speak.`,
})
class ServiceRating {
  @Field(() => Int, { description: SCORE }) readonly score!: number;
  @Field(() => [ServiceRemarkEnum], { description: 'What stood out; may be empty.' }) readonly remarks!: readonly ServiceRemark[];
  @Field(() => ConfirmerEnum, { description: 'Who said it: the family itself, or the branch that asked in its call-back.' })
  readonly ratedAs!: Confirmer;
  @Field(() => DateTime, { description: 'When it was said, or corrected last.' }) readonly ratedAt!: Date;
  @Field(() => Int, { description: 'Grows with every correction; send it back as `expectedVersion`.' }) readonly version!: number;
}

@ObjectType({
  description:
    'What an organisation says of working with the branch (协作评价); nothing of the person who was served. For its liaisons, and for staff of the branch once they can no longer rate: the days are over, or the family has spoken.',
})
class CooperationRating implements Pick<CooperationRatingRecord, 'score' | 'remarks' | 'ratedAt' | 'version'> {
  @Field(() => Int, { description: SCORE }) readonly score!: number;
  @Field(() => [CooperationRemarkEnum], { description: 'What stood out; may be empty.' })
  readonly remarks!: readonly CooperationRemark[];
  @Field(() => DateTime, { description: 'When it was said, or corrected last.' }) readonly ratedAt!: Date;
  @Field(() => Int, { description: 'Grows with every correction; send it back as `expectedVersion`.' }) readonly version!: number;
}

@ObjectType({ description: 'How many of the ratings named something.' })
class ServiceRemarkShare {
  @Field(() => ServiceRemarkEnum, { description: 'What.' }) readonly remark!: ServiceRemark;
  @Field(() => Float, { description: 'Share of the ratings, 0 to 1.' }) readonly share!: number;
}

@ObjectType({ description: 'What people said of services that were confirmed in a month.' })
class RatingFigures implements RatingFiguresRecord {
  @Field(() => Int, { description: 'Different beneficiaries; a need without a resident on file counts as one. At least five.' })
  readonly people!: number;
  @Field(() => Int, { description: 'Services that were confirmed, rated or not.' }) readonly services!: number;
  @Field(() => Int, { description: 'Of them rated.' }) readonly ratings!: number;
  @Field(() => Float, { description: 'Mean of the scores, 1 to 5.' }) readonly mean!: number;
  @Field(() => Float, { nullable: true, description: `Share of ratings of 4 or 5. ${FEW}` }) readonly good!: number | null;
  @Field(() => Float, { nullable: true, description: `Share of ratings of 1 or 2. ${FEW}` }) readonly bad!: number | null;
  @Field(() => [ServiceRemarkShare], {
    description: 'What stood out, where at least five people said so and at least five, or nobody, did not.',
  })
  readonly remarks!: RatingFiguresRecord['remarks'];
}

@ObjectType('MonthOfRatings', {
  description: 'Figures of one month, told once nothing of it can change: what changed by one rating would tell that one.',
})
class RatingsOfMonth implements MonthOfRatings {
  @Field(() => LocalDate, { description: 'The first day.' }) readonly from!: string;
  @Field(() => LocalDate, { description: 'The day after the last.' }) readonly until!: string;
  @Field(() => DateTime, { description: 'When the last service of the month can no longer be rated: told from then on.' })
  readonly completeFrom!: Date;
  @Field(() => RatingFigures, { nullable: true, description: 'Null before that, and where fewer than five people rated.' })
  readonly figures!: RatingFiguresRecord | null;
}

@InputType()
abstract class RateInput {
  @Field(() => ID, { description: 'Which confirmed referral.' }) readonly referralId!: string;
  @Field(() => Int, { description: SCORE }) readonly score!: number;
  @Field(() => Int, {
    nullable: true,
    description: 'To correct what your side said: the version of the rating that you saw; null for the first.',
  })
  readonly expectedVersion?: number | null;
  @Field(() => UUID, { nullable: true, description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey?: string | null;
}
@InputType({ description: 'What the receiving side says of a service.' })
class ReferralRateServiceInput extends RateInput {
  @Field(() => [ServiceRemarkEnum], { defaultValue: [], description: 'What stood out, each at most once.' })
  readonly remarks!: ServiceRemark[];
  @Field(() => String, {
    nullable: true,
    description: `In their own words, at most ${MAX_RATING_NOTE} characters; read by staff of the branch and the family only.`,
  })
  readonly note?: string | null;
}
@InputType({
  description: 'What the organisation says of working with the branch. No words of its own: they could be about the person.',
})
class ReferralRateCooperationInput extends RateInput {
  @Field(() => [CooperationRemarkEnum], { defaultValue: [], description: 'What stood out, each at most once.' })
  readonly remarks!: CooperationRemark[];
}

const ReferralRateServicePayload = payloadOf('ReferralRateService', 'referral', () => Referral);
const ReferralRateCooperationPayload = payloadOf('ReferralRateCooperation', 'referral', () => Referral);
const ONE = { referralId: 'Referral' } as const;
const WHEN = `once the record is confirmed and for ${RATING_DAYS} days`;

@Resolver(() => Referral)
class RatingsOfReferralResolver {
  @FieldResolver(() => ServiceRating, {
    nullable: true,
    description: 'What the receiving side says of the service; null while nobody has, and for who speaks for the organisation.',
  })
  serviceRating(@Root() referral: ReferralRow, @Ctx() scope: Scope) {
    return serviceRatingOf(scope, referral);
  }

  @FieldResolver(() => CooperationRating, {
    nullable: true,
    description:
      'What the organisation says of the cooperation; null while it has not, for the family, and for staff of the branch while they can still rate.',
  })
  cooperationRating(@Root() referral: ReferralRow, @Ctx() scope: Scope) {
    return cooperationRatingOf(scope, referral);
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: `Until when both sides may rate and correct their ratings: ${RATING_DAYS} days from the confirmation; null before it.`,
  })
  ratableUntil(@Root() referral: ReferralRow, @Ctx() scope: Scope) {
    return ratableUntilOf(scope, referral);
  }
}

@Resolver(() => ServiceRating)
class ServiceRatingResolver {
  @FieldResolver(() => String, { nullable: true, description: 'In their own words; null where there are none.' })
  note(@Root() { note }: ServiceRatingRecord) {
    return note || null;
  }

  @FieldResolver(() => Referral, { nullable: true, description: 'Which service.' })
  referral(@Root() { referralId }: ServiceRatingRecord, @Ctx() scope: Scope) {
    return findReferral(scope, referralId);
  }
}

const ServiceRatingConnection = connectionOf('ServiceRating', () => ServiceRating);

@ArgsType()
class RatingListArgs extends PageArgs {
  @Field(() => Int, { nullable: true, description: 'Only of at most this score, 1 to 5: what the branch has to look into.' })
  readonly maxScore?: number | null;
}

@Resolver(() => Branch)
class RatingsOfBranchResolver {
  @FieldResolver(() => ServiceRatingConnection, {
    description:
      'What was said of services for its residents, the latest first. For its staff, but for services of an organisation that they speak for; empty for others.',
  })
  async serviceRatings(
    @Root() { id }: { readonly id: string },
    @Ctx() scope: Scope,
    @Info() info: GraphQLResolveInfo,
    @Args(() => RatingListArgs) { maxScore, ...page }: RatingListArgs,
  ) {
    orBadInput(allOf(checkInteger(['maxScore'], maxScore, SCORES)));
    const filter = { branchId: id, maxScore: maxScore ?? null };
    const [rows, count] = await Promise.all([
      listRatings(scope, filter, windowOf(LATEST_RATED, page)),
      wanted(info).has('totalCount') ? countRatings(scope, filter) : null,
    ]);
    return toConnection(rows, count);
  }
}

@Resolver(() => Membership)
class RatingsOfMembershipResolver {
  @Weighs(20)
  @FieldResolver(() => RatingsOfMonth, {
    nullable: true,
    description:
      'What people of the branch said of the services of the organisation. For its liaisons and staff of the branch; null for others.',
  })
  async ratingsOfMonth(
    @Root() membership: MembershipRecord,
    @Ctx() scope: Scope,
    @Arg('month', () => LocalDate, { description: 'The first day of a calendar month, in which the services were confirmed.' })
    month: string,
  ) {
    return orBadInput(await ratingsOf(scope, membership, month));
  }
}

@Resolver()
class RatingMutations {
  @Mutation(() => ReferralRateServicePayload, {
    description: `Says what the receiving side thinks of a service, ${WHEN} (服务评价). The family may, and staff of the branch for it by their call-back; what the family said stands before what the branch heard. Never who delivered.`,
  })
  referralRateService(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralRateServiceInput, { description: 'Which one, and what is said.' })
    input: ReferralRateServiceInput,
  ) {
    return mutate(scope, 'referral', input, ONE, command => rateService(scope, command));
  }

  @Mutation(() => ReferralRateCooperationPayload, {
    description: `Says what the organisation thinks of working with the branch, ${WHEN} (协作评价). Its liaisons may.`,
  })
  referralRateCooperation(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralRateCooperationInput, { description: 'Which one, and what is said.' })
    input: ReferralRateCooperationInput,
  ) {
    return mutate(scope, 'referral', input, ONE, command => rateCooperation(scope, command));
  }
}

export const ratingsResolvers = [
  RatingsOfReferralResolver,
  ServiceRatingResolver,
  RatingsOfBranchResolver,
  RatingsOfMembershipResolver,
  RatingMutations,
] as const;
