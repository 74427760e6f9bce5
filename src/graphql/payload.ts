import { type ClassType, Field, ObjectType } from 'type-graphql';
import type { ClientFailure } from '../kernel/failures.js';
import { NOWHERE } from '../kernel/ids.js';
import { fail, ok, type Result } from '../kernel/result.js';
import type { Scope } from '../scope/scope.js';
import { labelOf } from './enums.js';
import { badUserInput, unauthenticated } from './errors.js';
import { parseGlobalId } from './global-id.js';
import { isGlobalType } from './node.js';
import { toUserErrors, UserError } from './user-errors.js';

@ObjectType({ description: 'What every mutation answers with.' })
export abstract class Payload {
  @Field(() => [UserError], { description: 'Empty when it worked; otherwise nothing was changed.' })
  readonly userErrors!: readonly UserError[];
}

/** Declares `<Mutation>Payload` with the one object that the mutation changes. */
export function payloadOf<T extends object>(mutation: string, field: string, node: () => ClassType<T>) {
  @ObjectType(`${mutation}Payload`, {
    description: `What ${mutation} answers: the object as it stands now, or why nothing was done.`,
  })
  class MutationPayload extends Payload {}
  Field(node, { nullable: true, description: 'As it stands now; null when it was refused.' })(MutationPayload.prototype, field);
  return MutationPayload;
}

/** The raw id behind a global one of the given type: INVALID_ID for what is none, NOT_FOUND for another community's. */
export function rawId(scope: Scope, type: string, globalId: string, path: readonly string[]): Result<string, ClientFailure> {
  const parsed = parseGlobalId(globalId);
  if (!parsed || parsed.type !== type) return fail({ code: 'INVALID_ID', path });
  if (!isGlobalType(type) && parsed.communityId !== scope.communityId) return fail({ code: 'NOT_FOUND', path });
  return ok(parsed.id);
}

/** The raw id behind an id argument of a query: null for another community's; malformed or of another type is the caller's error. */
export function rawIdOrNull(scope: Scope, type: string, globalId: string, argument = 'id'): string | null {
  const raw = rawId(scope, type, globalId, [argument]);
  if (raw.ok) return raw.value;
  if (raw.failure.code === 'INVALID_ID') throw badUserInput(`Not an id of ${type}.`, { argument });
  return null;
}

/** The raw id to filter by; null when none is given. One of another community finds nothing. */
export const filterId = (scope: Scope, type: string, globalId: string | null | undefined, argument: string): string | null =>
  globalId == null ? null : (rawIdOrNull(scope, type, globalId, argument) ?? NOWHERE);

/** Which fields of an input hold ids, of which type: a field holds one id or a list of them. */
export type IdFields<Input> = { readonly [Name in keyof Input]?: string };

/** The same input with raw ids. */
export function decodeIds<Input extends object>(scope: Scope, input: Input, ids: IdFields<Input>): Result<Input, ClientFailure> {
  const command = { ...input } as Record<string, unknown>;
  for (const [name, type] of Object.entries(ids) as [string, string][]) {
    const value = command[name];
    if (value == null) continue;
    const decoded: string[] = [];
    for (const globalId of (Array.isArray(value) ? value : [value]) as string[]) {
      const raw = rawId(scope, type, globalId, [name]);
      if (!raw.ok) return raw;
      decoded.push(raw.value);
    }
    command[name] = Array.isArray(value) ? decoded : decoded[0];
  }
  return ok(command as Input);
}

/** The one place where a `Result` becomes what clients see. */
export function toPayload<Name extends string, T>(scope: Scope, name: Name, result: Result<T, ClientFailure>) {
  const userErrors = result.ok
    ? []
    : toUserErrors(result.failure, scope.locale, scope.communityId, {
        code: code => labelOf('UserErrorCode', code, scope.locale),
        rule: rule => labelOf('InputRule', rule, scope.locale),
      });
  return { [name]: result.ok ? result.value : null, userErrors } as { readonly [K in Name]: T | null } & {
    readonly userErrors: typeof userErrors;
  };
}

/** Runs a mutation for somebody who signed in: decodes the ids of its input, calls the use case, wraps what it answers. */
export async function mutate<Name extends string, Input extends object, T>(
  scope: Scope,
  name: Name,
  input: Input,
  ids: IdFields<Input>,
  work: (command: Input) => Promise<Result<T, ClientFailure>>,
) {
  if (scope.actor.kind === 'ANONYMOUS') throw unauthenticated();
  const command = decodeIds(scope, input, ids);
  return toPayload(scope, name, command.ok ? await work(command.value) : command);
}
