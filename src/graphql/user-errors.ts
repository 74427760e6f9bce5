import { Field, ID, Int, InterfaceType, ObjectType } from 'type-graphql';
import type { ClientFailure, Rule } from '../kernel/failures.js';
import type { Locale } from '../scope/scope.js';
import { defineEnum } from './enums.js';
import { toGlobalId } from './global-id.js';
import { LocalDate, Quantity } from './scalars.js';

export const UserErrorCode = defineEnum<ClientFailure['code']>(
  'UserErrorCode',
  'Why a mutation did nothing. Stable; new codes may come, so treat an unknown one as a plain refusal.',
  {
    NOT_FOUND: ['没有找到', 'not found', 'Not there, or not yours to see.'],
    FORBIDDEN: ['无权操作', 'not allowed', 'You see it, but your roles may not do this.'],
    INVALID_ID: ['标识无效', 'invalid id', 'Not an id of this API, or of another kind of object.'],
    STALE_VERSION: ['已被他人修改', 'changed meanwhile', 'Read it again and send the version you saw.'],
    INVALID_STATE: ['当前状态不允许', 'not possible now', 'The state machine has no such step from here.'],
    INVALID_INPUT: ['填写有误', 'invalid value', 'The field at `path` breaks `rule`.'],
    INCOMPLETE: ['资料不全', 'incomplete', 'What is listed must be filled or proven first.'],
    CAPACITY_EXCEEDED: ['名额不足', 'not enough places', 'The session has fewer free places.'],
    QUANTITY_EXCEEDED: ['超出需求数量', 'more than needed', 'The need asks for less by now.'],
    IDEMPOTENCY_KEY_REUSED: ['幂等键已用于其他请求', 'key used before', 'Same key, other input: make a new key.'],
    REASON_REQUIRED: ['必须填写原因', 'reason needed', 'This step needs a coded reason.'],
    DUPLICATE: ['已经存在', 'there is one already', '`existingId` tells which.'],
    NOT_POSSIBLE: ['不符合匹配条件', 'pair not possible', 'Hard rules of matching fail; `reasons` tells which.'],
    LEGAL_HOLD: ['依法留存,暂不能删除', 'kept by law for now', 'Erasure waits until after `until`; `reason` tells why.'],
    RUN_IN_PROGRESS: ['正在计算匹配方案', 'run in progress', '`planId` is the run to wait for.'],
    INVALID_CREDENTIALS: ['账号或密码错误', 'wrong name or password', 'The answer does not tell which.'],
    TOTP_REQUIRED: ['需要动态验证码', 'one-time code needed', 'Name and password are right: send them again with `totpCode`.'],
    TOO_MANY_ATTEMPTS: ['尝试次数过多', 'too many attempts', 'Wait for `retryAfterSeconds`.'],
    TOOK_TOO_LONG: ['耗时过长', 'took too long', 'Given up after a while; ask for less, e.g. fewer days.'],
    UNAVAILABLE: ['对方服务暂不可用', 'not available now', 'Another house that is needed for this does not answer; try later.'],
    INVALID_TOKEN: ['令牌无效', 'invalid token', 'Unknown, used before, or expired: begin anew.'],
  },
);

export const InputRule = defineEnum<Rule>('InputRule', 'What a value must be.', {
  REQUIRED: ['必填', 'required', 'It may not be missing or blank.'],
  MIN: ['过小', 'too small', '`limit` is the smallest allowed.'],
  MAX: ['过大', 'too large', '`limit` is the largest allowed.'],
  TOO_LONG: ['过长', 'too long', '`limit` is the greatest number of characters.'],
  TOO_MANY: ['过多', 'too many', '`limit` is the greatest number of items.'],
  BAD_FORMAT: ['格式不对', 'bad format', 'The text has not the asked form.'],
  BAD_CHECK_DIGIT: ['校验码不符', 'check digit does not fit', 'Most often a typing error.'],
  ENDS_BEFORE_START: ['结束早于开始', 'ends before it starts', 'The end must lie behind the start.'],
  IN_THE_PAST: ['时间已过', 'in the past', 'It must lie ahead.'],
  NOT_ALLOWED: ['不允许', 'not allowed here', 'This value does not go with the others.'],
});

const typeName = ({ code }: { readonly code: ClientFailure['code'] }): string => CONCRETE[code] ?? 'PlainError';
const CONCRETE: Partial<Record<ClientFailure['code'], string>> = {
  INVALID_INPUT: 'InvalidInputError',
  STALE_VERSION: 'StaleVersionError',
  INVALID_STATE: 'InvalidStateError',
  INCOMPLETE: 'IncompleteError',
  CAPACITY_EXCEEDED: 'RemainingError',
  QUANTITY_EXCEEDED: 'RemainingError',
  DUPLICATE: 'DuplicateError',
  NOT_POSSIBLE: 'NotPossibleError',
  LEGAL_HOLD: 'LegalHoldError',
  RUN_IN_PROGRESS: 'RunInProgressError',
  TOO_MANY_ATTEMPTS: 'TooManyAttemptsError',
};

