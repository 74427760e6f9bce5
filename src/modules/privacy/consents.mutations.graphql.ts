import { Arg, Ctx, Field, ID, InputType, Mutation, Resolver } from 'type-graphql';
import { defineEnum } from '../../graphql/enums.js';
import { mutate, payloadOf } from '../../graphql/payload.js';
import { UUID } from '../../graphql/scalars.js';
import type { Scope } from '../../scope/scope.js';
import { Resident } from '../residents/residents.graphql.js';
import type { ConsentPurpose } from './consents.domain.js';
import { ConsentPurposeEnum, WordInput } from './consents.enums.graphql.js';
import { Consent, ConsentResolver, ConsentsOfNeedResolver, ConsentsOfResidentResolver } from './consents.graphql.js';
import { grantConsent, withdrawConsent } from './consents.service.js';
import { NoticeResolver } from './notices.graphql.js';
import type { ObjectionReason } from './objections.domain.js';
import { setOptOut, setRestriction } from './objections.service.js';
import { recipientResolvers } from './recipients.graphql.js';

const ObjectionReasonEnum = defineEnum<ObjectionReason>('ObjectionReason', 'Why; nobody has to justify it.', {
  PREFERS_PEOPLE: ['希望人工办理', 'prefers people', 'Wants somebody to decide, not a program.'],
  NOT_WISHED: ['本人不愿意', 'not wished', 'Reason enough.'],
  DATA_DISPUTED: ['信息有争议', 'data disputed', 'What is on file is being checked.'],
  LEGAL_MATTER: ['涉及纠纷', 'legal matter', 'The data are kept for a dispute.'],
  CHANGED_MIND: ['改变主意', 'changed their mind', 'Most often why it is lifted again.'],
});

@InputType({ description: 'Who agrees to what. The same person and purpose may be agreed to for one need or organization only.' })
class ConsentGrantInput extends WordInput {
  @Field(() => ID, { description: 'Whose data: a Resident.' }) readonly residentId!: string;
  @Field(() => ConsentPurposeEnum, { description: 'To what.' }) readonly purpose!: ConsentPurpose;
  @Field(() => ID, { nullable: true, description: 'For this need of theirs alone; for every one when left out.' })
  readonly needId?: string | null;
  @Field(() => ID, { nullable: true, description: 'Towards this organization alone; each that promised to serve when left out.' })
  readonly organizationId?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'The version of `privacyNotice` that they were told; the newest when left out.',
  })
  readonly noticeVersion?: string | null;
  @Field(() => UUID, { description: 'Made by the client; the same key never grants twice.' }) readonly idempotencyKey!: string;
}
@InputType({ description: 'Which consent is taken back. No reason is asked.' })
class ConsentWithdrawInput extends WordInput {
  @Field(() => ID, { description: 'The Consent.' }) readonly consentId!: string;
  @Field(() => UUID, { description: 'Made by the client; a repeat gets the first answer.' }) readonly idempotencyKey!: string;
}
@InputType()
abstract class ObjectionInput extends WordInput {
  @Field(() => ID, { description: 'About whom: a Resident.' }) readonly residentId!: string;
  @Field(() => ObjectionReasonEnum, { description: 'Kept in the event log.' }) readonly reason!: ObjectionReason;
  @Field(() => UUID, { description: 'Made by the client; a repeat gets the first answer.' }) readonly idempotencyKey!: string;
}
@InputType({ description: 'Whether somebody is matched automatically.' })
class MatchingOptOutSetInput extends ObjectionInput {
  @Field(() => Boolean, { description: 'True: people decide by hand.' }) readonly optedOut!: boolean;
}
@InputType({ description: 'Whether a record is kept and nothing else is done with it.' })
class ProcessingRestrictionSetInput extends ObjectionInput {
  @Field(() => Boolean, { description: 'True: neither matched nor shown to organizations.' }) readonly restricted!: boolean;
}

const ConsentGrantPayload = payloadOf('ConsentGrant', 'consent', () => Consent);
const ConsentWithdrawPayload = payloadOf('ConsentWithdraw', 'consent', () => Consent);
const MatchingOptOutSetPayload = payloadOf('MatchingOptOutSet', 'resident', () => Resident);
const ProcessingRestrictionSetPayload = payloadOf('ProcessingRestrictionSet', 'resident', () => Resident);

const WHO = 'Verified kin may, the resident’s own account among them, and staff of the branch on behalf of whom they heard.';

@Resolver()
export class ConsentMutations {
  @Mutation(() => ConsentGrantPayload, { description: `Agrees to one use of a resident’s data, at once. ${WHO}` })
  consentGrant(
    @Ctx() scope: Scope,
    @Arg('input', () => ConsentGrantInput, { description: 'Who, to what.' }) input: ConsentGrantInput,
  ) {
    const ids = { residentId: 'Resident', needId: 'Need', organizationId: 'Organization' };
    return mutate(scope, 'consent', input, ids, command => grantConsent(scope, command));
  }

  @Mutation(() => ConsentWithdrawPayload, {
    description: `Takes a consent back: once this is answered, nothing is shown under it any more. Another consent that covers the same stays. ${WHO}`,
  })
  consentWithdraw(
    @Ctx() scope: Scope,
    @Arg('input', () => ConsentWithdrawInput, { description: 'Which.' }) input: ConsentWithdrawInput,
  ) {
    return mutate(scope, 'consent', input, { consentId: 'Consent' }, command => withdrawConsent(scope, command));
  }

  @Mutation(() => MatchingOptOutSetPayload, {
    description: `Opts somebody out of automated matching, or in again (PIPL art. 24). Their needs stay in the lists, \`needs(filter: {byHand: true})\` shows them, and staff request help by hand. ${WHO}`,
  })
  matchingOptOutSet(
    @Ctx() scope: Scope,
    @Arg('input', () => MatchingOptOutSetInput, { description: 'Who, and why.' }) input: MatchingOptOutSetInput,
  ) {
    return mutate(scope, 'resident', input, { residentId: 'Resident' }, command => setOptOut(scope, command));
  }

  @Mutation(() => ProcessingRestrictionSetPayload, {
    description: `Restricts what is done with somebody’s data to keeping them, or lifts it (PIPL art. 44); what organizations could see is closed at once. ${WHO}`,
  })
  processingRestrictionSet(
    @Ctx() scope: Scope,
    @Arg('input', () => ProcessingRestrictionSetInput, { description: 'Who, and why.' }) input: ProcessingRestrictionSetInput,
  ) {
    return mutate(scope, 'resident', input, { residentId: 'Resident' }, command => setRestriction(scope, command));
  }
}

export const consentResolvers = [
  ConsentResolver,
  ConsentsOfResidentResolver,
  ConsentsOfNeedResolver,
  ConsentMutations,
  NoticeResolver,
  ...recipientResolvers,
] as const;
