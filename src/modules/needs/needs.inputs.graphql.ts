import { Field, ID, InputType, Int } from 'type-graphql';
import { LanguageEnum, ModeEnum, UrgencyEnum } from '../../graphql/labels.js';
import { DateTime, Fen, Quantity, UUID } from '../../graphql/scalars.js';
import type { Language, Mode, Urgency } from '../../kernel/vocabulary.js';
import { NeedConsentInput } from '../privacy/consents.enums.graphql.js';
import type { Channel, NeedCloseReason, RequesterKind, TransferTarget, UrgencyReason } from './needs.domain.js';
import {
  ChannelEnum,
  NeedCloseReasonEnum,
  RequesterKindEnum,
  TransferTargetEnum,
  UrgencyReasonEnum,
} from './needs.enums.graphql.js';

@InputType({ description: 'A stretch of time in which the service may happen.' })
class NeedWindowInput {
  @Field(() => DateTime, { description: 'From then on.' }) readonly startsAt!: Date;
  @Field(() => DateTime, { description: 'Until then; must lie behind the start.' }) readonly endsAt!: Date;
}

@InputType()
abstract class NeedFieldsInput {
  @Field(() => Quantity, {
    nullable: true,
    description: "How much, at least 1, in the category's capacity unit; 1 when left out.",
  })
  readonly quantity?: number | null;
  @Field(() => Quantity, {
    nullable: true,
    description: 'At least so much at once, or nothing; at most the quantity, which means all or nothing. 1 when left out.',
  })
  readonly minimumQuantity?: number | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'Another need that is yours to answer for or to ask, of the same branch and category and still waiting: both go to the same session, or neither. Null cuts the tie.',
  })
  readonly togetherWithId?: string | null;
  @Field(() => [NeedWindowInput], {
    nullable: true,
    description: 'When it may happen, at most 14, not all over already; at any time when left out.',
  })
  readonly windows?: readonly NeedWindowInput[] | null;
  @Field(() => DateTime, { nullable: true, description: 'After this it is of no use; must lie ahead.' })
  readonly deadline?: Date | null;
  @Field(() => [ModeEnum], { nullable: true, description: 'Where it may take place; anywhere when left out.' })
  readonly modes?: readonly Mode[] | null;
  @Field(() => Fen, { nullable: true, description: 'The most they would pay for it; 0 when left out.' })
  readonly acceptsCostFen?: number | null;
  @Field(() => Int, { nullable: true, description: 'On which floor, from 1 to the height of the building.' })
  readonly floor?: number | null;
  @Field(() => Boolean, { nullable: true, description: 'There is no lift; taken from the building when left out.' })
  readonly noLift?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: 'A wheelchair must pass; false when left out.' })
  readonly wheelchair?: boolean | null;
  @Field(() => [LanguageEnum], {
    nullable: true,
    description: "In which one can speak with them; the person's own when left out.",
  })
  readonly languages?: readonly Language[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'What they say, at most 2,000 characters. Kept sealed; for staff of the branch and family.',
  })
  readonly description?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'How to get in, whom to mind, at most 500 characters. Kept sealed; for staff of the branch and family.',
  })
  readonly accessNotes?: string | null;
}

