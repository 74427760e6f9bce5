import { Ctx, Field, FieldResolver, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { defineEnum } from '../../graphql/enums.js';
import { DateTime } from '../../graphql/scalars.js';
import type { Scope } from '../../scope/scope.js';
import type { RetentionAction, RetentionCode, RetentionDone } from './retention.domain.js';
import { retentionReport } from './retention.service.js';

const RetentionCodeEnum = defineEnum<RetentionCode>('RetentionRuleCode', 'What a rule of retention is about.', {
  NEED_TEXTS: ['需求文字', 'words of needs', 'Words, access notes, times, notes and evidence of closed needs.'],
  UNVERIFIED_NEEDS: ['未核实需求', 'needs never verified', 'The same of needs that nobody took on; they are closed with it.'],
  REQUEST_WORDS: ['个人信息请求文字', 'words of requests', 'What people wrote when they asked about their data.'],
  ERASED_SHELLS: ['已删除档案的类别', 'groups of the erased', 'Groups of care that stayed for the counts of their time.'],
  ACCESS_LOG: ['查阅记录', 'access log', 'Who looked at whom.'],
  CONSENTS: ['同意记录', 'consents', 'What was agreed to and taken back.'],
  IDEMPOTENCY_KEYS: ['幂等键', 'idempotency keys', 'Digests of requests, kept for repeats.'],
});
const RetentionActionEnum = defineEnum<RetentionAction>('RetentionAction', 'What happens when the time is over.', {
  EMPTIED: ['去标识化', 'emptied', 'What tells of a person goes; numbers and quantities stay.'],
  DELETED: ['删除', 'deleted', 'The rows go.'],
});

@ObjectType({ description: 'How long something is kept (保存期限), and what was done by the rule.' })
class RetentionRule {
  @Field(() => DateTime, { nullable: true, description: 'When it last let go of something; null when it never had to.' })
  readonly lastAppliedAt!: Date | null;
  @Field(() => Int, { description: 'Rows that it has let go of in all.' }) readonly applied!: number;
}

@Resolver(() => RetentionRule)
class RetentionResolver {
  @Query(() => [RetentionRule], {
    nullable: true,
    description:
      'The rules of retention in force and what was done by them. For the admin and auditors; null for everybody else.',
  })
  retentionReport(@Ctx() scope: Scope): Promise<readonly RetentionDone[] | null> {
    return retentionReport(scope);
  }

  @FieldResolver(() => RetentionCodeEnum, { description: 'About what.' })
  code(@Root() { rule }: RetentionDone): RetentionCode {
    return rule.code;
  }
  @FieldResolver(() => Int, { description: 'Grows when the rule is changed.' })
  version(@Root() { rule }: RetentionDone): number {
    return rule.version;
  }
  @FieldResolver(() => Int, { description: 'How many days it is kept.' })
  days(@Root() { rule }: RetentionDone): number {
    return rule.days;
  }
  @FieldResolver(() => RetentionActionEnum, { description: 'What happens then.' })
  action(@Root() { rule }: RetentionDone): RetentionAction {
    return rule.action;
  }
  @FieldResolver(() => String, { description: "From when the days are counted, in the caller's language." })
  since(@Root() { rule }: RetentionDone, @Ctx() { locale }: Scope): string {
    return rule.since[locale === 'zh' ? 0 : 1];
  }
  @FieldResolver(() => String, {
    description: "Why so long, in the caller's language: the law's article, or the decision of the community.",
  })
  basis(@Root() { rule }: RetentionDone, @Ctx() { locale }: Scope): string {
    return rule.basis[locale === 'zh' ? 0 : 1];
  }
}

export const retentionResolvers = [RetentionResolver] as const;
