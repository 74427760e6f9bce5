import { Arg, Args, Ctx, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { Weighs } from '../../graphql/cost.js';
import { defineEnum } from '../../graphql/enums.js';
import { Node, registerNode } from '../../graphql/node.js';
import { filterId } from '../../graphql/payload.js';
import { DateTime, LocalDate } from '../../graphql/scalars.js';
import type { KinshipRelation } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import type { Channel } from '../needs/needs.domain.js';
import { ChannelEnum } from '../needs/needs.enums.graphql.js';
import { KinshipRelationEnum } from '../residents/kinships.graphql.js';
import { Resident } from '../residents/residents.graphql.js';
import { findResident } from '../residents/residents.service.js';
import { ErasureReceipt, LegalHold } from './erasure.graphql.js';
import { receiptOf } from './erasure.service.js';
import { explainedDecisions } from './export.service.js';
import { holdFor } from './holds.service.js';
import { isOpen, type RefusalReason, type RequestKind, type RequestState } from './requests.domain.js';
import { BY_DUE, findRequest, isOverdue, listRequests, openWords, type RequestRow, transitionsOf } from './requests.service.js';

export const RequestKindEnum = defineEnum<RequestKind>('PersonalInfoRequestKind', 'What a person asks about their own data.', {
  ACCESS: ['查阅', 'access', 'To know what is on file (PIPL art. 45).'],
  COPY: ['复制', 'copy', 'To have a copy of it (art. 45).'],
  CORRECT: ['更正补充', 'correction', 'To put it right; the words say how (art. 46).'],
  DELETE: ['删除', 'deletion', 'To have it erased (art. 47).'],
  RESTRICT: ['限制处理', 'restriction', 'To keep it, and do nothing else with it (art. 44).'],
  EXPLAIN: ['解释说明', 'explanation', 'To have rules and decisions explained (art. 24, 48).'],
  DECEASED_NEXT_OF_KIN: ['逝者近亲属请求', 'for the deceased', 'By next of kin of somebody who died (art. 49).'],
});
export const RequestStateEnum = defineEnum<RequestState>(
  'PersonalInfoRequestState',
  'Where a request about personal data stands.',
  {
    RECEIVED: ['已受理', 'received', 'Taken down; nobody has begun.'],
    IN_PROGRESS: ['办理中', 'in progress', 'Staff work on it.'],
    DONE: ['已办结', 'done', 'It was answered.'],
    REFUSED: ['不予办理', 'refused', 'With a reason, and a way to complain.'],
    WITHDRAWN: ['已撤回', 'withdrawn', 'Whoever asked took it back.'],
  },
);
export const RefusalReasonEnum = defineEnum<RefusalReason>(
  'PersonalInfoRefusalReason',
  'Why a request about personal data is refused.',
  {
    NOT_PROVEN: ['身份或关系未能核实', 'not proven', 'Who asks, or their relation, could not be proven.'],
    NOT_ON_FILE: ['无相关信息', 'nothing on file', 'There is no such data, or no longer.'],
    KEPT_BY_LAW: ['法律法规规定保存', 'kept by law', 'A law or rule asks to keep it.'],
    RIGHTS_OF_OTHERS: ['涉及他人权益', 'rights of others', 'It would tell of other people.'],
    REPEATED: ['重复请求', 'repeated', 'The same was answered a short while ago.'],
    OTHER: ['其他', 'other', 'None of these; staff explain it.'],
  },
);

@ObjectType({
  implements: Node,
  description:
    'What somebody asks about a person’s data (个人信息请求). For staff of the branch, verified kin and whoever asked.',
})
export class PersonalInfoRequest extends Node {
  @Field(() => RequestKindEnum, { description: 'What is asked.' }) readonly kind!: RequestKind;
  @Field(() => RequestStateEnum, { description: 'Where it stands.' }) readonly state!: RequestState;
  @Field(() => KinshipRelationEnum, {
    description: 'What whoever asks is to the person: by their verified link, or as staff took it down.',
  })
  readonly relation!: KinshipRelation;
  @Field(() => Boolean, { description: 'Taken down by staff for somebody who came to them.' }) readonly onBehalf!: boolean;
  @Field(() => ChannelEnum, { description: 'How they came.' }) readonly channel!: Channel;
  @Field(() => LocalDate, { nullable: true, description: 'When the person died, as next of kin say; null for all other kinds.' })
  readonly deceasedOn!: string | null;
  @Field(() => DateTime, { description: 'To be answered before then: within fifteen days.' }) readonly dueAt!: Date;
  @Field(() => DateTime, { description: 'When it was received.' }) readonly createdAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'When it was answered or taken back.' }) readonly decidedAt!: Date | null;
  @Field(() => RefusalReasonEnum, { nullable: true, description: 'Only when it was refused.' })
  readonly refusalReason!: RefusalReason | null;
  @Field(() => Int, { description: 'Grows with every change; send it back as `expectedVersion`.' }) readonly version!: number;
}
export const PersonalInfoRequestConnection = connectionOf('PersonalInfoRequest', () => PersonalInfoRequest);

