import type { Role } from '../../kernel/actor.js';
import { checkText } from '../../kernel/check.js';
import type { Problem } from '../../kernel/failures.js';
import { normalize } from '../../kernel/text.js';

/** Who can sign in. Accounts serve all communities; what they may do hangs on their roles in each. */
export interface Account {
  readonly id: string;
  readonly login: string;
  readonly displayName: string;
  readonly active: boolean;
  readonly version: number;
  readonly createdAt: Date;
}

/** What a role is narrowed to: exactly one id for a secretary, an officer, a generalist and a liaison, none for the others. */
export interface RoleScope {
  readonly role: Role;
  readonly branchId?: string | null | undefined;
  readonly areaId?: string | null | undefined;
  readonly organizationId?: string | null | undefined;
}

/** A role of an account in one community, from `validFrom` until before `validUntil`. */
export interface RoleAssignment {
  readonly id: string;
  readonly accountId: string;
  readonly role: Role;
  readonly branchId: string | null;
  readonly areaId: string | null;
  readonly organizationId: string | null;
  readonly validFrom: Date;
  readonly validUntil: Date | null;
}

const SCOPES = ['branchId', 'areaId', 'organizationId'] as const;
const SCOPE_OF: Partial<Record<Role, (typeof SCOPES)[number]>> = {
  BRANCH_SECRETARY: 'branchId',
  ESTATE_OFFICER: 'areaId',
  GENERALIST_WORKER: 'branchId',
  LIAISON: 'organizationId',
};

/** Every scope that the role needs and lacks, and every one that it has and must not. */
export const roleScopeProblems = (scope: RoleScope): readonly Problem[] =>
  SCOPES.flatMap((field): Problem[] => {
    const wanted = SCOPE_OF[scope.role] === field;
    if (wanted === (scope[field] != null)) return [];
    return [{ path: [field], rule: wanted ? 'REQUIRED' : 'NOT_ALLOWED' }];
  });

export const sameScope = (a: RoleScope, b: RoleScope): boolean =>
  a.role === b.role && SCOPES.every(field => (a[field] ?? null) === (b[field] ?? null));

const LOGIN = /^[a-z0-9][a-z0-9._-]{1,63}$/;
/** Names are typed on all sorts of keyboards: full-width forms and capitals mean the same account. */
export const normalizeLogin = (login: string): string => normalize(login).toLowerCase();

export const MAX_LOGIN = 64;
export const MIN_PASSWORD = 10;
export const MAX_PASSWORD = 128;
export const MAX_DISPLAY_NAME = 40;

export const checkLogin = (login: string): Problem | null =>
  checkText(['login'], login, { max: MAX_LOGIN, required: true }) ??
  (LOGIN.test(normalizeLogin(login)) ? null : { path: ['login'], rule: 'BAD_FORMAT' });

/** A new password: long rather than odd (NIST SP 800-63B §3.1.1), and not the login. */
export function checkPassword(path: string, password: string, login: string): Problem | null {
  const problem = checkText([path], password, { max: MAX_PASSWORD, required: true });
  if (problem) return problem;
  if ([...password].length < MIN_PASSWORD) return { path: [path], rule: 'MIN', limit: MIN_PASSWORD };
  return password.toLowerCase().includes(normalizeLogin(login)) ? { path: [path], rule: 'NOT_ALLOWED' } : null;
}

/** A role that waits for somebody to take it by a code. */
export interface Invitation {
  readonly id: string;
  readonly role: Role;
  readonly branchId: string | null;
  readonly areaId: string | null;
  readonly organizationId: string | null;
  /** When the role begins; at acceptance where nothing is said. */
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
  readonly invitedBy: string;
  readonly createdAt: Date;
  /** Accepted before then or not at all. */
  readonly expiresAt: Date;
  readonly acceptedAt: Date | null;
  readonly acceptedBy: string | null;
  readonly revokedAt: Date | null;
}

export const INVITATION_STATES = ['OPEN', 'ACCEPTED', 'REVOKED', 'EXPIRED'] as const;
export type InvitationState = (typeof INVITATION_STATES)[number];

export function invitationState(
  { acceptedAt, revokedAt, expiresAt }: Pick<Invitation, 'acceptedAt' | 'revokedAt' | 'expiresAt'>,
  now: Date,
): InvitationState {
  if (acceptedAt) return 'ACCEPTED';
  if (revokedAt) return 'REVOKED';
  return expiresAt > now ? 'OPEN' : 'EXPIRED';
}
