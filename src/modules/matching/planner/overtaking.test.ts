import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { DAY, HOUR, need, now, person } from '../../../../tests/support/facts.js';
import { between, type Random } from '../../../../tests/support/matching.js';
import { workingHoursBetween } from '../../../kernel/clock.js';
import { CARE_CATEGORIES, MATCHED_URGENCIES, type Urgency } from '../../../kernel/vocabulary.js';
import type { NeedFacts } from './facts.js';
import { overtakenWithin } from './overtaking.js';
import { byRank, DEFAULT_WEIGHTS, rankOf, type Weights } from './scoring.js';

const pick = <T>(random: Random, list: readonly T[]): T => list[between(random, 0, list.length - 1)]!;
const withLift = (lift: Weights['rank']['lift']): Weights => ({ ...DEFAULT_WEIGHTS, rank: { ...DEFAULT_WEIGHTS.rank, lift } });

const STEPS = [0, 1, 8, 40] as const;
/** Small numbers, so that every part of the bound decides now and then. */
function randomWeights(random: Random): Weights {
  const graded = () => ({ each: between(random, 0, 9), max: between(random, 0, 40) });
  return {
    ...DEFAULT_WEIGHTS,
    rank: {
      lift: { fromP4: pick(random, STEPS), fromP3: pick(random, STEPS), fromP2: pick(random, STEPS) },
      waiting: pick(random, [0, 1, 2, 7]),
      age80: between(random, 0, 30),
      careCategories: { DISABLED: between(random, 0, 20), VETERAN: between(random, 0, 20) },
      careMax: between(random, 0, 30),
      deadline: { each: between(random, 0, 3), withinDays: between(random, 0, 5) },
      leftOut: graded(),
      repeat: graded(),
      repeatDays: 90,
    },
  };
}

/** Submitted to the minute: the bound is about parts of hours, too. */
const randomNeed = (random: Random, id: string, urgency: Urgency): NeedFacts =>
  need({
    id,
    urgency,
    submittedAt: now - between(random, 0, 30 * 24 * 60) * 60_000,
    deadline: random() < 0.5 ? null : now + between(random, 0, 6) * DAY,
    leftOut: between(random, 0, 10),
    servedLately: between(random, 0, 10),
    person: {
      ...person,
      birthDate: pick(random, ['1930-01-01', '1990-01-01']),
      careCategories: CARE_CATEGORIES.filter(() => random() < 0.3),
    },
  });

const ranksBefore = (one: NeedFacts, other: NeedFacts, weights: Weights, at = now): boolean =>
  byRank({ need: one, rank: rankOf(one, weights, at) }, { need: other, rank: rankOf(other, weights, at) }) < 0;
const hoursLater = (later: NeedFacts, earlier: NeedFacts): number =>
  workingHoursBetween(new Date(earlier.submittedAt), new Date(later.submittedAt));