@InterfaceType({ description: 'A rule that said no; nothing was changed.', resolveType: typeName })
export abstract class UserError {
  @Field(() => UserErrorCode, { description: 'Stable; for programs.' }) readonly code!: ClientFailure['code'];
  @Field(() => String, { description: "For people, in the caller's language (Accept-Language)." }) readonly message!: string;
  @Field(() => [String], { nullable: true, description: 'The field of the input at fault; null when no single one is.' })
  readonly path!: readonly string[] | null;
}

@ObjectType({ implements: UserError, description: 'A refusal that the code says all about.' })
export class PlainError extends UserError {}

@ObjectType({ implements: UserError, description: 'A field holds what it must not.' })
export class InvalidInputError extends UserError {
  @Field(() => InputRule, { description: 'The rule that the value breaks.' }) readonly rule!: Rule;
  @Field(() => Quantity, { nullable: true, description: "The bound, in the field's own unit; null for rules without one." })
  readonly limit!: number | null;
}
@ObjectType({ implements: UserError, description: 'Somebody changed it since it was read.' })
export class StaleVersionError extends UserError {
  @Field(() => Int, { description: 'The version it has now.' }) readonly currentVersion!: number;
}
@ObjectType({ implements: UserError, description: 'No such step from the state it is in.' })
export class InvalidStateError extends UserError {
  @Field(() => String, { description: 'The state it is in.' }) readonly from!: string;
  @Field(() => String, { description: 'The state that was asked for.' }) readonly to!: string;
}
@ObjectType({ implements: UserError, description: 'Something must be filled or proven first.' })
export class IncompleteError extends UserError {
  @Field(() => [String], { description: 'Everything that is missing, by field or by code.' })
  readonly missing!: readonly string[];
}
@ObjectType({ implements: UserError, description: 'Less is left than was asked for.' })
export class RemainingError extends UserError {
  @Field(() => Quantity, { description: 'What is left, in the unit of the session or need.' }) readonly remaining!: number;
}
@ObjectType({ implements: UserError, description: 'There is one already.' })
export class DuplicateError extends UserError {
  @Field(() => ID, { description: 'The one that is there.' }) readonly existingId!: string;
}
@ObjectType({ implements: UserError, description: 'Hard rules of matching forbid this pair.' })
export class NotPossibleError extends UserError {
  @Field(() => [String], { description: 'Codes of all the rules that fail; `whyNot` explains them.' })
  readonly reasons!: readonly string[];
}
@ObjectType({ implements: UserError, description: 'The data must be kept for now.' })
export class LegalHoldError extends UserError {
  @Field(() => String, { description: 'A value of `LegalHoldReason`.' }) readonly reason!: string;
  @Field(() => LocalDate, { description: 'The last day on which it is kept.' }) readonly until!: string;
}
@ObjectType({ implements: UserError, description: 'A matching run for this branch or community is under way.' })
export class RunInProgressError extends UserError {
  @Field(() => ID, { description: 'The run to wait for.' }) readonly planId!: string;
}
@ObjectType({ implements: UserError, description: 'Too many tries in a short time.' })
export class TooManyAttemptsError extends UserError {
  @Field(() => Int, { description: 'How long to wait, in seconds.' }) readonly retryAfterSeconds!: number;
}

type Shown = {
  readonly code: ClientFailure['code'];
  readonly message: string;
  readonly path: readonly string[] | null;
} & Readonly<Record<string, unknown>>;

/** A failure as clients see it: one entry, or one for each field at fault. */
export function toUserErrors(
  failure: ClientFailure,
  locale: Locale,
  communityId: string,
  labels: { code: (code: string) => string; rule: (rule: string) => string },
): readonly Shown[] {
  const path = failure.path ?? null;
  const say = (zh: string, en: string) => (locale === 'zh' ? zh : en);
  const base = labels.code(failure.code);
  switch (failure.code) {
    case 'INVALID_INPUT':
      return failure.problems.map(({ path, rule, limit = null }) => ({
        code: failure.code,
        path,
        rule,
        limit,
        message: `${path.join('.')}: ${labels.rule(rule)}${limit === null ? '' : say(`(限 ${limit})`, ` (limit ${limit})`)}`,
      }));
    case 'INCOMPLETE':
      return [{ ...failure, path, message: `${base}: ${failure.missing.join(', ')}` }];
    case 'INVALID_STATE':
      return [{ ...failure, path, message: `${base}: ${failure.from} → ${failure.to}` }];
    case 'CAPACITY_EXCEEDED':
    case 'QUANTITY_EXCEEDED':
      return [{ ...failure, path, message: say(`${base},剩余 ${failure.remaining}`, `${base}: ${failure.remaining} left`) }];
    case 'LEGAL_HOLD':
      return [{ ...failure, path, message: say(`${base},至 ${failure.until}`, `${base}, until ${failure.until}`) }];
    case 'NOT_POSSIBLE':
      return [{ ...failure, path, message: `${base}: ${failure.reasons.join(', ')}` }];
    case 'DUPLICATE':
      return [
        {
          code: failure.code,
          path,
          message: base,
          existingId: toGlobalId(failure.existingType, failure.existingGlobal ? null : communityId, failure.existingId),
        },
      ];
    case 'RUN_IN_PROGRESS':
      return [{ code: failure.code, path, message: base, planId: toGlobalId('MatchPlan', communityId, failure.planId) }];
    default:
      return [{ ...failure, path, message: base }];
  }
}
