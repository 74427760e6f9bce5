import { Arg, Ctx, Field, FieldResolver, ID, InputType, Int, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { defineEnum } from '../../graphql/enums.js';
import { Node, registerNode } from '../../graphql/node.js';
import { mutate, payloadOf } from '../../graphql/payload.js';
import { DateTime, LocalDate, UUID } from '../../graphql/scalars.js';
import { DAY } from '../../kernel/clock.js';
import type { Scope } from '../../scope/scope.js';
import { Resident } from '../residents/residents.graphql.js';
import { findResident } from '../residents/residents.service.js';
import {
  BACKUP_DAYS,
  type ErasedCounts,
  type ErasureReceipt as ErasureRecord,
  type HoldReason,
  KEPT,
  type LegalHold as LegalHoldRecord,
} from './erasure.domain.js';
import { carryOutErasure } from './erasure.service.js';
import { findHold, liftHold, setHold } from './holds.service.js';

export const LegalHoldReasonEnum = defineEnum<HoldReason>(
  'LegalHoldReason',
  'Why data is kept although somebody asked to erase it.',
  {
    LAWSUIT: ['诉讼或仲裁', 'lawsuit', 'Needed as evidence in court or arbitration.'],
    SUPERVISION: ['监察或执法调查', 'investigation', 'Asked for by an authority that supervises or investigates.'],
    DISPUTE: ['纠纷调解中', 'dispute', 'A dispute about a service is being mediated.'],
    AUDIT: ['审计', 'audit', 'An audit of services or money is under way.'],
    BREACH: ['泄露事件调查', 'breach', 'A breach is being looked into.'],
  },
);

@ObjectType({
  implements: Node,
  description: 'What keeps a person from being erased for a time (法定留存). For staff of the branch and kin.',
})
export class LegalHold extends Node {
  @Field(() => LegalHoldReasonEnum, { description: 'Why.' }) readonly reason!: HoldReason;
  @Field(() => LocalDate, { description: 'The last day on which it counts.' }) readonly until!: string;
  @Field(() => DateTime, { description: 'Since when.' }) readonly setAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'When it was ended before its last day.' })
  readonly liftedAt!: Date | null;
}

@Resolver(() => LegalHold)
class LegalHoldResolver {
  @FieldResolver(() => Resident, { nullable: true, description: 'Whose data, masked; null for whoever may not see the record.' })
  resident(@Root() { residentId }: LegalHoldRecord, @Ctx() scope: Scope) {
    return findResident(scope, residentId, 'RIGHTS_REQUEST');
  }
}

@ObjectType({ description: 'How many of each kind were emptied.' })
class ErasedRows {
  @Field(() => Int, { description: 'Needs, of which the words, access notes, times and floor are gone.' })
  readonly needs!: number;
  @Field(() => Int, { description: 'Notes of staff on how a need was matched.' }) readonly notes!: number;
  @Field(() => Int, { description: 'Ratings of services, of which the words are gone.' }) readonly ratings!: number;
  @Field(() => Int, { description: 'Service records, of which place and evidence are gone.' }) readonly serviceRecords!: number;
  @Field(() => Int, { description: 'Requests about personal data, of which the words are gone.' }) readonly requests!: number;
  @Field(() => Int, { description: 'Links of accounts to the person that ended.' }) readonly links!: number;
}

@ObjectType({ description: 'Something that stays after an erasure, and why it may.' })
class KeptData {
  @Field(() => String, { description: "What stays, in the caller's language." }) readonly what!: string;
  @Field(() => String, { description: "The reason, in the caller's language." }) readonly why!: string;
}

@ObjectType({ description: 'That a person was erased (删除回执): to be handed to whoever asked.' })
export class ErasureReceipt {
  @Field(() => DateTime, { description: 'When name, numbers, room and words were gone from the database.' })
  readonly erasedAt!: Date;
}

@Resolver(() => ErasureReceipt)
class ErasureReceiptResolver {
  @FieldResolver(() => ErasedRows, { description: 'How much was emptied, beside the record itself.' })
  erased(@Root() { counts }: ErasureRecord): ErasedCounts {
    return counts;
  }

