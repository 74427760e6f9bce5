import { describe, expect, it } from 'vitest';
import { DAY } from '../../kernel/clock.js';
import { comesHome, salutation, sightOf } from './recipients.domain.js';

const now = new Date('2026-12-01T01:00:00Z');
const ago = (days: number): Date => new Date(now.getTime() - days * DAY);
const open = { state: 'ACCEPTED', closedAt: null, person: { restricted: false }, consents: [{ withdrawnAt: null }] } as const;

describe('what an organization sees of whom it serves', () => {
  it.each([
    ['OPEN', {}],
    ['OPEN', { state: 'IN_PROGRESS' }],
    ['OPEN', { state: 'ON_HOLD' }],
    ['OPEN', { state: 'COMPLETED', closedAt: ago(6.999) }],
    ['OVER', { state: 'COMPLETED', closedAt: ago(7) }],
    ['OVER', { state: 'CANCELLED', closedAt: now }],
    ['OVER', { state: 'REJECTED', closedAt: now }],
    ['OVER', { state: 'FAILED', closedAt: now }],
    ['OVER', { state: 'ENTERED_IN_ERROR', closedAt: now }],
    ['NOT_YET_ACCEPTED', { state: 'DRAFT' }],
    ['NOT_YET_ACCEPTED', { state: 'REQUESTED' }],
    ['NO_PERSON', { person: null, consents: [] }],
    ['RESTRICTED', { person: { restricted: true } }],
    ['CONSENT_MISSING', { consents: [] }],
    ['CONSENT_WITHDRAWN', { consents: [{ withdrawnAt: ago(1) }] }],
    ['OPEN', { consents: [{ withdrawnAt: ago(1) }, { withdrawnAt: null }] }],
    ['OVER', { state: 'CANCELLED', closedAt: now, person: { restricted: true }, consents: [] }],
  ] as const)('is %s with %j', (sight, change) => {
    expect(sightOf({ ...open, ...change }, now)).toBe(sight);
  });
});

describe('how a stranger addresses somebody', () => {
  it.each([
    ['陈桂花', 'FEMALE', false, '陈女士'],
    ['王刚', 'MALE', false, '王先生'],
    ['欧阳桂花', 'FEMALE', false, '欧阳女士'],
    ['欧阳', 'MALE', false, '欧先生'],
    ['李小龙', 'MALE', true, '李小朋友'],
    ['Maria Rossi', 'FEMALE', false, 'Maria Rossi 女士'],
    ['𠮷田花', 'FEMALE', false, '𠮷女士'],
  ] as const)('%s, %s', (name, sex, isChild, words) => {
    expect(salutation(name, { sex, isChild })).toBe(words);
  });
});

describe('the door is shown', () => {
  it.each([
    [['HOME'], false, true],
    [['HOME'], true, true],
    [['HOME', 'ON_SITE'], false, true],
    [['HOME', 'ON_SITE'], true, false],
    [['ON_SITE'], true, false],
    [['ONLINE'], false, false],
    [[], false, false],
  ] as const)('for %j, with a place %s: %s', (modes, hasPlace, shown) => {
    expect(comesHome(modes, hasPlace)).toBe(shown);
  });
});
