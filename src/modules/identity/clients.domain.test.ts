import { describe, expect, it } from 'vitest';
import type { AccountActor } from '../../kernel/actor.js';
import { API_SCOPES, addressRule, type ClientFields, checkClient, isApiKey, narrowed, newApiKey } from './clients.domain.js';

describe('API keys', () => {
  it('have a prefix, 256 random bits and a checksum that finds every slip of one character', () => {
    const key = newApiKey();
    expect(key).toMatch(/^ra_live_[\w-]{49}$/);
    expect(newApiKey()).not.toBe(key);
    expect(isApiKey(key)).toBe(true);
    const slips = [...key].map((character, at) => `${key.slice(0, at)}${character === 'x' ? 'y' : 'x'}${key.slice(at + 1)}`);
    expect([...slips, key.slice(1), `${key}x`, ` ${key}`, key.toUpperCase(), ''].filter(isApiKey)).toEqual([]);
  });
});

describe('addresses', () => {
  it.each<[readonly string[], string | null, boolean]>([
    [[], '192.0.2.1', true],
    [[], null, true],
    [['192.0.2.0/24'], '192.0.2.255', true],
    [['192.0.2.0/24'], '192.0.3.0', false],
    [['192.0.2.0/24'], '::ffff:192.0.2.9', true],
    [['192.0.2.0/24'], null, false],
    [['192.0.2.0/24'], 'nonsense', false],
    [['192.0.2.7'], '192.0.2.7', true],
    [['192.0.2.7'], '192.0.2.8', false],
    [['0.0.0.0/0'], '203.0.113.9', true],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['2001:db8::/32', '198.51.100.4'], '2001:db8:ffff::1', true],
    [['2001:db8::/32', '198.51.100.4'], '2001:db9::1', false],
    [['2001:db8::/32', '198.51.100.4'], '198.51.100.4', true],
  ])('%j let in %s: %s', (blocks, address, isIn) => {
    expect(addressRule(blocks)(address)).toBe(isIn);
  });
});

describe('a narrowed program', () => {
  const actor: AccountActor = {
    kind: 'ACCOUNT',
    accountId: 'a',
    roles: ['BRANCH_SECRETARY', 'COMMUNITY_ADMIN', 'AUDITOR', 'SUBDISTRICT', 'LIAISON'],
    branchIds: ['1', '2', '3'],
    secretaryBranchIds: ['1', '2'],
    organizationIds: ['o'],
    memberBranchIds: ['2', '3'],
    kinIds: [],
    client: null,
  };
  const grant = { id: 'c', scopes: ['offers:read'], pointsPerMinute: 100 };

  it('has all rights of its account where no branches are named', () => {
    expect(narrowed(actor, { ...grant, branchIds: [] })).toEqual({ ...actor, client: grant });
  });

  it('has only its branches, and no role that spans the community', () => {
    expect(narrowed(actor, { ...grant, branchIds: ['2', '9'] })).toEqual({
      ...actor,
      client: grant,
      roles: ['BRANCH_SECRETARY', 'LIAISON'],
      branchIds: ['2'],
      secretaryBranchIds: ['2'],
      memberBranchIds: ['2'],
    });
  });
});

describe('the terms of a program', () => {
  const now = new Date('2026-12-01T01:00:00.000Z');
  const good: ClientFields = { name: '小程序', scopes: [...API_SCOPES], role: 'LIAISON' };

  it('may be all there is', () => {
    const all = { limitedToBranchIds: ['b'], addresses: ['192.0.2.0/24', '2001:db8::/32', '::1'], pointsPerMinute: 1 };
    expect(checkClient({ ...good, ...all, expiresAt: new Date(now.getTime() + 1) }, now).ok).toBe(true);
  });

  it.each<[string, Partial<ClientFields>, string]>([
    ['no name', { name: ' ' }, 'name'],
    ['no scope', { scopes: [] }, 'scopes'],
    ['an unknown subject', { scopes: ['money:read'] }, 'scopes'],
    ['an unknown action', { scopes: ['offers:delete'] }, 'scopes'],
    ['a scope with a wildcard', { scopes: ['*'] }, 'scopes'],
    ['branches for who spans the community', { role: 'COMMUNITY_ADMIN', limitedToBranchIds: ['b'] }, 'limitedToBranchIds'],
    ['no address', { addresses: ['example.org'] }, 'addresses'],
    ['too long a prefix', { addresses: ['192.0.2.0/33'] }, 'addresses'],
    ['an odd prefix', { addresses: ['192.0.2.0/-1'] }, 'addresses'],
    ['no points', { pointsPerMinute: 0 }, 'pointsPerMinute'],
    ['an end in the past', { expiresAt: now }, 'expiresAt'],
  ])('are refused with %s', (_name, wrong, path) => {
    expect(checkClient({ ...good, ...wrong }, now)).toMatchObject({ ok: false, failure: { problems: [{ path: [path] }] } });
  });
});
