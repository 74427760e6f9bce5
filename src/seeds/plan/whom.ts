import { ageInMonths } from '../../kernel/clock.js';
import type { CareCategory } from '../../kernel/vocabulary.js';
import type { Who } from '../data.js';
import type { Random } from '../random.js';
import type { BuildingPlan, ResidentPlan } from './plan.js';

type Person = ResidentPlan & { readonly months: number };
type OfPerson = Exclude<Who, 'GROUP' | 'PLACE'>;

const has = ({ careCategories }: Person, ...categories: readonly CareCategory[]): boolean =>
  categories.some(category => careCategories.includes(category));
const years = (count: number): number => count * 12;

const CONCERNS: Readonly<Record<OfPerson, (person: Person) => boolean>> = {
  ANY: ({ months }) => months >= years(18),
  ADULT: ({ months }) => months >= years(18) && months < years(80),
  OLD: ({ months }) => months >= years(70),
  ALONE: person => has(person, 'LIVING_ALONE', 'EMPTY_NEST', 'BEREAVED_FAMILY'),
  FRAIL: person =>
    person.months >= years(70) &&
    (has(person, 'BEDRIDDEN', 'DISABLED', 'DEMENTIA') || person.abilityLevel === 'SEVERE' || person.abilityLevel === 'MODERATE'),
  DISABLED: person => person.months >= years(18) && has(person, 'DISABLED'),
  POOR: person => has(person, 'LOW_INCOME', 'LIVING_ALONE'),
  VETERAN: person => has(person, 'VETERAN'),
  TODDLER: ({ months }) => months >= 18 && months < 35,
  CHILD: ({ months }) => months >= years(6) && months < years(15),
};

/** Those who live here, sorted by what may concern them. */
export interface Crowd {
  /** Somebody of the branch whom it concerns; `withConsent` prefers who agreed to health matching. */
  pick(branch: string, who: OfPerson, random: Random, withConsent: boolean): ResidentPlan;
  /** Two old people who share a dwelling. */
  coupleOf(branch: string): readonly ResidentPlan[];
  placeOf(branch: string, random: Random): BuildingPlan;
  homeOf(resident: ResidentPlan): BuildingPlan;
}

export function gather(residents: readonly ResidentPlan[], buildings: readonly BuildingPlan[], today: string): Crowd {
  const present = residents
    .filter(({ residencyStatus }) => residencyStatus !== 'REGISTERED_ABSENT')
    .map(resident => ({ ...resident, months: ageInMonths(resident.birthDate, today) }));
  const peopleOf = Map.groupBy(present, ({ branch }) => branch);
  const pools = new Map<string, readonly Person[]>();
  const poolOf = (branch: string, who: OfPerson): readonly Person[] => {
    const name = `${branch}|${who}`;
    const pool = pools.get(name) ?? (peopleOf.get(branch) ?? []).filter(CONCERNS[who]);
    pools.set(name, pool);
    return pool;
  };
  const byKey = new Map(buildings.map(building => [building.key, building]));
  const buildingsOf = Map.groupBy(buildings, ({ branch }) => branch);
  return {
    pick(branch, who, random, withConsent) {
      const pool = poolOf(branch, who);
      const first = random.pick(pool);
      if (!withConsent || first.consentsToHealthMatching || random.chance(0.15)) return first;
      return random.pick(pool.filter(({ consentsToHealthMatching }) => consentsToHealthMatching));
    },
    coupleOf(branch) {
      const old = (peopleOf.get(branch) ?? []).filter(person => has(person, 'EMPTY_NEST') && !person.optedOut);
      const homes = Map.groupBy(old, ({ building, room }) => `${building} ${room}`);
      return [...homes.values()].find(({ length }) => length === 2) ?? [];
    },
    placeOf: (branch, random) => random.pick(buildingsOf.get(branch) ?? []),
    homeOf(resident) {
      const home = byKey.get(resident.building);
      if (!home) throw new Error(`no building ${resident.building}`);
      return home;
    },
  };
}

/** Those of the first branch whom accounts of the demonstration are kin of: a mother who took her consent back, and another. */
export function kinOf(
  residents: readonly ResidentPlan[],
  today: string,
): { readonly mother: ResidentPlan; readonly father: ResidentPlan } {
  const old = residents.filter(
    ({ branch, birthDate, careCategories, residencyStatus }) =>
      branch === 'B1' &&
      residencyStatus !== 'REGISTERED_ABSENT' &&
      ageInMonths(birthDate, today) >= years(80) &&
      careCategories.includes('LIVING_ALONE'),
  );
  const mother = old.find(
    ({ sex, consentsToHealthMatching, optedOut }) => sex === 'FEMALE' && !consentsToHealthMatching && !optedOut,
  );
  const father = old.find(({ sex }) => sex === 'MALE');
  if (!mother || !father) throw new Error('nobody for the kin of the demonstration');
  return { mother, father };
}
