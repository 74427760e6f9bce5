import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { bestByTrying, brokenBy, randomAwkward } from '../../../../tests/support/awkward.js';
import { DAY, HOUR, need, now, planInput, session } from '../../../../tests/support/facts.js';
import { proofSentence } from '../sentences/proof-sentences.js';
import { unmatchedSentence } from '../sentences/unmatched-sentences.js';
import { computePlan } from './planning.js';
import { fullness } from './rules.js';
import { byRank, DEFAULT_WEIGHTS, rankOf } from './scoring.js';

const plan = (...given: Parameters<typeof planInput>) => computePlan(planInput(...given));
const placed = ({ matches }: ReturnType<typeof plan>) =>
  matches.map(({ needId, sessionId, quantity }) => `${needId} ${sessionId} ${quantity}`).sort();
const gapOf = ({ unmatched }: ReturnType<typeof plan>, id: string) => unmatched.find(({ needId }) => needId === id);
const later = (hours: number) => ({ startsAt: now + DAY + hours * HOUR, endsAt: now + DAY + (hours + 2) * HOUR });

describe('a plan with rules about more than one pair', () => {
  it('keeps them all, is the best of all that do, and knows what keeps each need out, on random estates', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 400; seed++) {
      const estate = randomAwkward(createRandom(seed), 4, 3);
      const weights = { ...DEFAULT_WEIGHTS, caps: estate.caps };
      const found = plan(estate.needs, estate.sessions, { weights });
      expect(brokenBy(found.matches, estate), `seed ${seed}`).toEqual([]);
      expect(found.proof).toEqual({ proven: true, gap: null });
      const best = bestByTrying(estate);
      const ranked = estate.needs.map(one => ({ need: one, rank: rankOf(one, DEFAULT_WEIGHTS, now) })).sort(byRank);
      const served = ranked.map(({ need: one }) =>
        found.matches.reduce((total, { needId, quantity }) => (needId === one.id ? total + quantity : total), 0),
      );
      expect(served, `seed ${seed}`).toEqual(best.served);
      expect(found.matches.reduce((total, { quantity, explanation }) => total + quantity * explanation.cost, 0)).toBe(best.cost);
      for (const { needId, reason, certificate } of found.unmatched) {
        seen.add(reason);
        expect(reason, `seed ${seed} ${needId}`).not.toBe('BUDGET_ENDED');
        const { blocked, possible } = certificate;
        if (blocked.length) expect(blocked.reduce((total, { sessions }) => total + sessions, 0)).toBe(possible);
        if (certificate.lowest) expect(certificate.lowest.tiersAhead).toBeGreaterThanOrEqual(0);
      }
    }
    expect([...seen].sort()).toEqual([
      'ALL_FULL',
      'CAP_REACHED',
      'HELPER_BUSY',
      'MINIMUM_NOT_REACHED',
      'PARTLY_SERVED',
      'PERSON_BUSY',
      'PORTION_TOO_SMALL',
      'RESERVED_FOR_OTHERS',
      'TOGETHER',
    ]);
  });

  it('does not depend on the order of what it is given', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { needs, sessions, caps } = randomAwkward(createRandom(1000 + seed), 8, 5);
      const weights = { ...DEFAULT_WEIGHTS, caps };
      expect(plan(needs.toReversed(), sessions.toReversed(), { weights })).toEqual(plan(needs, sessions, { weights }));
    }
  });

  it('says how far it is proven when its time ended, and still keeps the rules', () => {
    const estate = randomAwkward(createRandom(5), 40, 12);
    const { matches, proof } = plan(estate.needs, estate.sessions, {
      budget: 0,
      weights: { ...DEFAULT_WEIGHTS, caps: estate.caps },
    });
    expect(brokenBy(matches, estate)).toEqual([]);
    expect(proof).toMatchObject({ proven: false, gap: { kind: 'SERVED' } });
    if (proof.gap?.kind === 'SERVED') expect(proof.gap.bound).toBeGreaterThan(proof.gap.served);
  });
});

