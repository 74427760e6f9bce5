import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { DAY, need, now, planInput, randomFacts, session } from '../../../../tests/support/facts.js';
import { between } from '../../../../tests/support/matching.js';
import { CHANGE_CAUSES, CHANGE_KINDS, type PlannedChange } from '../matching.domain.js';
import { changeSentence } from '../sentences/change-sentences.js';
import type { NeedFacts, Proposal, SessionFacts } from './facts.js';
import { computePlan, type PlanInput, type PlannedMatch } from './planning.js';

const plan = (...given: Parameters<typeof planInput>) => computePlan(planInput(...given));
const asProposals = (matches: readonly PlannedMatch[]): readonly Proposal[] =>
  matches.map(({ needId, sessionId, branchId, quantity }, i) => ({
    matchId: `m${i}`,
    needId,
    sessionId,
    branchId,
    quantity,
    respondBy: null,
  }));
const proposal = (needId: string, sessionId: string, quantity = 1): Proposal => ({
  matchId: `${needId} ${sessionId}`,
  needId,
  sessionId,
  branchId: 'b1',
  quantity,
  respondBy: null,
});
const pairsOf = (matches: readonly PlannedMatch[]) =>
  matches.map(({ needId, sessionId, quantity }) => `${needId} ${sessionId} ${quantity}`);

describe('a plan made again', () => {
  it('changes nothing in a world that did not change', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { needs, sessions } = randomFacts(createRandom(seed), 40, 20);
      const first = plan(needs, sessions);
      const again = plan(needs, sessions, { proposals: asProposals(first.matches) });
      expect(pairsOf(again.matches)).toEqual(pairsOf(first.matches));
      expect(again.unmatched).toEqual(first.unmatched);
      expect(new Set(again.changes.map(({ kind }) => kind))).toEqual(new Set(['KEPT']));
    }
  });

  it('tells every change of a world that did, serves the same as from scratch, and breaks no more than that', () => {
    const random = createRandom(41);
    const seen = new Set<string>();
    let [kept, scratch] = [0, 0];
    for (let round = 0; round < 60; round++) {
      const { needs, sessions } = randomFacts(random, 40, 20);
      const proposals = asProposals(plan(needs, sessions).matches);
      const changedNeeds = needs.map(one => (random() < 0.05 ? { ...one, isOpen: false } : one));
      const changedSessions = sessions.map(one => {
        const turn = random();
        if (turn < 0.05) return { ...one, isCancelled: true };
        return turn < 0.15 ? { ...one, free: between(random, 0, one.free) } : one;
      });
      const anew = plan(changedNeeds, changedSessions);
      const steady = plan(changedNeeds, changedSessions, { proposals });
      expect(steady.unmatched.map(({ needId, quantity }) => [needId, quantity])).toEqual(
        anew.unmatched.map(({ needId, quantity }) => [needId, quantity]),
      );
      const total = (matches: readonly { readonly quantity: number }[]) =>
        matches.reduce((sum, { quantity }) => sum + quantity, 0);
      const of = (...kinds: PlannedChange['kind'][]) => total(steady.changes.filter(({ kind }) => kinds.includes(kind)));
      expect(of('KEPT', 'MOVED', 'DROPPED')).toBe(total(proposals));
      expect(of('KEPT', 'MOVED', 'NEW')).toBe(total(steady.matches));
      kept += of('KEPT');
      const before = new Map(proposals.map(({ needId, sessionId, quantity }) => [`${needId} ${sessionId}`, quantity]));
      for (const { needId, sessionId, quantity } of anew.matches)
        scratch += Math.min(quantity, before.get(`${needId} ${sessionId}`) ?? 0);
      for (const { cause } of steady.changes) if (cause) seen.add(cause);
    }
    expect(kept).toBeGreaterThan(scratch);
    expect([...seen]).toEqual(expect.arrayContaining(['NEED_CLOSED', 'SESSION_CANCELLED', 'SESSION_SHRUNK', 'MADE_ROOM']));
  });
});

