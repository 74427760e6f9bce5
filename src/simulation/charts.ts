import { DAY, localDate } from '../kernel/clock.js';
import { CURVE_DAYS, type Figures, type Share } from './measures.js';
import type { Setting } from './simulate.js';
import type { Chart, Panel, Series } from './svg.js';
import { AGE_BANDS } from './world.js';

/** Colors that also those tell apart who see no red or green (Okabe and Ito 2008). */
const COLORS = { board: '#999999', greedy: '#E69F00', engine: '#0072B2', strict: '#CC79A7', p1First: '#009E73' };
const THREE: readonly Series[] = [
  { name: 'noticeboard', color: COLORS.board },
  { name: 'greedy ranking', color: COLORS.greedy, dashed: true },
  { name: 'engine', color: COLORS.engine },
];
const LIFTING: readonly Series[] = [
  { name: 'strict tiers', color: COLORS.strict, dashed: true },
  { name: 'P1 always first', color: COLORS.p1First },
  { name: 'engine', color: COLORS.engine },
];

export const three = ({ board, greedy, engine }: Setting): readonly Figures[] => [board, greedy, engine];
/** By how far waiting lifts. */
export const lifting = ({ strict, p1First, engine }: Setting): readonly Figures[] => [strict, p1First, engine];

export const percentOf = ({ of, count }: Share): number => (of ? (100 * count) / of : 0);
const solid = (series: readonly Series[]): readonly Series[] => series.map(({ name, color }) => ({ name, color }));

/** By the name that their files have after `year-`. */
export function chartsOf(settings: readonly Setting[]): ReadonlyMap<string, Chart> {
  const chart = (title: string, series: readonly Series[], panel: (setting: Setting) => Omit<Panel, 'title'>): Chart => ({
    title,
    series,
    panels: settings.map(setting => ({ title: setting.name, ...panel(setting) })),
  });
  return new Map([
    [
      'served',
      chart('Needs served, by urgency', solid(THREE), setting => ({
        kind: 'BARS',
        values: three(setting).map(({ byUrgency, served }) => [
          ...byUrgency.map(own => percentOf(own.served)),
          percentOf(served),
        ]),
        labels: ['P1', 'P2', 'P3', 'P4', 'all'],
        top: 100,
        unit: ' %',
      })),
    ],
    [
      'waiting',
      chart('Needs served within so many working days', THREE, setting => ({
        kind: 'LINES',
        values: three(setting).map(({ servedWithin }) => servedWithin.map(share => 100 * share)),
        labels: Array.from({ length: 7 }, (_, i) => String((CURVE_DAYS * i) / 6)),
        top: 100,
        unit: ' %',
      })),
    ],
    [
      'backlog',
      chart('Needs that wait with nothing promised, each working morning', THREE, setting => ({
        kind: 'LINES',
        values: three(setting).map(({ year }) => year.waiting.map(({ needs }) => needs)),
        labels: spread(setting),
        top: roundUp(Math.max(...three(setting).flatMap(({ year }) => year.waiting.map(({ needs }) => needs)))),
        unit: '',
      })),
    ],
    [
      'ages',
      chart('Needs served, by age', solid(THREE), setting => ({
        kind: 'BARS',
        values: three(setting).map(({ ages }) =>
          AGE_BANDS.map(band => {
            const found = ages.find(({ group }) => group === band);
            return found ? percentOf(found.served) : 0;
          }),
        ),
        labels: [...AGE_BANDS],
        top: 100,
        unit: ' %',
      })),
    ],
    [
      'left-out',
      chart('The hundred longest times of being left out, in working mornings in a row', LIFTING, setting => ({
        kind: 'LINES',
        values: lifting(setting).map(({ streaks }) => streaks.slice(0, LONGEST)),
        labels: ['longest', '25th', '50th', '75th', '100th'],
        top: roundUp(Math.max(...lifting(setting).flatMap(({ streaks }) => streaks.slice(0, 1)))),
        unit: '',
      })),
    ],
  ]);
}

const LONGEST = 100;
const roundUp = (value: number): number => Math.max(4, Math.ceil(value / 20) * 20);

/** Five days of the run, as month and day. */
function spread({ world }: Setting): readonly string[] {
  const days = (world.close - world.start) / DAY;
  return [0, 1, 2, 3, 4].map(i => localDate(new Date(world.start + (days * i * DAY) / 4)).slice(5));
}
