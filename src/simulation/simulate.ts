import type { SeedData } from '../seeds/data.js';
import { chartsOf } from './charts.js';
import { type Comparison, compared } from './comparison.js';
import { type Figures, measure } from './measures.js';
import {
  BOARD,
  ENGINE,
  ENGINE_P1_FIRST,
  ENGINE_STRICT,
  ENGINE_WITHOUT_LEFT_OUT,
  GREEDY,
  type Method,
  weekly,
} from './methods.js';
import { pageOf } from './page.js';
import { draw } from './svg.js';
import { planWorld, type World, type WorldOptions } from './world.js';
import { liveYear } from './year.js';

export type SimulationOptions = Omit<WorldOptions, 'placesPct'>;

/** Greedy ranking and the engine on the same events. */
export interface Duel {
  readonly name: string;
  readonly greedy: Figures;
  readonly engine: Figures;
  readonly comparison: Comparison;
}

/** The same year under one supply, lived by every method. */
export interface Setting extends Duel {
  readonly world: World;
  readonly board: Figures;
  /** The engine under other policies. */
  readonly strict: Figures;
  readonly p1First: Figures;
  readonly withoutLeftOut: Figures;
}

export interface Simulation {
  readonly ample: Setting;
  readonly scarce: Setting;
  /** Scarce, with more and more needs to a plan. */
  readonly batches: readonly Duel[];
}

const QUARTER = 25;
/** A subdistrict has some five communities of this size. */
const SUBDISTRICT = 5;
const YEARS = 16;

export function simulate(
  data: SeedData,
  options: SimulationOptions,
  onProgress: (done: number, total: number) => void = () => undefined,
): Simulation {
  let lived = 0;
  const live = (world: World, method: Method): Figures => {
    const year = liveYear(world, method, (day, days) => onProgress(lived * days + day, YEARS * days));
    lived++;
    return measure(world, year);
  };
  const fight = (name: string, world: World, greedy: Method, engine: Method): Duel => {
    const { method, comparison } = compared(engine);
    return { name, greedy: live(world, greedy), engine: live(world, method), comparison };
  };
  const set = (name: string, placesPct: number): Setting => {
    const world = planWorld(data, { ...options, placesPct });
    return {
      ...fight(name, world, GREEDY, ENGINE),
      world,
      board: live(world, BOARD),
      strict: live(world, ENGINE_STRICT),
      p1First: live(world, ENGINE_P1_FIRST),
      withoutLeftOut: live(world, ENGINE_WITHOUT_LEFT_OUT),
    };
  };
  const ample = set('all pledged places', 100);
  const scarce = set('a quarter of the places', QUARTER);
  const larger = planWorld(data, { ...options, scale: options.scale * SUBDISTRICT, placesPct: QUARTER });
  return {
    ample,
    scarce,
    batches: [
      { ...scarce, name: 'planned each working day' },
      fight('planned on Mondays', scarce.world, weekly(GREEDY), weekly(ENGINE)),
      fight(`${SUBDISTRICT} times as large, on Mondays`, larger, weekly(GREEDY), weekly(ENGINE)),
    ],
  };
}

/** The page and its pictures, by file name; the same options give the same bytes. */
export function filesOf(data: SeedData, options: SimulationOptions, simulation: Simulation): ReadonlyMap<string, string> {
  const charts = chartsOf([simulation.ample, simulation.scarce]);
  return new Map([
    ['year.md', pageOf(data, options, simulation, charts)],
    ...[...charts].map(([name, chart]): [string, string] => [`year-${name}.svg`, draw(chart)]),
  ]);
}
