import { describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../../kernel/actor.js';
import { invitationState, roleScopeProblems } from './identity.domain.js';

describe('the scope of a role', () => {
  const NEEDS: Readonly<Record<Role, string | null>> = {
    COMMUNITY_ADMIN: null,
    BRANCH_SECRETARY: 'branchId',
    ESTATE_OFFICER: 'areaId',
    GENERALIST_WORKER: 'branchId',
    LIAISON: 'organizationId',
    VOLUNTEER: null,
    FAMILY: null,
    MEDIATOR: null,
    SUBDISTRICT: null,
    AUDITOR: null,
  };

  it.each(ROLES)('of %s is the one it needs, and no other', role => {
    const all = ['branchId', 'areaId', 'organizationId'];
    const needed = NEEDS[role];
    const full = Object.fromEntries(all.map(field => [field, 'x']));
    expect(roleScopeProblems({ role, ...(needed && { [needed]: 'x' }) })).toEqual([]);
    expect(roleScopeProblems({ role })).toEqual(needed ? [{ path: [needed], rule: 'REQUIRED' }] : []);
    expect(roleScopeProblems({ role, ...full })).toEqual(
      all.filter(field => field !== needed).map(field => ({ path: [field], rule: 'NOT_ALLOWED' })),
    );
  });
});

describe('an invitation', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 11, 1, 0, 0, seconds));
  it.each([
    [{ acceptedAt: null, revokedAt: null, expiresAt: at(1) }, 'OPEN'],
    [{ acceptedAt: null, revokedAt: null, expiresAt: at(0) }, 'EXPIRED'],
    [{ acceptedAt: at(-2), revokedAt: null, expiresAt: at(-1) }, 'ACCEPTED'],
    [{ acceptedAt: null, revokedAt: at(-2), expiresAt: at(-1) }, 'REVOKED'],
  ] as const)('%j is %s', (invitation, state) => {
    expect(invitationState(invitation, at(0))).toBe(state);
  });
});
