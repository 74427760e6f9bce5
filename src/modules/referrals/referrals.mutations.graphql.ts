import { Arg, Ctx, Field, ID, InputType, Int, Mutation, Resolver } from 'type-graphql';
import { mutate, payloadOf } from '../../graphql/payload.js';
import { Quantity, UUID } from '../../graphql/scalars.js';
import type { Scope } from '../../scope/scope.js';
import type { OverrideReason } from '../matching/decisions.domain.js';
import { Match, OverrideReasonEnum } from '../matching/matching.graphql.js';
import { ratingsResolvers } from './ratings.graphql.js';
import { recordsResolvers, ServiceRecordInput } from './records.graphql.js';
import type { ReferralReason } from './referrals.domain.js';
import {
  Referral,
  ReferralReasonEnum,
  ReferralResolver,
  ReferralsOfNeedResolver,
  ReferralsOfSessionResolver,
} from './referrals.graphql.js';
import {
  acceptProposal,
  changeReferral,
  claimNeed,
  completeReferral,
  declineProposal,
  requestReferral,
} from './referrals.service.js';

@InputType({ description: 'The proposal that your organisation says yes to.' })
class MatchAcceptInput {
  @Field(() => ID, { description: 'Which proposal.' }) readonly matchId!: string;
  @Field(() => UUID, { description: 'Made by the client; the same key never accepts twice.' }) readonly idempotencyKey!: string;
}

