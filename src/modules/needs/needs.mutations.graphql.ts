import { Arg, Ctx, Field, Mutation, ObjectType, Resolver } from 'type-graphql';
import { mutate, Payload, payloadOf } from '../../graphql/payload.js';
import type { Scope } from '../../scope/scope.js';
import { needLists } from './lists.graphql.js';
import { Need, NeedCoverageResolver, NeedResolver, NeedTimelineResolver } from './needs.graphql.js';
import {
  NeedFulfillInput,
  NeedMarkUnmetInput,
  NeedMergeInput,
  NeedRejectInput,
  NeedSubmitInput,
  NeedTransferInput,
  NeedUpdateInput,
  NeedUrgencySetInput,
  NeedVerifyInput,
  NeedWithdrawInput,
} from './needs.inputs.graphql.js';
import {
  fulfillNeed,
  markUnmet,
  mergeNeed,
  possibleDuplicateOf,
  rejectNeed,
  setUrgency,
  submitNeed,
  transferNeed,
  updateNeed,
  verifyNeed,
  withdrawNeed,
} from './needs.service.js';

@ObjectType({ description: 'The need as it was taken down, or why it was not.' })
class NeedSubmitPayload extends Payload {
  @Field(() => Need, { nullable: true, description: 'As it stands now; null when it was refused.' }) readonly need!: Need | null;
  @Field(() => Need, {
    nullable: true,
    description:
      'A warning, not a refusal: the same beneficiary asked for the same category within the 24 hours before. Null when there is none that you may see.',
  })
  readonly possibleDuplicate!: Need | null;
  @Field(() => String, { nullable: true, description: "For P0: whom to call at once, in the caller's language. Null otherwise." })
  readonly emergencyAdvice!: string | null;
}
const NeedVerifyPayload = payloadOf('NeedVerify', 'need', () => Need);
const NeedUpdatePayload = payloadOf('NeedUpdate', 'need', () => Need);
const NeedUrgencySetPayload = payloadOf('NeedUrgencySet', 'need', () => Need);
const NeedRejectPayload = payloadOf('NeedReject', 'need', () => Need);
const NeedMergePayload = payloadOf('NeedMerge', 'need', () => Need);
const NeedTransferPayload = payloadOf('NeedTransfer', 'need', () => Need);
const NeedWithdrawPayload = payloadOf('NeedWithdraw', 'need', () => Need);
const NeedMarkUnmetPayload = payloadOf('NeedMarkUnmet', 'need', () => Need);
const NeedFulfillPayload = payloadOf('NeedFulfill', 'need', () => Need);

const ADVICE = {
  zh: '情况紧急,请立即拨打:匪警110、火警119、急救120。本需求不进入匹配,由社区工作人员直接处置。',
  en: 'This is urgent. Call now: police 110, fire brigade 119, ambulance 120. It does not go to matching; staff see to it directly.',
} as const;

const ID = { needId: 'Need' } as const;
const WHICH = { description: 'Which one, as last read.' } as const;

@Resolver()
class NeedMutations {
  @Mutation(() => NeedSubmitPayload, {
    description:
      'Takes down a need: staff for anybody in their branches, family for those they are verified kin of, liaisons for their organization. What staff take down is open at once; the rest waits to be verified.',
  })
  async needSubmit(
    @Ctx() scope: Scope,
    @Arg('input', () => NeedSubmitInput, { description: 'What is asked.' }) input: NeedSubmitInput,
  ) {
    const ids = { residentId: 'Resident', organizationId: 'Organization', buildingId: 'Building', branchId: 'Branch' };
    const payload = await mutate(
      scope,
      'need',
      input,
      { ...ids, requesterOrganizationId: 'Organization', togetherWithId: 'Need' },
      command => submitNeed(scope, command),
    );
    const { need } = payload;
    return {
      ...payload,
      possibleDuplicate: need && (await possibleDuplicateOf(scope, need)),
      emergencyAdvice: need?.urgency === 'P0' ? ADVICE[scope.locale] : null,
    };
  }

