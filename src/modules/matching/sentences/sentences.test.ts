import { describe, expect, it } from 'vitest';
import { need, now, session } from '../../../../tests/support/facts.js';
import type { Certificate, RunnerUp } from '../matching.domain.js';
import { explainPair, shownTo } from '../planner/explaining.js';
import { DEFAULT_WEIGHTS } from '../planner/scoring.js';
import { explanationSentence, runnerUpSentence } from './sentences.js';
import { unmatchedSentence } from './unmatched-sentences.js';

const nameOf = (code: string): string => ({ DISTANCE: 'distance', DAYS: 'days until' })[code] ?? code;
const other: RunnerUp = {
  sessionId: 's2',
  cost: 900,
  isFull: true,
  differences: [
    { code: 'DISTANCE', value: -560, measured: null },
    { code: 'DAYS', value: 100, measured: 2 },
  ],
};

describe('sessions that a need did not get', () => {
  it('are compared in a few words', () => {
    expect(runnerUpSentence(other, nameOf, 'en')).toBe('Cost 900 (distance −560, days until +100), full.');
    expect(runnerUpSentence({ ...other, isFull: false }, () => '步行距离', 'zh')).toBe(
      '代价 900(步行距离 −560、步行距离 +100)。',
    );
    expect(runnerUpSentence({ ...other, differences: [], isFull: false }, nameOf, 'en')).toBe('Cost 900.');
  });

  it('are mentioned to staff alone, and by what matters: the next best, or that a better one is full', () => {
    const whole = explainPair(need(), session(), { version: 1, weights: DEFAULT_WEIGHTS }, now);
    const say = (inFull: boolean, cost: number, locale: 'zh' | 'en') =>
      explanationSentence(shownTo(inFull, { ...whole, runnersUp: [{ ...other, cost }] }), locale);
    expect(say(true, whole.cost - 1, 'zh')).toContain(`代价更低(${whole.cost - 1})的场次已约满。`);
    expect(say(true, whole.cost - 1, 'en')).toContain(`A session at lower cost (${whole.cost - 1}) is full.`);
    expect(say(true, whole.cost + 1, 'en')).toContain(`The next best session would cost ${whole.cost + 1}.`);
    expect(say(false, whole.cost + 1, 'en')).not.toMatch(/cost|full/i);
    expect(say(true, 9000, 'zh').length).toBeLessThan(140);
  });
});

describe('a need that stays open', () => {
  const certificate: Certificate = {
    tier: 3,
    liftedBy: 0,
    ofCategory: 9,
    failed: [],
    possible: 7,
    closedSet: 9,
    sessionIds: [],
    promised: 1,
    holders: [
      { tier: 1, needs: 2, waiting: [{ band: 'UNDER_3_DAYS', needs: 2 }] },
      {
        tier: 2,
        needs: 5,
        waiting: [
          { band: 'UNDER_28_DAYS', needs: 3 },
          { band: 'LONGER', needs: 1 },
          { band: 'UNDER_7_DAYS', needs: 1 },
        ],
      },
    ],
    lowest: { tier: 2, points: 300, tiersAhead: 1, pointsAhead: 100, hoursEarlier: 0 },
    pinned: 0,
    blocked: [],
  };

  it('is told who holds the places: how many of which urgency and how long they have waited, nobody named', () => {
    expect(unmatchedSentence('ALL_FULL', 1, certificate, 'zh')).toBe(
      '能服务的 7 个场次都已约满。连同占用者可调换的场次共 9 个,其中 1 个已全部承诺,由排序在前的需求占用(P1 档 2 项、P2 档 5 项;4 项已等待两周以上),其中最后一位为 P2 档,300 分(高 1 档)。',
    );
    expect(unmatchedSentence('ALL_FULL', 1, certificate, 'en')).toContain(
      'held by needs that come first (2 as P1, 5 as P2; 4 of them waiting two weeks or more)',
    );
  });

  it('is told that waiting has lifted it, so that its own tier is plain beside those of the holders', () => {
    const lifted = { ...certificate, tier: 2, liftedBy: 2, lowest: { ...certificate.lowest!, tiersAhead: 0 } };
    expect(unmatchedSentence('ALL_FULL', 1, lifted, 'zh')).toContain('300 分(比此需求多 100 分),此需求等候已久,按 P2 排序。');
    expect(unmatchedSentence('ALL_FULL', 1, lifted, 'en')).toContain(
      '(100 points ahead); this need has waited long: counts as P2.',
    );
  });
});
