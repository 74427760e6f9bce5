import { allOf, checkInteger } from '../../kernel/check.js';
import { HOUR } from '../../kernel/clock.js';
import type {
  Forbidden,
  IdempotencyKeyReused,
  InvalidCredentials,
  InvalidInput,
  InvalidState,
  NotFound,
  TooManyAttempts,
} from '../../kernel/failures.js';
import { newId, uuidHex } from '../../kernel/ids.js';
import { type Failure, fail, ok, type Result } from '../../kernel/result.js';
import { Scope } from '../../scope/scope.js';
import { branchById } from '../territory/territory.service.js';
import { insertAccounts, insertRoles } from './accounts.repo.js';
import { created } from './accounts.service.js';
import { loadActor } from './actor.repo.js';
import {
  type ApiClient,
  addressRule,
  type ClientFields,
  checkClient,
  DEFAULT_POINTS_PER_MINUTE,
  isApiKey,
  narrowed,
  newApiKey,
} from './clients.domain.js';
import { canManageClients } from './clients.policy.js';
import { clientById, endClient, insertClient, insertKey, liveClientByKey, lockClient } from './clients.repo.js';
import { doorOf, tellOfLock } from './proof.service.js';
import { assigned, assignmentOf, checkRole, type NewRole } from './roles.service.js';

export { API_SCOPES, type ApiClient } from './clients.domain.js';
export { CLIENTS, clientById, liveKeysOf, pageOfClients } from './clients.repo.js';

/** A program and, when it was made just now, its key: told once. */
export interface ClientWithKey {
  readonly id: string;
  readonly client: ApiClient;
  /** Null in the answer to a repeat. */
  readonly key: string | null;
}

/** The program's terms, and the first role of its account. */
export type CreateClient = ClientFields & NewRole & { readonly idempotencyKey: string };

const known = async (tx: Scope, id: string): Promise<ClientWithKey | null> => {
  const client = await tx.load(clientById, id);
  return client && { id, client, key: null };
};

/**
 * Lets a program in: opens a service account without a password, with one role, and makes a key for it. Further roles are given
 * to that account as to any other.
 */
export async function createClient(
  scope: Scope,
  { idempotencyKey, ...command }: CreateClient,
): Promise<Result<ClientWithKey, Forbidden | InvalidInput | NotFound | IdempotencyKeyReused>> {
  if (!canManageClients(scope.actor)) return fail({ code: 'FORBIDDEN' });
  const checked = checkClient(command, scope.now());
  if (!checked.ok) return checked;
  return scope.transaction(tx =>
    tx.once(
      { operation: 'apiClientCreate', key: idempotencyKey, input: command },
      async (): Promise<Result<ClientWithKey, InvalidInput | NotFound>> => {
        const role = await checkRole(tx, roleOf(command));
        if (!role.ok) return role;
        for (const branchId of command.limitedToBranchIds ?? [])
          if (!(await tx.load(branchById, branchId))) return fail({ code: 'NOT_FOUND', path: ['limitedToBranchIds'] });
        const now = tx.now();
        const [clientId, accountId] = [newId(now.getTime()), newId(now.getTime())];
        const account = {
          id: accountId,
          login: `client.${uuidHex(clientId)}`,
          displayName: command.name.trim(),
          active: true,
          version: 1,
          createdAt: now,
        };
        await insertAccounts(tx, [account], { passwordHash: null, isDemo: false });
        const assignment = assignmentOf(accountId, roleOf(command), now);
        await insertRoles(tx, [assignment]);
        const client: ApiClient = {
          id: clientId,
          accountId,
          name: command.name.trim(),
          scopes: [...new Set(command.scopes)].sort(),
          branchIds: [...new Set(command.limitedToBranchIds)],
          addresses: [...new Set(command.addresses)],
          pointsPerMinute: command.pointsPerMinute ?? DEFAULT_POINTS_PER_MINUTE,
          expiresAt: command.expiresAt ?? null,
          revokedAt: null,
          lastUsedAt: null,
          createdAt: now,
        };
        await insertClient(tx, client);
        const key = newApiKey();
        await insertKey(tx, clientId, key, now);
        await tx.append(created(account), assigned(assignment), {
          kind: 'API_CLIENT_CREATED',
          subject: { type: 'ApiClient', id: clientId },
          data: { accountId, scopes: client.scopes, branchIds: client.branchIds },
        });
        return ok({ id: clientId, client, key });
      },
      id => known(tx, id),
    ),
  );
}

const roleOf = ({ role, branchId, areaId, organizationId, validFrom, validUntil }: NewRole): NewRole => ({
  role,
  branchId,
  areaId,
  organizationId,
  validFrom,
  validUntil,
});

/** As long as a key may live beside its successor, in hours. */
export const MAX_OVERLAP_HOURS = 168;
export const DEFAULT_OVERLAP_HOURS = 24;

export interface RotateKey {
  readonly apiClientId: string;
  readonly overlapHours?: number | null;
  readonly idempotencyKey: string;
}

