import type { SeedData } from '../seeds/data.js';
import { chartsOf } from './charts.js';
import { type Comparison, compared } from './comparison.js';
import { type Figures, measure } from './measures.js';
import { BOARD, ENGINE, ENGINE_AGEING, ENGINE_WITHOUT_LEFT_OUT, GREEDY, type Method } from './methods.js';
import { pageOf } from './page.js';
import { draw } from './svg.js';
import { planWorld, type World, type WorldOptions } from './world.js';
import { liveYear } from './year.js';

export type SimulationOptions = Omit<WorldOptions, 'placesPct'>;

/** The same year under one supply, lived by every method. */
export interface Setting {
  readonly name: string;
  readonly placesPct: number;
  readonly world: World;
  readonly board: Figures;
  readonly greedy: Figures;
  readonly engine: Figures;
  readonly withoutLeftOut: Figures;
  readonly ageing: Figures;
  readonly comparison: Comparison;
}

const SUPPLIES = [
  { name: 'all pledged places', placesPct: 100 },
  { name: 'a quarter of the places', placesPct: 25 },
];
const YEARS_PER_SUPPLY = 5;

export function simulate(
  data: SeedData,
  options: SimulationOptions,
  onProgress: (done: number, total: number) => void = () => undefined,
): readonly Setting[] {
  return SUPPLIES.map(({ name, placesPct }, supply) => {
    const world = planWorld(data, { ...options, placesPct });
    let lived = supply * YEARS_PER_SUPPLY;
    const live = (method: Method): Figures => {
      const year = liveYear(world, method, (day, days) =>
        onProgress(lived * days + day, SUPPLIES.length * YEARS_PER_SUPPLY * days),
      );
      lived++;
      return measure(world, year);
    };
    const { method, comparison } = compared(ENGINE);
    return {
      name,
      placesPct,
      world,
      board: live(BOARD),
      greedy: live(GREEDY),
      engine: live(method),
      withoutLeftOut: live(ENGINE_WITHOUT_LEFT_OUT),
      ageing: live(ENGINE_AGEING),
      comparison,
    };
  });
}

/** The page and its pictures, by file name; the same options give the same bytes. */
export function filesOf(
  data: SeedData,
  options: SimulationOptions,
  settings: readonly Setting[],
): ReadonlyMap<string, string> {
  const charts = chartsOf(settings);
  return new Map([
    ['year.md', pageOf(data, options, settings, charts)],
    ...[...charts].map(([name, chart]): [string, string] => [`year-${name}.svg`, draw(chart)]),
  ]);
}