  @FieldResolver(() => [KeptData], { description: 'What stays, without telling of the person, and why.' })
  kept(@Ctx() { locale }: Scope) {
    const at = locale === 'zh' ? 0 : 1;
    return KEPT.map(({ what, why }) => ({ what: what[at], why: why[at] }));
  }

  @FieldResolver(() => DateTime, {
    description: 'From then on no backup holds it either; until then backups are read for nothing but disaster.',
  })
  backupsUntil(@Root() { erasedAt }: ErasureRecord): Date {
    return new Date(erasedAt.getTime() + BACKUP_DAYS * DAY);
  }
}

@InputType({ description: 'Whose request to delete is carried out.' })
class ResidentEraseInput {
  @Field(() => ID, { description: 'A PersonalInfoRequest of kind DELETE that is open.' }) readonly requestId!: string;
  @Field(() => UUID, { description: 'Made by the client; a repeat gets the same receipt.' }) readonly idempotencyKey!: string;
}
@InputType({ description: 'Whose data must be kept, why, and until when.' })
class LegalHoldSetInput {
  @Field(() => ID, { description: 'Whose.' }) readonly residentId!: string;
  @Field(() => LegalHoldReasonEnum, { description: 'Told to the person.' }) readonly reason!: HoldReason;
  @Field(() => LocalDate, { description: 'The last day, at most a year ahead; set it anew when it must last longer.' })
  readonly until!: string;
  @Field(() => UUID, { description: 'Made by the client; the same key never sets a second one.' })
  readonly idempotencyKey!: string;
}
@InputType({ description: 'Which hold ends now.' })
class LegalHoldLiftInput {
  @Field(() => ID, { description: 'A LegalHold.' }) readonly holdId!: string;
  @Field(() => UUID, { description: 'Made by the client; a repeat gets the first answer.' }) readonly idempotencyKey!: string;
}

const ResidentErasePayload = payloadOf('ResidentErase', 'receipt', () => ErasureReceipt);
const LegalHoldSetPayload = payloadOf('LegalHoldSet', 'legalHold', () => LegalHold);
const LegalHoldLiftPayload = payloadOf('LegalHoldLift', 'legalHold', () => LegalHold);

@Resolver()
class ErasureMutations {
  @Mutation(() => ResidentErasePayload, {
    description:
      'Erases a person (PIPL art. 47): name, numbers, room, words and notes go, open needs are withdrawn, links end; what is counted stays without a person. Whoever runs the branch may, on a request to delete. LEGAL_HOLD while the law keeps it; INCOMPLETE while somebody has promised to serve one of the needs.',
  })
  residentErase(
    @Ctx() scope: Scope,
    @Arg('input', () => ResidentEraseInput, { description: 'On which request.' }) input: ResidentEraseInput,
  ) {
    return mutate(scope, 'receipt', input, { requestId: 'PersonalInfoRequest' }, command => carryOutErasure(scope, command));
  }

  @Mutation(() => LegalHoldSetPayload, {
    description: 'Keeps the data of a person for a time, whatever they ask. The admin may.',
  })
  legalHoldSet(
    @Ctx() scope: Scope,
    @Arg('input', () => LegalHoldSetInput, { description: 'Whose, why, until when.' }) input: LegalHoldSetInput,
  ) {
    return mutate(scope, 'legalHold', input, { residentId: 'Resident' }, command => setHold(scope, command));
  }

  @Mutation(() => LegalHoldLiftPayload, { description: 'Ends a hold before its last day. The admin may.' })
  legalHoldLift(
    @Ctx() scope: Scope,
    @Arg('input', () => LegalHoldLiftInput, { description: 'Which hold.' }) input: LegalHoldLiftInput,
  ) {
    return mutate(scope, 'legalHold', input, { holdId: 'LegalHold' }, command => liftHold(scope, command));
  }
}

registerNode('LegalHold', findHold);

export const erasureResolvers = [LegalHoldResolver, ErasureReceiptResolver, ErasureMutations] as const;
