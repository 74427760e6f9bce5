import { Arg, Ctx, Field, FieldResolver, InputType, Int, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { Weighs } from '../../graphql/cost.js';
import { defineEnum } from '../../graphql/enums.js';
import { mutate, payloadOf } from '../../graphql/payload.js';
import type { ChainFlaw, ChainHead } from '../../kernel/chain.js';
import type { SignedHead } from '../../kernel/heads.js';
import type { Scope } from '../../scope/scope.js';
import type { AuditReport as ReportRecord } from './audit.domain.js';
import { AuditEvent, auditQueryResolvers, SignedAuditHead } from './audit.graphql.js';
import { auditChain, findEvent } from './audit.service.js';

export const AuditFlawEnum = defineEnum<ChainFlaw>('AuditFlaw', 'Where the chain of events breaks.', {
  GAP: ['序号中断', 'gap', 'Positions were taken out.'],
  EVENT_GONE: ['事件缺失', 'event gone', 'A place in the chain without its event.'],
  WRONG_HASH: ['哈希不符', 'wrong hash', 'An event, its place, or an earlier one was changed.'],
  MISFILED: ['索引不符', 'misfiled', 'Filters find the event by other values than its own.'],
  ACCESS_ALTERED: ['查阅记录被改', 'access log altered', 'An entry of the access log was changed or taken out.'],
  ACCESS_UNKNOWN: ['查阅记录无据', 'access log padded', 'An entry of the access log was put in.'],
  NEVER_SEALED: ['事件未入链', 'never sealed', 'An event was put in beside the chain, or its place taken out.'],
  CUT: ['链尾被截', 'cut', 'The chain ends before a head that was signed.'],
  REWRITTEN: ['链被改写', 'rewritten', 'The chain passes a signed head with another hash.'],
  HEADS_ALTERED: ['链头文件被改', 'heads altered', 'The file of signed heads holds a line that nobody signed.'],
});

@ObjectType({ description: 'A place in the chain.' })
class AuditPlace {
  @Field(() => Int, { description: 'From 1 without a gap; 0 before the first.' }) readonly position!: number;
  @Field(() => String, { description: 'In lower-case hexadecimal.' }) readonly hash!: string;
}

@ObjectType({ description: 'What a verification of the chain found.' })
class AuditReport {
  @Field(() => Int, { description: 'What was read begins behind this position.' }) readonly after!: number;
  @Field(() => AuditPlace, { description: 'The last place that was read and is sound.' }) readonly head!: ChainHead;
  @Field(() => Boolean, { description: 'False when the time was up: go on with `after` as the position of `head`.' })
  readonly complete!: boolean;
  @Field(() => SignedAuditHead, {
    nullable: true,
    description: 'The newest head from outside the database, against which the chain was held; null when there is none yet.',
  })
  readonly comparedWith!: SignedHead | null;
}

@InputType({ description: 'How much of the chain to verify.' })
class AuditVerifyInput {
  @Field(() => Boolean, {
    defaultValue: false,
    description: 'From the first event on, which takes longer; otherwise from the newest signed head on.',
  })
  readonly full!: boolean;
  @Field(() => Int, { nullable: true, description: 'Go on behind this position, which an earlier verification reached.' })
  readonly after?: number | null;
}

const AuditVerifyPayload = payloadOf('AuditVerify', 'report', () => AuditReport);

@Resolver(() => AuditReport)
class AuditReportResolver {
  @FieldResolver(() => Boolean, { description: 'Nothing was found wrong in what was read.' })
  sound(@Root() { broken }: ReportRecord): boolean {
    return broken === null;
  }

  @FieldResolver(() => AuditFlawEnum, { nullable: true, description: 'The first flaw; null when there is none.' })
  flaw(@Root() { broken }: ReportRecord): ChainFlaw | null {
    return broken?.flaw ?? null;
  }

  @FieldResolver(() => Int, { nullable: true, description: 'Where the flaw is; null where it has no place in the chain.' })
  position(@Root() { broken }: ReportRecord): number | null {
    return broken?.position ?? null;
  }

  @FieldResolver(() => AuditEvent, { nullable: true, description: 'The event with the flaw, if it is there and has a place.' })
  event(@Root() { broken }: ReportRecord, @Ctx() scope: Scope) {
    return broken?.eventId ? findEvent(scope, broken.eventId) : null;
  }

  @Weighs(1000)
  @Mutation(() => AuditVerifyPayload, {
    description:
      'Recomputes the chain of events and holds it against the signed heads and the access log. For the administrator and the auditor; that it was done is an event itself.',
  })
  auditVerify(
    @Ctx() scope: Scope,
    @Arg('input', () => AuditVerifyInput, { description: 'How much of it.' }) input: AuditVerifyInput,
  ) {
    return mutate(scope, 'report', input, {}, command => auditChain(scope, command));
  }
}

export const auditResolvers = [...auditQueryResolvers, AuditReportResolver] as const;