describe('one person', () => {
  const [haircut, clinic] = [need({ id: 'haircut', personKey: 1 }), need({ id: 'clinic', personKey: 1, urgency: 'P4' })];
  const at = (hours: number, eastM: number, id = `s${hours}`) =>
    session({ id, free: 1, capacity: 1, time: later(hours), place: { buildingId: id, eastM, northM: 0, hasLift: false } });

  it('is not in two sessions that overlap, and has time for the way between two that do not', () => {
    expect(plan([haircut, clinic], [at(0, 0), at(1, 0)]).matches).toHaveLength(1);
    expect(plan([haircut, clinic], [at(0, 0), at(2, 0)]).matches).toHaveLength(2);
    expect(plan([haircut, clinic], [at(0, 0), at(2, 60)]).matches).toHaveLength(1);
    expect(plan([haircut, { ...clinic, personKey: 2 }], [at(0, 0), at(1, 0)]).matches).toHaveLength(2);
    const found = plan([haircut, clinic], [at(0, 0), at(1, 0)]);
    expect(gapOf(found, 'clinic')).toMatchObject({
      reason: 'PERSON_BUSY',
      certificate: {
        possible: 2,
        blocked: [
          { code: 'ALL_FULL', sessions: 1 },
          { code: 'PERSON_BUSY', sessions: 1 },
        ],
        holders: [{ tier: 3, needs: 1 }],
      },
    });
  });

  it('is not in two at once for one need of several either', () => {
    const several = need({ id: 'several', personKey: 1, open: 2 });
    expect(plan([several], [at(0, 0), at(1, 0)])).toMatchObject({
      matches: [{ quantity: 1 }],
      unmatched: [{ reason: 'PERSON_BUSY' }],
    });
  });

  it('is busy where a promise or a pin says so, by a hard rule', () => {
    const promised = { ...haircut, promises: [{ sessionId: 'other', time: later(1), place: null }] };
    const found = plan([promised], [at(0, 0)]);
    expect(gapOf(found, 'haircut')).toMatchObject({
      reason: 'PERSON_BUSY',
      certificate: { possible: 0, failed: [{ code: 'PERSON_BUSY', sessions: 1 }] },
    });
    const pinned = plan([haircut, clinic], [at(0, 0), at(1, 0)], { pinned: [{ needId: 'clinic', sessionId: 's1' }] });
    expect(placed(pinned)).toEqual(['clinic s1 1']);
    expect(gapOf(pinned, 'haircut')).toMatchObject({
      reason: 'ALL_FULL',
      certificate: { possible: 1, failed: [{ code: 'PERSON_BUSY', sessions: 1 }], pinned: 1 },
    });
  });

  it('gets no more of a category than its cap leaves', () => {
    const weights = { ...DEFAULT_WEIGHTS, caps: [{ category: 'HAIRCUT', times: 2, days: 30 }] };
    const needs = [haircut, clinic].map(one => ({ ...one, usedOfCaps: [1] }));
    const found = plan(needs, [at(0, 0), at(5, 0)], { weights });
    expect(found.matches).toMatchObject([{ needId: 'haircut', quantity: 1 }]);
    expect(gapOf(found, 'clinic')).toMatchObject({ reason: 'CAP_REACHED' });
  });
});

describe('a session', () => {
  it('is held by enough people or by none, promised ones counted', () => {
    const lecture = session({ id: 'lecture', capacity: 5, free: 5, minimum: 3 });
    const needs = ['a', 'b'].map(id => need({ id }));
    expect(plan(needs, [lecture])).toMatchObject({
      matches: [],
      unmatched: [{ reason: 'MINIMUM_NOT_REACHED' }, { reason: 'MINIMUM_NOT_REACHED' }],
    });
    expect(plan(needs, [{ ...lecture, free: 4 }]).matches).toHaveLength(2);
    expect(plan([...needs, need({ id: 'c' })], [lecture]).matches).toHaveLength(3);
  });

  it('keeps the places of a branch for its residents', () => {
    const pacts = [{ startsOn: '2026-01-01', endsOn: '2027-12-31' }];
    const clinic = session({
      free: 2,
      capacity: 2,
      quotas: [{ branchId: 'b2', places: 1 }],
      standing: [
        { branchId: 'b1', pacts },
        { branchId: 'b2', pacts },
      ],
    });
    const needs = ['a', 'b'].map(id => need({ id, urgency: 'P1' }));
    const found = plan(needs, [clinic]);
    expect(found.matches).toHaveLength(1);
    expect(found.unmatched).toMatchObject([{ reason: 'RESERVED_FOR_OTHERS', certificate: { possible: 1 } }]);
    const stranger = need({ id: 'c', branchId: 'b2', urgency: 'P4' });
    expect(placed(plan([...needs, stranger], [clinic])).at(-1)).toBe('c s 1');
    const pin = (id: string) => ({ needId: id, sessionId: 's' });
    expect(plan(needs, [clinic], { pinned: [pin('a'), pin('b')] }).matches).toHaveLength(1);
    expect(placed(plan([...needs, stranger], [clinic], { pinned: [pin('c'), pin('b')] }))).toEqual(['b s 1', 'c s 1']);
    expect(fullness(needs[0]!, { ...clinic, free: 1 })).toMatchObject([{ code: 'RESERVED_FOR_OTHERS' }]);
    expect(fullness(stranger, { ...clinic, free: 1 })).toEqual([]);
    expect(fullness({ ...stranger, open: 3, minimum: 3 }, clinic)).toMatchObject([{ code: 'PORTION_TOO_SMALL' }]);
  });

  it('is not planned beside another that takes up the same helper', () => {
    const chair = (id: string, hours: number, organizationId = 'org') =>
      session({ id, organizationId, free: 1, capacity: 1, time: later(hours), resourceKeys: ['chair-1'] });
    const needs = ['a', 'b'].map(id => need({ id }));
    const found = plan(needs, [chair('s1', 0), chair('s2', 1)]);
    expect(found.matches).toHaveLength(1);
    expect(found.unmatched[0]).toMatchObject({ reason: 'HELPER_BUSY' });
    expect(plan(needs, [chair('s1', 0), chair('s2', 2)]).matches).toHaveLength(2);
    expect(plan(needs, [chair('s1', 0), chair('s2', 1, 'another')]).matches).toHaveLength(2);
    const taken = plan(needs, [{ ...chair('s1', 0), takenUp: true }]);
    expect(taken.unmatched[0]).toMatchObject({ reason: 'HELPER_BUSY', certificate: { possible: 0 } });
  });
});

