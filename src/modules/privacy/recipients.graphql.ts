import { Arg, Ctx, Field, FieldResolver, ID, InputType, Int, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { windowOf } from '../../graphql/connection.js';
import { defineEnum } from '../../graphql/enums.js';
import { mutate, Payload, payloadOf } from '../../graphql/payload.js';
import { DateTime, LocalDate } from '../../graphql/scalars.js';
import { ok } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { Referral } from '../referrals/referrals.graphql.js';
import { Building } from '../territory/territory.graphql.js';
import { buildingById } from '../territory/territory.service.js';
import type { RecipientPurpose, RecipientSight } from './recipients.domain.js';
import {
  BY_START,
  type ServiceOrder as Order,
  type Recipient as RecipientValues,
  recipientSight,
  revealOrders,
  revealRecipient,
} from './recipients.service.js';

const RecipientSightEnum = defineEnum<RecipientSight>(
  'RecipientSight',
  'Whether the organization of a referral may see whom it serves, or why not. Where it may not, the branch brings the two together.',
  {
    OPEN: ['可查看', 'open', 'From the promise until seven days after the delivery.'],
    NOT_YET_ACCEPTED: ['尚未接单', 'not yet accepted', 'The organization has not promised anything.'],
    CONSENT_MISSING: ['未取得同意', 'consent missing', 'The person has not agreed to be shown; nobody must.'],
    CONSENT_WITHDRAWN: ['同意已撤回', 'consent withdrawn', 'The person agreed and took it back.'],
    RESTRICTED: ['已限制处理', 'restricted', 'The person asked that nothing be done with their data.'],
    OVER: ['已结束', 'over', 'Called off, failed, or delivered more than seven days ago.'],
    NO_PERSON: ['非在册个人', 'no person', 'A group, an organization, a place, or somebody who is not on file.'],
  },
);
const RecipientPurposeEnum = defineEnum<RecipientPurpose>('RecipientPurpose', 'For what a partner looks; kept with the look.', {
  ARRANGE: ['预约联系', 'to arrange it', 'To agree on the hour or the way.'],
  DELIVER: ['上门服务', 'to deliver it', 'To find the person and serve.'],
  FOLLOW_UP: ['服务回访', 'to follow up', 'To ask how it went.'],
});

@ObjectType({ description: 'The door of whom is served.' })
class RecipientHome {
  @Field(() => String, { nullable: true, description: 'Room behind the entrance; null when not on file.' }) readonly room!:
    | string
    | null;
  @Field(() => Int, { nullable: true, description: 'Which floor, counted from 1; null when not known.' }) readonly storey!:
    | number
    | null;
}
@ObjectType({ description: 'Whom an organization serves, no more than the service asks for. Not to be stored by clients.' })
class Recipient {
  @Field(() => String, { description: 'How to address them: surname and 先生, 女士 or 小朋友.' }) readonly salutation!: string;
  @Field(() => String, {
    nullable: true,
    description: 'What to dial, E.164: a relayed number where there is a relay; null when not on file.',
  })
  readonly phone!: string | null;
  @Field(() => RecipientHome, { nullable: true, description: 'Null unless the service comes to their home.' })
  readonly home!: RecipientValues['home'];
  @Field(() => String, {
    nullable: true,
    description: 'What to mind and how to get in; null unless they agreed to that separately and something was written.',
  })
  readonly careNotes!: string | null;
}
@ObjectType({ description: 'A referral as those who deliver it need it (服务单): when, where, whom to meet.' })
class ServiceOrder {
  @Field(() => DateTime, { nullable: true, description: 'When it begins; null on request: to be arranged.' })
  readonly startsAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When it ends; null on request.' }) readonly endsAt!: Date | null;
  @Field(() => String, { description: 'Where, in words; blank for services at home or online.' }) readonly place!: string;
  @Field(() => RecipientSightEnum, { description: 'Whether you may see whom you serve, or why not.' })
  readonly recipientSight!: RecipientSight;
  @Field(() => Recipient, { nullable: true, description: 'Null unless `recipientSight` is OPEN.' })
  readonly recipient!: RecipientValues | null;
  @Field(() => Referral, { description: 'What was promised.' }) readonly referral!: Order['referral'];
}

@InputType({ description: 'Whose orders of which day, and why they are looked at.' })
class ServiceOrdersRevealInput {
  @Field(() => ID, { description: 'The Organization for which you speak.' }) readonly organizationId!: string;
  @Field(() => LocalDate, { nullable: true, description: 'The day; today when left out.' }) readonly date?: string | null;
  @Field(() => RecipientPurposeEnum, { description: 'Kept in the access log with your account.' })
  readonly purpose!: RecipientPurpose;
  @Field(() => Int, { nullable: true, description: 'How many, 0 to 100; 20 when left out.' }) readonly first?: number | null;
  @Field(() => String, { nullable: true, description: 'Go on behind this `endCursor`.' }) readonly after?: string | null;
}
@InputType({ description: 'Which referral, and why its recipient is looked at.' })
class ReferralRecipientRevealInput {
  @Field(() => ID, { description: 'A Referral that your organization performs.' }) readonly referralId!: string;
  @Field(() => RecipientPurposeEnum, { description: 'Kept in the access log with your account.' })
  readonly purpose!: RecipientPurpose;
}

@ObjectType({ description: 'The orders of a day.' })
class ServiceOrderPage {
  @Field(() => [ServiceOrder], { description: 'In the order of the hours; what is on request comes last.' })
  readonly orders!: readonly Order[];
  @Field(() => String, { nullable: true, description: 'Send it as `after` for those that follow; null when these are all.' })
  readonly endCursor!: string | null;
}
@ObjectType({ description: 'The orders of a day, or why they are not shown.' })
class ServiceOrdersRevealPayload extends Payload {
  @Field(() => ServiceOrderPage, { nullable: true, description: 'Null when it was refused.' })
  readonly day!: ServiceOrderPage | null;
}
const ReferralRecipientRevealPayload = payloadOf('ReferralRecipientReveal', 'order', () => ServiceOrder);

@Resolver(() => ServiceOrder)
class ServiceOrderResolver {
  @FieldResolver(() => Building, { nullable: true, description: 'The stairwell to which people come; null at home or online.' })
  building(@Root() { buildingId }: Order, @Ctx() scope: Scope) {
    return buildingId === null ? null : scope.load(buildingById, buildingId);
  }
}
@Resolver(() => RecipientHome)
class RecipientHomeResolver {
  @FieldResolver(() => Building, { nullable: true, description: 'Their stairwell.' })
  building(@Root() { buildingId }: NonNullable<RecipientValues['home']>, @Ctx() scope: Scope) {
    return scope.load(buildingById, buildingId);
  }
}
@Resolver(() => Referral)
class SightOfReferralResolver {
  @FieldResolver(() => RecipientSightEnum, {
    nullable: true,
    description:
      'Whether its organization may see whom it serves at this moment, or why not. The values themselves come from `referralRecipientReveal` and `serviceOrdersReveal` alone.',
  })
  recipientSight(@Root() { id }: Referral, @Ctx() scope: Scope): Promise<RecipientSight | null> {
    return recipientSight(scope, id);
  }
}

@Resolver()
class RecipientMutations {
  @Mutation(() => ServiceOrdersRevealPayload, {
    description:
      'What your organization has promised for a day: when, where, whom to meet. Shows the person only from the promise until seven days after the delivery and only while they agree to it; each person shown is written down with your account in the same transaction, and they can see that.',
  })
  serviceOrdersReveal(
    @Ctx() scope: Scope,
    @Arg('input', () => ServiceOrdersRevealInput, { description: 'Whose, when, and why.' }) input: ServiceOrdersRevealInput,
  ) {
    const { first, after, ...asked } = input;
    const window = windowOf(BY_START, { first, after });
    return mutate(scope, 'day', asked, { organizationId: 'Organization' }, async command => {
      const found = await revealOrders(scope, command, window);
      if (!found.ok) return found;
      const { edges, hasNextPage } = found.value;
      const endCursor = hasNextPage ? (edges.at(-1)?.cursor ?? null) : null;
      return ok({ orders: edges.map(({ node }) => node), endCursor });
    });
  }

  @Mutation(() => ReferralRecipientRevealPayload, {
    description: 'The same of one referral. Staff have `residentReveal` for this, on their own account.',
  })
  referralRecipientReveal(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralRecipientRevealInput, { description: 'Which, and why.' }) input: ReferralRecipientRevealInput,
  ) {
    return mutate(scope, 'order', input, { referralId: 'Referral' }, command => revealRecipient(scope, command));
  }
}

export const recipientResolvers = [
  ServiceOrderResolver,
  RecipientHomeResolver,
  SightOfReferralResolver,
  RecipientMutations,
] as const;