describe('the cause of a change', () => {
  const a = need({ id: 'a' });
  const first = need({ id: 'first', urgency: 'P1' });
  const here = session({ id: 'here', free: 1, capacity: 1 });
  const there = session({
    id: 'there',
    free: 1,
    capacity: 1,
    place: { buildingId: 'y', eastM: 300, northM: 100, hasLift: false },
  });
  const out = [proposal('a', 'here')];
  type Case = readonly [string, readonly NeedFacts[], readonly SessionFacts[], Partial<PlanInput>, object];
  it.each<Case>([
    ['NEED_CLOSED', [], [here], { bygone: { needs: [{ ...a, isOpen: false }], sessions: [] } }, { kind: 'DROPPED' }],
    ['NEED_COVERED', [], [here], { bygone: { needs: [{ ...a, open: 0 }], sessions: [] } }, { kind: 'DROPPED' }],
    ['NEED_COVERED', [a], [{ ...here, free: 2 }], { proposals: [proposal('a', 'here', 2)] }, { kind: 'DROPPED', quantity: 1 }],
    [
      'SESSION_CANCELLED',
      [a],
      [there],
      { bygone: { needs: [], sessions: [{ ...here, isCancelled: true }] } },
      { kind: 'MOVED', toSessionId: 'there' },
    ],
    [
      'RULE_FAILS',
      [a],
      [{ ...here, costFen: 500 }],
      {},
      { details: { reasons: [{ code: 'COSTS_TOO_MUCH', numbers: { costFen: 500, acceptsCostFen: 0 } }], takenBy: [] } },
    ],
    ['OUT_OF_HORIZON', [a], [there], { bygone: { needs: [], sessions: [here] } }, { kind: 'MOVED' }],
    ['FORBIDDEN', [a], [here], { forbidden: [{ needId: 'a', sessionId: 'here' }] }, { kind: 'DROPPED' }],
    ['PINNED', [a, need({ id: 'z', urgency: 'P4' })], [here], { pinned: [{ needId: 'z', sessionId: 'here' }] }, {}],
    ['SESSION_SHRUNK', [a], [{ ...here, free: 0 }], {}, { kind: 'DROPPED' }],
    ['OUTRANKED', [a, first], [here], {}, { kind: 'DROPPED', details: { reasons: [], takenBy: [{ tier: 1, needs: 1 }] } }],
    [
      'OUTRANKED',
      [{ ...a, submittedAt: now - DAY }, need({ id: 'old', urgency: 'P4', submittedAt: now - 70 * DAY })],
      [here],
      {},
      // Waiting has lifted it by two tiers.
      { kind: 'DROPPED', details: { reasons: [], takenBy: [{ tier: 2, needs: 1 }] } },
    ],
    [
      'MADE_ROOM',
      [a, { ...first, exclusions: [{ offerId: 'far', sessionId: null, declined: true }] }],
      [here, { ...there, offerId: 'far' }],
      {},
      { kind: 'MOVED', fromSessionId: 'here', toSessionId: 'there', details: { takenBy: [{ tier: 1, needs: 1 }] } },
    ],
    ['NEWLY_SERVED', [a], [here], { proposals: [] }, { kind: 'NEW', fromSessionId: null, toSessionId: 'here' }],
    ['MORE_SERVED', [{ ...a, open: 2 }], [here, there], {}, { kind: 'NEW', quantity: 1, toSessionId: 'there' }],
  ])('%s', (cause, needs, sessions, change, expected) => {
    const { changes } = plan(needs, sessions, { proposals: out, ...change });
    expect(changes).toContainEqual(expect.objectContaining({ needId: 'a', cause }));
    expect(changes.find(one => one.cause === cause && one.needId === 'a')).toMatchObject(expected);
  });

  it('is said in both languages, with who took the place by tier only', () => {
    const details = { reasons: [], takenBy: [{ tier: 1, needs: 2 }] };
    const change = { needId: 'a', quantity: 1, fromSessionId: 'here', toSessionId: null } as const;
    const dropped: PlannedChange = { ...change, kind: 'DROPPED', cause: 'OUTRANKED', details };
    expect(changeSentence(dropped, 'zh')).toBe('不再建议:名额给了排序在前的需求(P1 档 2 项)。');
    expect(changeSentence(dropped, 'en')).toBe('No longer proposed: needs that come first have the place (2 as P1).');
    const said = CHANGE_KINDS.flatMap(kind =>
      CHANGE_CAUSES.map(cause => changeSentence({ ...change, kind, cause, details: { reasons: [], takenBy: [] } }, 'en')),
    );
    expect(new Set(said).size).toBe(CHANGE_KINDS.length * CHANGE_CAUSES.length);
  });
});
