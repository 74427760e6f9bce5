import { Arg, Ctx, Field, FieldResolver, ID, InputType, Int, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { defineEnum } from '../../graphql/enums.js';
import { mutate, payloadOf } from '../../graphql/payload.js';
import { DateTime, Quantity, UUID } from '../../graphql/scalars.js';
import type { Scope } from '../../scope/scope.js';
import { Need } from '../needs/needs.graphql.js';
import type { ConfirmationState, Confirmer, DisputeReason, EvidenceKind, NeedStage, ReceivedBy } from './records.domain.js';
import { confirmReferral, needStage, recordByReferral } from './records.service.js';
import { Referral } from './referrals.graphql.js';

const ReceivedByEnum = defineEnum<ReceivedBy>('ReceivedBy', 'Who received the service on the spot.', {
  BENEFICIARY: ['本人', 'the person', 'The beneficiary in person.'],
  FAMILY: ['家属', 'family', 'A relative.'],
  STEWARD: ['楼栋红管家', 'building steward', 'For the person.'],
  OFFICER: ['小区专员', 'estate officer', 'For the person.'],
  GROUP: ['集体', 'a group', 'Several people together.'],
});

const EvidenceKindEnum = defineEnum<EvidenceKind>('EvidenceKind', 'What shows that it happened.', {
  PHOTO: ['照片', 'photo', 'No faces of minors without the consent of their guardians.'],
  SIGNATURE: ['签字', 'signature', 'On paper or screen.'],
  DOCUMENT: ['文件', 'document', 'A receipt, a form.'],
  PHONE_CALL: ['电话回访', 'phone call', 'Confirmed by phone.'],
});

const ConfirmationStateEnum = defineEnum<ConfirmationState>(
  'ConfirmationState',
  'Whether those who received it say that help arrived.',
  {
    AWAITING: ['待回访', 'awaiting confirmation', 'Nobody on the receiving side has said so yet.'],
    CONFIRMED: ['已确认', 'confirmed', 'It arrived as recorded.'],
    DISPUTED: ['有异议', 'disputed', 'It did not arrive as recorded; the branch looks into it.'],
  },
);

const DisputeReasonEnum = defineEnum<DisputeReason>('DisputeReason', 'What is wrong with a record.', {
  NOT_RECEIVED: ['没有收到服务', 'not received', 'Nobody came, nothing arrived.'],
  LESS_THAN_RECORDED: ['少于记录', 'less than recorded', 'Only a part arrived.'],
  NOT_AS_AGREED: ['与约定不符', 'not as agreed', 'Something else was done.'],
  OTHER: ['其他', 'other', 'None of these.'],
});

export const ConfirmerEnum = defineEnum<Confirmer>('Confirmer', 'Who answered for the receiving side.', {
  BRANCH: ['总支回访', 'call-back of the branch', 'Staff asked the person.'],
  FAMILY: ['家属', 'family', 'The family itself.'],
});

const NeedStageEnum = defineEnum<NeedStage>(
  'NeedStage',
  'How far a need has come, in the words of those who work on it; follows from its state and its referrals.',
  {
    SUBMITTED: ['待核实', 'to be verified', 'Taken down, not verified yet.'],
    OPEN: ['待认领', 'to be claimed', 'Verified; nobody has promised to help yet.'],
    CLAIMED: ['已认领', 'claimed', 'An organisation has promised to help.'],
    IN_SERVICE: ['服务中', 'in service', 'The service has begun.'],
    AWAITING_CONFIRMATION: ['待回访', 'awaiting confirmation', 'Delivered; nobody on the receiving side has confirmed it yet.'],
    FULFILLED: ['已办结', 'done', 'Delivered and confirmed, or met by the branch itself.'],
    REJECTED: ['不予受理', 'not taken on', 'It was refused, with a reason.'],
    MERGED: ['并单', 'merged', 'Handled together with a like need.'],
    TRANSFERRED: ['转办', 'handed on', 'Another office handles it.'],
    WITHDRAWN: ['撤回', 'withdrawn', 'No longer asked for.'],
    EXPIRED: ['已过期', 'expired', 'Its deadline passed.'],
    UNMET: ['未满足', 'unmet', 'Nobody could meet it.'],
  },
);

@ObjectType({ description: 'A pointer to what shows that it happened; the file itself is kept elsewhere.' })
class Evidence {
  @Field(() => EvidenceKindEnum, { description: 'What it is.' }) readonly kind!: EvidenceKind;
  @Field(() => String, { description: 'Where it is found: a file number or address in the archive of the branch.' })
  readonly reference!: string;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Faces of people under 18 can be seen on it: not to be shown on; null where nobody said.',
  })
  readonly showsMinors?: boolean;
}