  @Mutation(() => NeedVerifyPayload, {
    description:
      'Opens a submitted need after checking it. Staff of the branch; category and urgency may be put right by the way.',
  })
  needVerify(@Ctx() scope: Scope, @Arg('input', () => NeedVerifyInput, WHICH) input: NeedVerifyInput) {
    return mutate(scope, 'need', input, ID, command => verifyNeed(scope, command));
  }

  @Mutation(() => NeedUpdatePayload, {
    description:
      'Corrects what is asked. Staff of the branch; those who asked only until it is verified, and only times, access, languages and texts.',
  })
  needUpdate(
    @Ctx() scope: Scope,
    @Arg('input', () => NeedUpdateInput, { description: 'What to correct.' }) input: NeedUpdateInput,
  ) {
    return mutate(scope, 'need', input, { ...ID, togetherWithId: 'Need' }, command => updateNeed(scope, command));
  }

  @Mutation(() => NeedUrgencySetPayload, { description: 'Judges the urgency anew, with a reason. Staff of the branch.' })
  needUrgencySet(@Ctx() scope: Scope, @Arg('input', () => NeedUrgencySetInput, WHICH) input: NeedUrgencySetInput) {
    return mutate(scope, 'need', input, ID, command => setUrgency(scope, command));
  }

  @Mutation(() => NeedRejectPayload, {
    description: 'Does not take a submitted need on (不予受理), with a reason. Staff of the branch.',
  })
  needReject(@Ctx() scope: Scope, @Arg('input', () => NeedRejectInput, WHICH) input: NeedRejectInput) {
    return mutate(scope, 'need', input, ID, command => rejectNeed(scope, command));
  }

  @Mutation(() => NeedMergePayload, {
    description:
      'Ends a need because another of the branch is the same matter; that one has waited since the earlier of the two. Staff of the branch. Answers with the need that ended.',
  })
  needMerge(@Ctx() scope: Scope, @Arg('input', () => NeedMergeInput, WHICH) input: NeedMergeInput) {
    return mutate(scope, 'need', input, { ...ID, intoId: 'Need' }, command => mergeNeed(scope, command));
  }

  @Mutation(() => NeedTransferPayload, { description: 'Hands a need on to another office. Staff of the branch.' })
  needTransfer(@Ctx() scope: Scope, @Arg('input', () => NeedTransferInput, WHICH) input: NeedTransferInput) {
    return mutate(scope, 'need', input, ID, command => transferNeed(scope, command));
  }

  @Mutation(() => NeedWithdrawPayload, {
    description: 'Ends a need that nobody wants any more. Those who asked, verified kin, staff of the branch.',
  })
  needWithdraw(@Ctx() scope: Scope, @Arg('input', () => NeedWithdrawInput, WHICH) input: NeedWithdrawInput) {
    return mutate(scope, 'need', input, ID, command => withdrawNeed(scope, command));
  }

  @Mutation(() => NeedMarkUnmetPayload, {
    description: 'Ends an open need that nobody can meet, with the reason. Staff of the branch.',
  })
  needMarkUnmet(@Ctx() scope: Scope, @Arg('input', () => NeedMarkUnmetInput, WHICH) input: NeedMarkUnmetInput) {
    return mutate(scope, 'need', input, ID, command => markUnmet(scope, command));
  }

  @Mutation(() => NeedFulfillPayload, {
    description:
      "Ends an open need as met by the branch's own people, without a referral. Staff of the branch; refused while an organization has promised part of it.",
  })
  needFulfill(@Ctx() scope: Scope, @Arg('input', () => NeedFulfillInput, WHICH) input: NeedFulfillInput) {
    return mutate(scope, 'need', input, ID, command => fulfillNeed(scope, command));
  }
}

export const needsResolvers = [NeedResolver, NeedCoverageResolver, NeedTimelineResolver, ...needLists, NeedMutations] as const;