describe('a need', () => {
  it('takes its portion at once or nothing', () => {
    const some = need({ id: 'some', open: 5, minimum: 3 });
    expect(plan([some], [session({ free: 2 })])).toMatchObject({ matches: [], unmatched: [{ reason: 'PORTION_TOO_SMALL' }] });
    expect(placed(plan([some], [session({ free: 3 })]))).toEqual(['some s 3']);
  });

  const tied = (id: string, needId: string, sessionIds: readonly string[] = []) =>
    need({ id, companion: { needId, sessionIds } });
  it('goes with the other to one session, or neither goes', () => {
    const pair = [tied('she', 'he'), tied('he', 'she')];
    const one = (id: string) => session({ id, free: 1, capacity: 1 });
    const found = plan(pair, [one('s1'), one('s2')]);
    expect(found).toMatchObject({ matches: [], unmatched: [{ reason: 'TOGETHER' }, { reason: 'TOGETHER' }] });
    expect(placed(plan(pair, [one('s1'), session({ id: 's2', free: 2 })]))).toEqual(['he s2 1', 'she s2 1']);
  });

  it('follows where the other is promised or pinned, and waits for one that is not in the plan', () => {
    const sessions = [
      session({ id: 's1' }),
      session({ id: 's2', place: { buildingId: 'y', eastM: 900, northM: 0, hasLift: false } }),
    ];
    expect(placed(plan([tied('she', 'he', ['s2'])], sessions))).toEqual(['she s2 1']);
    const pinned = [{ needId: 'he', sessionId: 's2' }];
    expect(placed(plan([tied('she', 'he'), tied('he', 'she')], sessions, { pinned }))).toEqual(['he s2 1', 'she s2 1']);
    const alone = plan([tied('she', 'he')], sessions);
    expect(alone).toMatchObject({ matches: [], unmatched: [{ reason: 'TOGETHER' }] });
  });
});

it('tells what closes each session in words, without a name', () => {
  const lecture = session({ id: 'lecture', minimum: 3 });
  const [gap] = plan([need({ id: 'a' })], [lecture, session({ id: 's2', free: 0 })]).unmatched;
  const said = (locale: 'zh' | 'en') => unmatchedSentence(gap!.reason, gap!.quantity, gap!.certificate, locale);
  expect(said('zh')).toBe('能服务的 2 个场次中:1 个已约满、1 个未达最低开办人数。其中 1 个已全部承诺。');
  expect(said('en')).toBe(
    'Of 2 sessions that could serve: 1 full; 1 without enough people to be held. 1 session promised already.',
  );
});

it('tells in words how far a plan is proven', () => {
  const said = (proof: Parameters<typeof proofSentence>[0]) =>
    (['zh', 'en'] as const).map(locale => proofSentence(proof, locale));
  expect(said({ proven: true, gap: null })).toEqual([
    '已证明:在所有规则之内没有更好的方案。',
    'Proven: no plan that keeps all rules is better.',
  ]);
  expect(said({ proven: false, gap: { kind: 'SERVED', rankPosition: 7, served: 0, bound: 2 } })).toEqual([
    '计算时间用尽:第 7 位之前已证明最优;该位现得 0,至多可得 2。',
    'The time ended: proven best before place 7; the need there gets 0 and could get 2 at most.',
  ]);
  expect(said({ proven: false, gap: { kind: 'CHANGES', changes: 3, bound: 1 } })[1]).toBe(
    'The time ended: who is served is proven best; the changes of 3 could come down to 1 at most.',
  );
  expect(said({ proven: false, gap: { kind: 'COST', cost: 900, bound: 850 } })[1]).toBe(
    'The time ended: who is served is proven best; the cost of 900 could come down to 850 at most.',
  );
});