@InputType({ description: 'The proposal that your organisation says no to.' })
class MatchDeclineInput {
  @Field(() => ID, { description: 'Which proposal.' }) readonly matchId!: string;
  @Field(() => ReferralReasonEnum, { description: 'Why; it is shown to the branch and costs you nothing.' })
  readonly reason!: ReferralReason;
  @Field(() => UUID, { nullable: true, description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey?: string | null;
}

@InputType({ description: 'The need that your organisation takes on, and in which of its sessions.' })
class NeedClaimInput {
  @Field(() => ID, { description: 'Which need.' }) readonly needId!: string;
  @Field(() => ID, { description: 'Which session of an offer of your own.' }) readonly sessionId!: string;
  @Field(() => Quantity, { defaultValue: 1, description: "How much of it, in the category's unit." }) readonly quantity!: number;
  @Field(() => UUID, { description: 'Made by the client; the same key never claims twice.' }) readonly idempotencyKey!: string;
}

@InputType({ description: 'The need and the session that a branch wants to bring together.' })
class ReferralRequestInput {
  @Field(() => ID, { description: 'Which need of your branch.' }) readonly needId!: string;
  @Field(() => ID, { description: 'Which session.' }) readonly sessionId!: string;
  @Field(() => Quantity, { defaultValue: 1, description: "How much of it, in the category's unit." }) readonly quantity!: number;
  @Field(() => Boolean, { defaultValue: false, description: 'Keep it as a draft; `referralSubmit` asks the organisation later.' })
  readonly draft!: boolean;
  @Field(() => OverrideReasonEnum, {
    nullable: true,
    description:
      'Why you know better than the engine: asked for when the need has open proposals and this is none of them, or when it has none and this is not its first suggestion. REASON_REQUIRED tells so; unused otherwise.',
  })
  readonly overrideReason?: OverrideReason | null;
  @Field(() => String, {
    nullable: true,
    description:
      'More about that, at most 200 characters; read by staff of the branch only. Kept only where something is overridden.',
  })
  readonly overrideNote?: string | null;
  @Field(() => UUID, { description: 'Made by the client; the same key never asks twice.' }) readonly idempotencyKey!: string;
}

@InputType()
abstract class ReferralStep {
  @Field(() => ID, { description: 'Which referral.' }) readonly referralId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
  @Field(() => UUID, { nullable: true, description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey?: string | null;
}
@InputType()
abstract class ReferralStepWithReason extends ReferralStep {
  @Field(() => ReferralReasonEnum, { description: 'Why; both sides read it.' }) readonly reason!: ReferralReason;
}
@InputType({ description: 'The draft to send.' })
class ReferralSubmitInput extends ReferralStep {}
@InputType({ description: 'The request to accept.' })
class ReferralAcceptInput extends ReferralStep {}
@InputType({ description: 'The service that begins.' })
class ReferralStartInput extends ReferralStep {}
@InputType({ description: 'The referral to go on with.' })
class ReferralResumeInput extends ReferralStep {}
@InputType({ description: 'The request to refuse.' })
class ReferralRejectInput extends ReferralStepWithReason {}
@InputType({ description: 'The referral to pause.' })
class ReferralHoldInput extends ReferralStepWithReason {}
@InputType({ description: 'The referral that came to nothing.' })
class ReferralFailInput extends ReferralStepWithReason {}
@InputType({ description: 'The referral to call off.' })
class ReferralCancelInput extends ReferralStepWithReason {}
@InputType({ description: 'The referral that should never have been.' })
class ReferralMarkAsErrorInput extends ReferralStepWithReason {}

@InputType({ description: 'The delivered service and its record.' })
class ReferralCompleteInput extends ReferralStep {
  @Field(() => ServiceRecordInput, { description: 'What really happened.' }) readonly record!: ServiceRecordInput;
}

const referral = () => Referral;
const MatchAcceptPayload = payloadOf('MatchAccept', 'referral', referral);
const MatchDeclinePayload = payloadOf('MatchDecline', 'match', () => Match);
const NeedClaimPayload = payloadOf('NeedClaim', 'referral', referral);
const ReferralRequestPayload = payloadOf('ReferralRequest', 'referral', referral);
const ReferralSubmitPayload = payloadOf('ReferralSubmit', 'referral', referral);
const ReferralAcceptPayload = payloadOf('ReferralAccept', 'referral', referral);
const ReferralRejectPayload = payloadOf('ReferralReject', 'referral', referral);
const ReferralStartPayload = payloadOf('ReferralStart', 'referral', referral);
const ReferralHoldPayload = payloadOf('ReferralHold', 'referral', referral);
const ReferralResumePayload = payloadOf('ReferralResume', 'referral', referral);
const ReferralCompletePayload = payloadOf('ReferralComplete', 'referral', referral);
const ReferralFailPayload = payloadOf('ReferralFail', 'referral', referral);
const ReferralCancelPayload = payloadOf('ReferralCancel', 'referral', referral);
const ReferralMarkAsErrorPayload = payloadOf('ReferralMarkAsError', 'referral', referral);

const PAIR = { needId: 'Need', sessionId: 'Session' } as const;
const ONE = { referralId: 'Referral' } as const;

@Resolver()
class PairingMutations {
  @Mutation(() => MatchAcceptPayload, {
    description: 'Your organisation accepts a proposal: a referral is made, places and need are held. Only its liaisons may.',
  })
  matchAccept(@Ctx() scope: Scope, @Arg('input', () => MatchAcceptInput, { description: 'Which one.' }) input: MatchAcceptInput) {
    return mutate(scope, 'referral', input, { matchId: 'Match' }, command => acceptProposal(scope, command));
  }

  @Mutation(() => MatchDeclinePayload, {
    description:
      'Your organisation declines a proposal, which costs nothing: the need stays open with its rank, and what your reason closes (see `ReferralReason`) is not proposed for it again.',
  })
  matchDecline(
    @Ctx() scope: Scope,
    @Arg('input', () => MatchDeclineInput, { description: 'Which one, and why.' }) input: MatchDeclineInput,
  ) {
    return mutate(scope, 'match', input, { matchId: 'Match' }, command => declineProposal(scope, command));
  }

  @Mutation(() => NeedClaimPayload, {
    description:
      'Your organisation takes on an open need in one of its sessions (认领). Promised at once; hard rules of matching must hold.',
  })
  needClaim(
    @Ctx() scope: Scope,
    @Arg('input', () => NeedClaimInput, { description: 'Which need, where.' }) input: NeedClaimInput,
  ) {
    return mutate(scope, 'referral', input, PAIR, command => claimNeed(scope, command));
  }

  @Mutation(() => ReferralRequestPayload, {
    description: 'A branch asks an organisation to serve a need; it may refuse. Staff of the branch may.',
  })
  referralRequest(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralRequestInput, { description: 'Which need, where.' }) input: ReferralRequestInput,
  ) {
    return mutate(scope, 'referral', input, PAIR, command => requestReferral(scope, command));
  }
}

@Resolver()
class ReferralMutations {
  @Mutation(() => ReferralSubmitPayload, { description: 'Sends a draft to the organisation. Staff of the branch may.' })
  referralSubmit(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralSubmitInput, { description: 'Which one.' }) input: ReferralSubmitInput,
  ) {
    return mutate(scope, 'referral', input, ONE, command => changeReferral(scope, 'REQUESTED', command));
  }

  @Mutation(() => ReferralAcceptPayload, {
    description: 'The organisation accepts a request: places and need are held from now on.',
  })
  referralAccept(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralAcceptInput, { description: 'Which one.' }) input: ReferralAcceptInput,
  ) {
    return mutate(scope, 'referral', input, ONE, command => changeReferral(scope, 'ACCEPTED', command));
  }

  @Mutation(() => ReferralRejectPayload, {
    description: 'The organisation refuses a request; the need stays open with its rank. Costs nothing.',
  })
  referralReject(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralRejectInput, { description: 'Which one, and why.' }) input: ReferralRejectInput,
  ) {
    return mutate(scope, 'referral', input, ONE, command => changeReferral(scope, 'REJECTED', command));
  }