describe('how long waiting takes to win', () => {
  it('is never longer than said, whatever the weights and the needs', () => {
    let [overtaken, late] = [0, 0];
    for (let seed = 1; seed <= 4000; seed++) {
      const random = createRandom(seed);
      const weights = randomWeights(random);
      const bound = overtakenWithin(weights);
      for (let pair = 0; pair < 10; pair++) {
        const both = ['a', 'b'].map(id => randomNeed(random, id, pick(random, MATCHED_URGENCIES)));
        const [earlier, later] = both.sort((a, b) => a.submittedAt - b.submittedAt) as [NeedFacts, NeedFacts];
        if (earlier.submittedAt === later.submittedAt) continue;
        const within = bound(later.urgency, earlier.urgency);
        if (hoursLater(later, earlier) >= within) late++;
        if (!ranksBefore(later, earlier, weights)) continue;
        overtaken++;
        expect(hoursLater(later, earlier), `seed ${seed}`).toBeLessThan(within);
      }
    }
    expect(Math.min(overtaken, late)).toBeGreaterThan(5000);
  });

  /** A Monday, 17:00 in Shanghai. */
  const evening = Date.parse('2026-11-30T09:00:00Z');
  const hoursAgo = (hours: number): number => {
    let [at, left] = [evening, hours];
    for (; left >= 8.5; left -= 8.5) at -= new Date(at).getUTCDay() === 1 ? 3 * DAY : DAY;
    return at - left * HOUR;
  };
  /** From no waiting at all to so much that every step of the way up has been taken by someone. */
  const waitsOf = ({ fromP4, fromP3, fromP2 }: Weights['rank']['lift']): number[] => [
    0,
    fromP2,
    fromP3,
    fromP4,
    fromP3 + fromP2,
    fromP4 + fromP3,
    fromP4 + fromP3 + fromP2,
  ];
  /** The later need has all the points that there are but for waiting, the earlier one as few as there are. */
  const isOvertaken = (weights: Weights, later: Urgency, earlier: Urgency, hoursLater: number): boolean =>
    waitsOf(weights.rank.lift).some(waited => {
      const others = { leftOut: 1000, deadline: evening, person: { ...person, careCategories: CARE_CATEGORIES } };
      const few = { servedLately: 1000, person: { ...person, birthDate: '1990-01-01' } };
      const [one, other] = [
        need({ ...others, id: 'later', urgency: later, submittedAt: hoursAgo(waited) }),
        need({ ...few, id: 'earlier', urgency: earlier, submittedAt: hoursAgo(waited + hoursLater) }),
      ];
      return ranksBefore(one, other, weights, evening);
    });

  it.each<readonly [string, Weights, readonly (readonly number[])[]]>([
    // By the urgency of the later need, then of the earlier one.
    [
      'by default',
      DEFAULT_WEIGHTS,
      [
        [650, 1190, 1360, 1530],
        [650, 650, 650, 650],
        [650, 650, 650, 650],
        [650, 650, 650, 650],
      ],
    ],
    [
      'P1 always first',
      withLift({ fromP4: 170, fromP3: 170, fromP2: 0 }),
      [
        [650, Infinity, Infinity, Infinity],
        [0, 650, 650, 650],
        [0, 650, 650, 650],
        [0, 650, 650, 650],
      ],
    ],
    [
      'two ladders, with a gap between',
      withLift({ fromP4: 700, fromP3: 0, fromP2: 40 }),
      [
        [650, 650, Infinity, Infinity],
        [650, 650, Infinity, Infinity],
        [0, 0, 650, 700],
        [0, 0, 650, 650],
      ],
    ],
    [
      'strict tiers',
      withLift({ fromP4: 0, fromP3: 0, fromP2: 0 }),
      [
        [650, Infinity, Infinity, Infinity],
        [0, 650, Infinity, Infinity],
        [0, 0, 650, Infinity],
        [0, 0, 0, 650],
      ],
    ],
    [
      'lifted up to the first tier, and slowly',
      withLift({ fromP4: 400, fromP3: 400, fromP2: 400 }),
      [
        [650, 650, 800, 1200],
        [650, 650, 650, 800],
        [650, 650, 650, 650],
        [650, 650, 650, 650],
      ],
    ],
  ])('is as long as that, for two needs of any urgencies: %s', (_, weights, expected) => {
    const within = overtakenWithin(weights);
    expect(MATCHED_URGENCIES.map(later => MATCHED_URGENCIES.map(earlier => within(later, earlier)))).toEqual(expected);
    for (const later of MATCHED_URGENCIES) {
      for (const earlier of MATCHED_URGENCIES) {
        const hours = within(later, earlier);
        expect(isOvertaken(weights, later, earlier, Math.min(hours, 20_000)), `${later} ${earlier}`).toBe(hours === Infinity);
        const shorter = hours === Infinity ? 20_000 : Math.max(1, hours) - 1 / 6;
        expect(isOvertaken(weights, later, earlier, shorter), `${later} ${earlier}`).toBe(hours > 0);
      }
    }
  });

  it('is for ever where waiting counts no points, and nothing where nothing else does', () => {
    const rank = { ...DEFAULT_WEIGHTS.rank, waiting: 0 };
    expect(overtakenWithin({ ...DEFAULT_WEIGHTS, rank })('P3', 'P3')).toBe(Infinity);
    const none = { each: 0, max: 9 };
    const alone = { age80: 0, careMax: 0, deadline: { each: 0, withinDays: 9 }, leftOut: none, repeat: none };
    expect(overtakenWithin({ ...DEFAULT_WEIGHTS, rank: { ...rank, ...alone } })('P3', 'P3')).toBe(0);
  });
});