@InputType({
  description:
    'What is asked, by whom and for whom: exactly one of `residentId`, `address`, `group`, `organizationId`, `buildingId`.',
})
export class NeedSubmitInput extends NeedFieldsInput {
  @Field(() => String, { description: 'Code of the category, e.g. `HAIRCUT`.' }) readonly categoryCode!: string;
  @Field(() => ID, { nullable: true, description: 'A person on file: of your branch, or whom you are verified kin of.' })
  readonly residentId?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'Where somebody lives who is not on file, e.g. `9幢2单元`; a whole block counts as its first entrance. Staff only.',
  })
  readonly address?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Several people, in at most 60 characters and without names, e.g. `环卫工人`. Asks for `branchId`.',
  })
  readonly group?: string | null;
  @Field(() => ID, { nullable: true, description: 'A partner organization that needs something itself. Asks for `branchId`.' })
  readonly organizationId?: string | null;
  @Field(() => ID, { nullable: true, description: 'A place: a stairwell, nobody in particular. Staff only.' })
  readonly buildingId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The branch that shall answer for it; for others it follows from where they live.',
  })
  readonly branchId?: string | null;
  @Field(() => RequesterKindEnum, {
    nullable: true,
    description: 'Who asks. Staff say whom they have before them (OFFICER when left out); others ask as what they are.',
  })
  readonly requesterKind?: RequesterKind | null;
  @Field(() => ID, { nullable: true, description: 'The organization that asks; with ORGANIZATION only, its own when left out.' })
  readonly requesterOrganizationId?: string | null;
  @Field(() => ChannelEnum, {
    nullable: true,
    description: 'How it came in: COUNTER for staff when left out, WECHAT for others, who may say TERMINAL instead.',
  })
  readonly channel?: Channel | null;
  @Field(() => UrgencyEnum, { nullable: true, description: 'P3 when left out; P0 to P2 are for staff to judge.' })
  readonly urgency?: Urgency | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whoever takes it down has checked it, so it is open at once: true for staff when left out, staff only.',
  })
  readonly verified?: boolean | null;
  @Field(() => [NeedConsentInput], {
    nullable: true,
    description:
      'What the person agrees to in the same breath, one entry a purpose; for people on file only. What they had agreed to before holds all the same.',
  })
  readonly consents?: readonly NeedConsentInput[] | null;
  @Field(() => UUID, { description: 'Made by the client; the same key never submits twice.' }) readonly idempotencyKey!: string;
}

@InputType()
abstract class NeedChange {
  @Field(() => ID, { description: 'Which need.' }) readonly needId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
  @Field(() => UUID, { nullable: true, description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey?: string | null;
}

@InputType()
abstract class NeedEnd extends NeedChange {
  @Field(() => NeedCloseReasonEnum, { description: 'Why; must be one that goes with this end.' })
  readonly reason!: NeedCloseReason;
}

@InputType({ description: 'The need that was checked, with what had to be put right.' })
export class NeedVerifyInput extends NeedChange {
  @Field(() => String, { nullable: true, description: 'The right category, if it was put down wrong.' })
  readonly categoryCode?: string | null;
  @Field(() => UrgencyEnum, { nullable: true, description: 'The right urgency, if it was put down wrong.' })
  readonly urgency?: Urgency | null;
}

@InputType()
abstract class NeedCorrection extends NeedFieldsInput {
  @Field(() => ID, { description: 'Which need.' }) readonly needId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
  @Field(() => UUID, { nullable: true, description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey?: string | null;
}

@InputType({ description: 'Corrections; what is left out stays as it is, null puts the default back.' })
export class NeedUpdateInput extends NeedCorrection {
  @Field(() => String, { nullable: true, description: 'The right category, while nothing is promised or delivered. Staff only.' })
  readonly categoryCode?: string | null;
}

@InputType({ description: 'How soon it asks for an answer, and why that is seen otherwise now.' })
export class NeedUrgencySetInput extends NeedChange {
  @Field(() => UrgencyEnum, { description: 'The urgency from now on.' }) readonly urgency!: Urgency;
  @Field(() => UrgencyReasonEnum, { description: 'Why.' }) readonly reason!: UrgencyReason;
}

@InputType({ description: 'Not taken on: NOT_A_NEED, OUT_OF_SCOPE, NOT_VERIFIABLE, REPEATED, BEYOND_LAW or OTHER.' })
export class NeedRejectInput extends NeedEnd {}
@InputType({ description: 'Not wanted any more: SOLVED_OTHERWISE, NO_LONGER_WANTED, DIED_OR_MOVED, REPEATED or OTHER.' })
export class NeedWithdrawInput extends NeedEnd {}
@InputType({ description: 'Cannot be met: NO_SUPPLY, NOT_ELIGIBLE_ANYWHERE, BEYOND_LAW or OTHER.' })
export class NeedMarkUnmetInput extends NeedEnd {}

@InputType({ description: 'Two needs that are the same matter.' })
export class NeedMergeInput extends NeedChange {
  @Field(() => ID, { description: 'The one that goes on; of the same branch.' }) readonly intoId!: string;
}

@InputType({ description: 'To whom it is handed on.' })
export class NeedTransferInput extends NeedChange {
  @Field(() => TransferTargetEnum, { description: 'Who follows it from now on.' }) readonly target!: TransferTarget;
}

@InputType({ description: "The need that the branch's own people have met." })
export class NeedFulfillInput extends NeedChange {}
