import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../bench/support/instances.js';
import { between } from '../../../tests/support/matching.js';
import { MIN_PEOPLE } from '../../kernel/small-cells.js';
import { MATCHED_URGENCIES } from '../../kernel/vocabulary.js';
import { type AskedNeed, fairnessReport, type Group } from './fairness.domain.js';
import { type Ended, outcomeReport } from './outcomes.domain.js';

// What a reader could work out who subtracts everything told from everything else told (Denning, Denning & Schwartz 1979, "The
// tracker: a threat to statistical database security"): never a number of one to four people.

const PERIOD = { from: '2026-11-01', until: '2026-12-01' };
const NOW = new Date('2026-12-01T01:00:00Z');
const ROUNDS = 400;

/** People with one to three needs or pairs each, most of them alike and some of them rare. */
function draw<T>(random: () => number, make: (person: string, home: number, luck: number) => T): T[] {
  return Array.from({ length: between(random, 1, 40) }, (_, person) => {
    const luck = random();
    const home = Math.min(between(random, 0, 3), between(random, 0, 3));
    return Array.from({ length: between(random, 1, 3) }, () => make(`p${person}`, home, luck));
  }).flat();
}

/** Of a partition: the rest that is left when all that is told is taken from the total, and who of it is nowhere else. */
function expectNothingOfFew<T>(
  all: readonly T[],
  personOf: (one: T) => string,
  keyOf: (one: T) => unknown,
  told: ReadonlySet<unknown>,
) {
  const people = (some: readonly T[]): ReadonlySet<string> => new Set(some.map(personOf));
  const [shown, hidden] = [all.filter(one => told.has(keyOf(one))), all.filter(one => !told.has(keyOf(one)))].map(people) as [
    ReadonlySet<string>,
    ReadonlySet<string>,
  ];
  if (!told.size) return;
  const alone = [...hidden].filter(person => !shown.has(person)).length;
  expect(hidden.size === 0 || hidden.size >= MIN_PEOPLE, `${hidden.size} hidden`).toBe(true);
  expect(alone === 0 || alone >= MIN_PEOPLE, `${alone} in hidden cells alone`).toBe(true);
  for (const key of told) expect(people(all.filter(one => keyOf(one) === key)).size).toBeGreaterThanOrEqual(MIN_PEOPLE);
}

const toldKeys = <Key>(groups: readonly Group<Key>[]): ReadonlySet<unknown> =>
  new Set(groups.flatMap(({ key, measures }) => (measures ? [key] : [])));

describe('subtracting', () => {
  it('one told cell of a fairness report from another tells of nobody', () => {
    const random = createRandom(11);
    let told = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const needs = draw(
        random,
        (personKey, home, luck): AskedNeed => ({
          needId: `${personKey}-${random()}`,
          branchId: `b${home % 2}`,
          urgency: MATCHED_URGENCIES[between(random, 0, 3)]!,
          submittedAt: NOW,
          closedAt: null,
          isServed: random() < 0.5,
          isOpen: true,
          leftOut: 0,
          personKey,
          ageBand: home ? 'EIGHTY_PLUS' : 'ADULT',
          careCategories: luck < 0.1 ? ['DISABLED', 'VETERAN'] : luck < 0.6 ? ['DISABLED'] : [],
          buildingId: home === 3 ? null : `h${home}`,
        }),
      );
      const { overall, byUrgency, byAgeBand, byBranch, byBuilding, byCareCategory } = fairnessReport(PERIOD, needs, [], NOW);
      const everybody = new Set(needs.map(({ personKey }) => personKey));
      if (!overall) {
        expect(everybody.size).toBeLessThan(MIN_PEOPLE);
        expect(
          [byUrgency, byAgeBand, byBranch, byBuilding, byCareCategory].flatMap(groups => [...toldKeys<unknown>(groups)]),
        ).toEqual([]);
        continue;
      }
      const person = ({ personKey }: AskedNeed): string => personKey;
      expectNothingOfFew(needs, person, ({ urgency }) => urgency, toldKeys(byUrgency));
      expectNothingOfFew(needs, person, ({ ageBand }) => ageBand, toldKeys(byAgeBand));
      expectNothingOfFew(needs, person, ({ branchId }) => branchId, toldKeys(byBranch));
      const [branches, buildings] = [toldKeys(byBranch), toldKeys(byBuilding)];
      for (const [branchId, own] of Map.groupBy(needs, need => need.branchId)) {
        const homes = new Set(own.map(({ buildingId }) => buildingId));
        const toldHere = new Set([...buildings].filter(key => homes.has(key as string)));
        if (!branches.has(branchId)) expect(toldHere.size).toBe(0);
        expectNothingOfFew(own, person, ({ buildingId }) => buildingId, toldHere);
      }
      for (const group of toldKeys(byCareCategory))
        expectNothingOfFew(needs, person, ({ careCategories }) => careCategories.includes(group as never), new Set([true]));
      told += toldKeys(byUrgency).size + branches.size;
    }
    expect(told).toBeGreaterThan(ROUNDS);
  });

  it('one told cell of the outcomes from another tells of nobody', () => {
    const random = createRandom(12);
    let [told, toldRatings] = [0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      const ended = draw(
        random,
        (personKey): Ended => ({
          personKey,
          origin: random() < 0.8 ? 'PROPOSAL' : 'CLAIM',
          outcome: random() < 0.7 ? 'COMPLETED' : 'REFUSED',
          score: random() < 0.6 ? between(random, 1, 5) : null,
          decision: { tier: between(random, 1, 4), points: between(random, 0, 900), rankParts: [], costParts: [] },
        }),
      );
      const { overall, byTier, byOrigin } = outcomeReport(PERIOD, ended);
      const rated = ended.filter(({ score }) => score !== null);
      const person = ({ personKey }: Ended): string => personKey;
      for (const [groups, keyOf] of [
        [byTier, ({ decision }: Ended) => decision.tier],
        [byOrigin, ({ origin }: Ended) => origin],
      ] as const) {
        const keys = new Set<unknown>(groups.flatMap(({ key, shares }) => (shares ? [key] : [])));
        expectNothingOfFew(ended, person, keyOf, keys);
        const ratings = new Set<unknown>(groups.flatMap(({ key, shares }) => (shares?.rating ? [key] : [])));
        if (ratings.size) expect(overall?.rating).not.toBeNull();
        expectNothingOfFew(rated, person, keyOf, ratings);
        told += keys.size;
        toldRatings += ratings.size;
      }
    }
    expect(told).toBeGreaterThan(ROUNDS / 2);
    expect(toldRatings).toBeGreaterThan(ROUNDS / 4);
  });
});