/** Whom to turn to when a request is refused (PIPL art. 50, 65). */
const COMPLAINT = [
  '如不同意,可向社区党委申请复核,向履行个人信息保护职责的部门投诉举报,或依法向人民法院提起诉讼。',
  'If you disagree: ask the community committee to look again, complain to the authority for the protection of personal information, or go to court.',
] as const;

@ObjectType({ description: 'A decision about a need of the person, explained (PIPL art. 24).' })
class ExplainedDecision {
  @Field(() => String, { description: 'Number of the need, as on its slip.' }) readonly needNumber!: string;
  @Field(() => DateTime, { description: 'When the plan was published.' }) readonly decidedAt!: Date;
  @Field(() => String, { description: "Why so: rank and cost, or why nothing could be found, in the caller's language." })
  readonly why!: string;
}

@Resolver(() => PersonalInfoRequest)
class PersonalInfoRequestResolver {
  @Query(() => PersonalInfoRequestConnection, {
    description:
      'Requests about personal data, what is due first in front: staff see those of their branches, everybody else those about their kin and those they made.',
  })
  async personalInfoRequests(
    @Ctx() scope: Scope,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('branchId', () => ID, { nullable: true, description: 'Only of this branch.' }) branchId?: string | null,
    @Arg('residentId', () => ID, { nullable: true, description: 'Only about this person.' }) residentId?: string | null,
    @Arg('kinds', () => [RequestKindEnum], { nullable: true, description: 'Only of these kinds.' }) kinds?:
      | readonly RequestKind[]
      | null,
    @Arg('states', () => [RequestStateEnum], { nullable: true, description: 'Only in these states.' })
    states?: readonly RequestState[] | null,
  ) {
    const filter = {
      branchId: filterId(scope, 'Branch', branchId, 'branchId'),
      residentId: filterId(scope, 'Resident', residentId, 'residentId'),
      kinds: kinds ?? null,
      states: states ?? null,
    };
    return toConnection(await listRequests(scope, filter, windowOf(BY_DUE, page)));
  }

  @FieldResolver(() => Boolean, { description: 'Its time is over and nobody answered.' })
  overdue(@Root() request: RequestRow, @Ctx() scope: Scope): boolean {
    return isOverdue(request, scope.now());
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'What was said, e.g. the correction that is asked for; gone when the person was erased.',
  })
  words(@Root() request: RequestRow, @Ctx() scope: Scope): string | null {
    return openWords(scope, request);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "Whom to turn to, in the caller's language; only when it was refused.",
  })
  complaint(@Root() { state }: RequestRow, @Ctx() { locale }: Scope): string | null {
    return state === 'REFUSED' ? COMPLAINT[locale === 'zh' ? 0 : 1] : null;
  }

  @FieldResolver(() => LegalHold, {
    nullable: true,
    description: 'Why a request to delete must wait; null when nothing holds it up.',
  })
  legalHold(@Root() { kind, state, residentId }: RequestRow, @Ctx() scope: Scope) {
    return kind === 'DELETE' && isOpen(state) ? holdFor(scope, residentId) : null;
  }

  @FieldResolver(() => ErasureReceipt, {
    nullable: true,
    description: 'What was erased; only for a request to delete that was carried out.',
  })
  receipt(@Root() { id, kind, state }: RequestRow, @Ctx() scope: Scope) {
    return kind === 'DELETE' && state === 'DONE' ? receiptOf(scope, id) : null;
  }

  @Weighs(100)
  @FieldResolver(() => [ExplainedDecision], {
    nullable: true,
    description: 'What the engine decided about their needs and why, oldest first; only for a request to explain.',
  })
  explanations(@Root() { kind, residentId }: RequestRow, @Ctx() scope: Scope) {
    return kind === 'EXPLAIN' ? explainedDecisions(scope, residentId) : null;
  }

  @FieldResolver(() => Resident, { nullable: true, description: 'About whom, masked; null once they are erased.' })
  resident(@Root() { residentId }: RequestRow, @Ctx() scope: Scope) {
    return findResident(scope, residentId, 'RIGHTS_REQUEST');
  }

  @FieldResolver(() => [RequestStateEnum], {
    description: 'Where this caller may move it now; deletion is done by `residentErase`.',
  })
  availableTransitions(@Root() request: RequestRow, @Ctx() scope: Scope): readonly RequestState[] {
    return transitionsOf(scope, request);
  }
}

registerNode('PersonalInfoRequest', findRequest);

export const requestResolvers = [PersonalInfoRequestResolver] as const;