/** Makes the next key of a program. The present one goes on for the overlap, an older one ends now: at most two live. */
export async function rotateKey(
  scope: Scope,
  { idempotencyKey, ...command }: RotateKey,
): Promise<Result<ClientWithKey, Forbidden | InvalidInput | InvalidState | NotFound | IdempotencyKeyReused>> {
  if (!canManageClients(scope.actor)) return fail({ code: 'FORBIDDEN' });
  const hours = command.overlapHours ?? DEFAULT_OVERLAP_HOURS;
  const checked = allOf(checkInteger(['overlapHours'], hours, { min: 0, max: MAX_OVERLAP_HOURS }));
  if (!checked.ok) return checked;
  return scope.transaction(tx =>
    tx.once(
      { operation: 'apiClientKeyRotate', key: idempotencyKey, input: command },
      async (): Promise<Result<ClientWithKey, InvalidState | NotFound>> => {
        const client = await lockClient(tx, command.apiClientId);
        if (!client) return fail({ code: 'NOT_FOUND', path: ['apiClientId'] });
        if (client.revokedAt) return fail({ code: 'INVALID_STATE', from: 'REVOKED', to: 'ACTIVE' });
        const key = newApiKey();
        await insertKey(tx, client.id, key, new Date(tx.now().getTime() + hours * HOUR));
        await tx.append({
          kind: 'API_CLIENT_KEY_ROTATED',
          subject: { type: 'ApiClient', id: client.id },
          data: { overlapHours: hours },
        });
        return ok({ id: client.id, client, key });
      },
      id => known(tx, id),
    ),
  );
}

/** Shuts a program out: its keys and access tokens end within a second. */
export async function revokeClient(
  scope: Scope,
  command: { readonly apiClientId: string; readonly idempotencyKey: string },
): Promise<Result<ApiClient, Forbidden | InvalidState | NotFound | IdempotencyKeyReused>> {
  if (!canManageClients(scope.actor)) return fail({ code: 'FORBIDDEN' });
  return scope.transaction(tx =>
    tx.once(
      { operation: 'apiClientRevoke', key: command.idempotencyKey, input: command },
      async (): Promise<Result<ApiClient, InvalidState | NotFound>> => {
        const client = await lockClient(tx, command.apiClientId);
        if (!client) return fail({ code: 'NOT_FOUND', path: ['apiClientId'] });
        if (client.revokedAt) return fail({ code: 'INVALID_STATE', from: 'REVOKED', to: 'REVOKED' });
        const ended = await endClient(tx, client.id);
        await tx.append({
          kind: 'API_CLIENT_REVOKED',
          subject: { type: 'ApiClient', id: client.id },
          from: 'ACTIVE',
          to: 'REVOKED',
          data: { accountId: client.accountId },
        });
        return ok(ended);
      },
      id => tx.load(clientById, id),
    ),
  );
}

export interface TokenRequest {
  readonly clientId: string;
  readonly clientSecret: string;
  /** A part of the program's scopes; all of them where nothing is said. */
  readonly scopes: readonly string[] | null;
}

export interface ClientToken {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly scopes: readonly string[];
}

/**
 * Exchanges a program's id and key for an access token (client credentials, RFC 6749 §4.4). Wrong keys count against the address
 * and the id as wrong passwords do.
 */
export async function issueClientToken(
  scope: Scope,
  { clientId, clientSecret, scopes }: TokenRequest,
): Promise<Result<ClientToken, InvalidCredentials | TooManyAttempts | Failure<'INVALID_SCOPE'>>> {
  const { tokens, lockout } = doorOf(scope);
  const address = scope.parts.address ?? null;
  const admission = await lockout.admit(`client:${clientId.slice(0, 64)}`, address);
  if (!admission.ok) return admission;
  const now = scope.now();
  const client = isApiKey(clientSecret) ? await liveClientByKey(scope.db, clientSecret, now) : null;
  const isRight = client !== null && client.id === clientId && addressRule(client.addresses)(address);
  const found = isRight ? await loadActor(scope.db, client.communityId, client.accountId, now) : null;
  const actor = found && client && narrowed(found, client);
  if (!client || !actor?.roles.length) {
    if (admission.value.isLast) await tellOfLock(scope, null);
    return fail({ code: 'INVALID_CREDENTIALS' });
  }
  const { accountId, communityId } = client;
  await admission.value.succeed();
  const granted = scopes ?? client.scopes;
  if (!granted.length || granted.some(one => !client.scopes.includes(one))) return fail({ code: 'INVALID_SCOPE' });
  return new Scope({ ...scope.parts, communityId, actor }).transaction(async (tx): Promise<Result<ClientToken, never>> => {
    await tx.append({ kind: 'API_CLIENT_TOKEN_ISSUED', subject: { type: 'ApiClient', id: client.id } });
    const { token, expiresAt } = tokens.issue(
      { accountId, communityId, sessionId: null, client: { id: client.id, scopes: granted } },
      now,
    );
    const expiresInSeconds = Math.floor((expiresAt.getTime() - now.getTime()) / 1000);
    return ok({ accessToken: token, expiresInSeconds, scopes: granted });
  });
}