  @Mutation(() => ReferralStartPayload, { description: 'The organisation says that the service has begun.' })
  referralStart(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralStartInput, { description: 'Which one.' }) input: ReferralStartInput,
  ) {
    return mutate(scope, 'referral', input, ONE, command => changeReferral(scope, 'IN_PROGRESS', command));
  }

  @Mutation(() => ReferralHoldPayload, { description: 'The organisation pauses; places and need stay held.' })
  referralHold(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralHoldInput, { description: 'Which one, and why.' }) input: ReferralHoldInput,
  ) {
    return mutate(scope, 'referral', input, ONE, command => changeReferral(scope, 'ON_HOLD', command));
  }

  @Mutation(() => ReferralResumePayload, { description: 'The organisation goes on after a pause.' })
  referralResume(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralResumeInput, { description: 'Which one.' }) input: ReferralResumeInput,
  ) {
    return mutate(scope, 'referral', input, ONE, command => changeReferral(scope, 'IN_PROGRESS', command));
  }

  @Mutation(() => ReferralCompletePayload, {
    description: 'The organisation delivered; the record tells what. The need is fulfilled as far as it was delivered.',
  })
  referralComplete(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralCompleteInput, { description: 'Which one, and what happened.' }) input: ReferralCompleteInput,
  ) {
    return mutate(scope, 'referral', input, ONE, command => completeReferral(scope, command));
  }

  @Mutation(() => ReferralFailPayload, { description: 'The organisation tried and could not; the need is open again.' })
  referralFail(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralFailInput, { description: 'Which one, and why.' }) input: ReferralFailInput,
  ) {
    return mutate(scope, 'referral', input, ONE, command => changeReferral(scope, 'FAILED', command));
  }

  @Mutation(() => ReferralCancelPayload, {
    description: 'Either side calls it off, and the family while it has not begun; what was held is given back.',
  })
  referralCancel(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralCancelInput, { description: 'Which one, and why.' }) input: ReferralCancelInput,
  ) {
    return mutate(scope, 'referral', input, ONE, command => changeReferral(scope, 'CANCELLED', command));
  }

  @Mutation(() => ReferralMarkAsErrorPayload, {
    description: 'The branch declares that it should never have been; all it did is undone, and the log keeps that it was.',
  })
  referralMarkAsError(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralMarkAsErrorInput, { description: 'Which one, and why.' }) input: ReferralMarkAsErrorInput,
  ) {
    return mutate(scope, 'referral', input, ONE, command => changeReferral(scope, 'ENTERED_IN_ERROR', command));
  }
}

export const referralsResolvers = [
  ReferralResolver,
  ReferralsOfNeedResolver,
  ReferralsOfSessionResolver,
  PairingMutations,
  ReferralMutations,
  ...recordsResolvers,
  ...ratingsResolvers,
] as const;