@ObjectType({ description: 'What really happened (服务记录). One for a completed referral.' })
export class ServiceRecord {
  @Field(() => DateTime, { description: 'When the service began.' }) readonly startedAt!: Date;
  @Field(() => DateTime, { description: 'When it ended.' }) readonly endedAt!: Date;
  @Field(() => Quantity, { description: "What was delivered, in the category's unit." }) readonly quantity!: number;
  @Field(() => ReceivedByEnum, { description: 'Who received it.' }) readonly receivedBy!: ReceivedBy;
  @Field(() => [Evidence], { description: 'What shows it; may be empty.' }) readonly evidence!: readonly Evidence[];
  @Field(() => String, { description: 'Where it took place, in a few words without a home address.' }) readonly place!: string;
  @Field(() => DateTime, { description: 'When it was written down.' }) readonly recordedAt!: Date;
  @Field(() => ConfirmationStateEnum, { description: 'Whether the receiving side says so, too (回访).' })
  readonly confirmation!: ConfirmationState;
  @Field(() => DisputeReasonEnum, { nullable: true, description: 'What is wrong with it; null unless it is disputed.' })
  readonly disputeReason!: DisputeReason | null;
  @Field(() => ConfirmerEnum, { nullable: true, description: 'Who answered; null while nobody has.' })
  readonly confirmedAs!: Confirmer | null;
  @Field(() => DateTime, { nullable: true, description: 'When that was; null while nobody has.' })
  readonly confirmedAt!: Date | null;
}

@InputType({ description: 'A pointer to what shows that it happened.' })
class EvidenceInput {
  @Field(() => EvidenceKindEnum, { description: 'What it is.' }) readonly kind!: EvidenceKind;
  @Field(() => String, {
    description: 'Where it is found: a file number or address in an archive, at most 200 characters; nothing personal.',
  })
  readonly reference!: string;
  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Faces of people under 18 can be seen on it: refused without `guardianConsent`.',
  })
  readonly showsMinors!: boolean;
  @Field(() => String, {
    nullable: true,
    description: "Where the guardian's written consent is kept, at most 200 characters; nothing personal. Never shown again.",
  })
  readonly guardianConsent?: string | null;
}

@InputType({ description: 'What really happened.' })
export class ServiceRecordInput {
  @Field(() => DateTime, { description: 'When the service began.' }) readonly startedAt!: Date;
  @Field(() => DateTime, { description: 'When it ended; not in the future.' }) readonly endedAt!: Date;
  @Field(() => Quantity, { description: 'What was delivered: at least 1, at most what was promised; the rest is given back.' })
  readonly quantity!: number;
  @Field(() => ReceivedByEnum, { description: 'Who received it.' }) readonly receivedBy!: ReceivedBy;
  @Field(() => [EvidenceInput], { defaultValue: [], description: 'What shows it, at most 20.' })
  readonly evidence!: EvidenceInput[];
  @Field(() => String, { defaultValue: '', description: 'Where, in a few words without a home address; at most 100 characters.' })
  readonly place!: string;
}

@InputType()
abstract class Answered {
  @Field(() => ID, { description: 'Which completed referral.' }) readonly referralId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
  @Field(() => UUID, { nullable: true, description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey?: string | null;
}
@InputType({ description: 'The record that is right.' })
class ReferralConfirmInput extends Answered {}
@InputType({ description: 'The record that is not right, and why.' })
class ReferralDisputeInput extends Answered {
  @Field(() => DisputeReasonEnum, { description: 'What is wrong with it.' }) readonly reason!: DisputeReason;
}

const ReferralConfirmPayload = payloadOf('ReferralConfirm', 'referral', () => Referral);
const ReferralDisputePayload = payloadOf('ReferralDispute', 'referral', () => Referral);
const ONE = { referralId: 'Referral' } as const;

@Resolver(() => Referral)
class RecordsResolver {
  @FieldResolver(() => ServiceRecord, { nullable: true, description: 'What really happened; null until it is completed.' })
  serviceRecord(@Root() referral: Referral, @Ctx() scope: Scope) {
    return scope.load(recordByReferral, referral.id);
  }

  @Mutation(() => ReferralConfirmPayload, {
    description:
      'Help arrived as recorded (回访). Staff of the branch and the family may, never who delivered or wrote the record.',
  })
  referralConfirm(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralConfirmInput, { description: 'Which one.' }) input: ReferralConfirmInput,
  ) {
    return mutate(scope, 'referral', input, ONE, command =>
      confirmReferral(scope, { ...command, to: 'CONFIRMED', reason: null }),
    );
  }

  @Mutation(() => ReferralDisputePayload, {
    description:
      'Help did not arrive as recorded. The branch looks into it: it confirms in the end, or declares the referral an error, which opens the need again. Staff of the branch and the family may.',
  })
  referralDispute(
    @Ctx() scope: Scope,
    @Arg('input', () => ReferralDisputeInput, { description: 'Which one, and why.' }) input: ReferralDisputeInput,
  ) {
    return mutate(scope, 'referral', input, ONE, command => confirmReferral(scope, { ...command, to: 'DISPUTED' }));
  }
}

@Resolver(() => Need)
class StageOfNeedResolver {
  @FieldResolver(() => NeedStageEnum, { description: 'How far it has come, in the words of those who work on it.' })
  stage(@Root() need: Need, @Ctx() scope: Scope): Promise<NeedStage> {
    return needStage(scope, need);
  }
}

export const recordsResolvers = [RecordsResolver, StageOfNeedResolver] as const;
