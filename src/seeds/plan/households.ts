import type { Random } from '../random.js';
import type { Draft } from './people.js';
import type { BuildingPlan, ResidentPlan } from './plan.js';
import { BRANCHES } from './territory.js';

type Home = Pick<ResidentPlan, 'building' | 'room' | 'storey'>;
const FLATS_PER_STOREY = 2;

/** Gives everybody a dwelling of their branch: those alone one each, old couples one for two, the others by families. */
export function settle(drafts: readonly Draft[], buildings: readonly BuildingPlan[], random: Random): ReadonlyMap<string, Home> {
  const homes = new Map<string, Home>();
  const byBranch = Map.groupBy(drafts, ({ branch }) => branch);
  for (const { code } of BRANCHES) {
    const dwellings = random.shuffled(buildings.filter(({ branch }) => branch === code).flatMap(dwellingsOf));
    let at = 0;
    const move = (people: readonly Draft[], size: () => number): void => {
      let left = 0;
      for (const { key } of people) {
        if (left-- === 0) {
          left = size() - 1;
          at++;
        }
        homes.set(key, dwellings[at % dwellings.length]!);
      }
    };
    const people = byBranch.get(code) ?? [];
    const alone = people.filter(({ care }) => care.has('LIVING_ALONE'));
    const couples = people.filter(({ care }) => care.has('EMPTY_NEST') && !care.has('LIVING_ALONE'));
    const apart = new Set([...alone, ...couples]);
    move(alone, () => 1);
    move(couples, () => 2);
    move(random.shuffled(people.filter(person => !apart.has(person))), () => random.between(1, 4));
  }
  return homes;
}

/** Where there are seven storeys the lowest holds no dwellings. Rooms are called 201, 202 … as on the doors. */
function dwellingsOf({ key, storeys, dwellings }: BuildingPlan): Home[] {
  const lowest = storeys - dwellings / FLATS_PER_STOREY + 1;
  return Array.from({ length: dwellings }, (_, i) => {
    const storey = lowest + Math.floor(i / FLATS_PER_STOREY);
    return { building: key, storey, room: `${storey}0${(i % FLATS_PER_STOREY) + 1}` };
  });
}
