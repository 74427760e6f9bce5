import { MATCHED_URGENCIES, type Urgency } from '../kernel/vocabulary.js';
import { overtakenWithin } from '../modules/matching/planner/overtaking.js';
import { lifting, percentOf, three } from './charts.js';
import { BARRIERS, type Barrier } from './ledger.js';
import type { Figures, GroupFigures, Share } from './measures.js';
import type { Setting } from './simulate.js';
import type { Year } from './year.js';

type Row = readonly (string | number)[];

/** A Markdown table; all columns but the first hold numbers. */
export function table(head: readonly string[], rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i ? '---:' : '---'))), ...rows.map(line)].join('\n');
}

export const percent = (share: Share): string => (share.of ? `${percentOf(share).toFixed(1)} %` : '–');
/** Working hours; a working day has 8.5. */
const hours = (value: number): string => `${Math.round(value)} h`;

const METHODS = ['noticeboard', 'greedy ranking', 'engine'];
const across = (setting: Setting, say: (figures: Figures) => string | number): Row => three(setting).map(say);

export function outcomeTable(setting: Setting): string {
  const row = (name: string, say: (figures: Figures) => string | number): Row => [name, ...across(setting, say)];
  return table(
    [`${setting.name}`, ...METHODS],
    [
      row('**served**', ({ served }) => `**${percent(served)}**`),
      ...setting.engine.byUrgency.map(({ urgency, served }, i) =>
        row(`served, ${urgency} (${served.of})`, f => percent(f.byUrgency[i]!.served)),
      ),
      ...setting.engine.byUrgency.map(({ urgency }, i) =>
        row(`served in the time ${urgency} asks for`, f => percent(f.byUrgency[i]!.inTime)),
      ),
      row(`own deadline missed (of ${setting.engine.deadlinesMissed.of})`, f => percent(f.deadlinesMissed)),
      row('waiting, median', ({ waiting }) => hours(waiting.median)),
      row('waiting, 90th percentile', ({ waiting }) => hours(waiting.p90)),
      row('waiting, longest of those served', ({ waiting }) => hours(waiting.most)),
      row('waiting, Gini', ({ waiting }) => waiting.gini.toFixed(3)),
      row('longest wait of those still asking', f => hours(f.longestUnserved)),
      row('way on foot, mean', f => `${Math.round(f.meanDistanceM)} m`),
      row('places used, mean over categories', ({ supply }) => {
        const shares = [...supply.values()].flatMap(({ places, used }) => (places ? [used / places] : []));
        return `${((100 * shares.reduce((a, b) => a + b, 0)) / shares.length).toFixed(1)} %`;
      }),
    ],
  );
}

export function promiseTable(setting: Setting): string {
  const count = (name: string, say: (figures: Figures) => number): Row => [name, ...across(setting, say)];
  return table(
    [`${setting.name}`, ...METHODS],
    [
      count('proposals published', ({ year }) => year.ledger.counts.proposed),
      count('declined', ({ year }) => year.ledger.counts.declined),
      count('not answered in time', ({ year }) => year.ledger.counts.lapsed),
      count('withdrawn unanswered: the need got another session', ({ year }) => year.ledger.counts.moved),
      count('withdrawn unanswered: the need lost its place', ({ year }) => year.ledger.counts.dropped),
      count('withdrawn unanswered: offer, window or deadline had passed', ({ year }) => year.ledger.counts.outOfTime),
      count('**promises made**', ({ year }) => year.ledger.counts.promised),
      count('promises broken because the session was called off', ({ year }) => year.ledger.counts.brokenByCancellation),
      count('nobody came, or nobody opened', ({ year }) => year.ledger.counts.noShows),
    ],
  );
}

const BARRIER_SAID: Readonly<Record<Barrier, string>> = {
  NO_SESSION: 'no session was possible',
  PROMISED: 'all that were possible were full of promises',
  P1: 'what was left went to P1 alone',
  OTHERS: 'what was left went to others, too',
};

export function forgottenTable(setting: Setting): string {
  const policies = [...lifting(setting), setting.withoutLeftOut];
  const row = (name: string, say: (figures: Figures) => string | number): Row => [name, ...policies.map(say)];
  const each = (say: (urgency: Urgency, at: number) => Row): readonly Row[] => MATCHED_URGENCIES.map(say);
  return table(
    [setting.name, ...policies.map(({ year }) => year.method.name)],
    [
      row('left out in a row, longest', ({ streaks }) => streaks[0] ?? 0),
      ...each((urgency, i) => row(`… among ${urgency}`, ({ byUrgency }) => byUrgency[i]!.longestStreak)),
      row('needs left out 20 mornings in a row or more', ({ streaks }) => streaks.filter(streak => streak >= 20).length),
      ...each((urgency, i) =>
        row(`${urgency} of the first half, still asking at the end`, ({ byUrgency }) => byUrgency[i]!.neverServed),
      ),
      ...BARRIERS.map(barrier => row(`plans that left them out: ${BARRIER_SAID[barrier]}`, ({ barriers }) => barriers[barrier])),
      ...each((urgency, i) => row(`served, ${urgency}`, ({ byUrgency }) => percent(byUrgency[i]!.served))),
      row('served, all', ({ served }) => percent(served)),
      row('own deadline missed', ({ deadlinesMissed }) => percent(deadlinesMissed)),
      row('proposals withdrawn because the need lost its place', ({ year }) => year.ledger.counts.dropped),
    ],
  );
}

/** The longest lead over a need that was left out, of some urgencies together, and what the policy allows at most. */
export function leadOf({ leads, method }: Year, leftOut: Urgency, holders: readonly Urgency[]): Lead {
  const within = overtakenWithin(method.weights);
  const most = (say: (holder: Urgency) => number): number => Math.max(...holders.map(say));
  return { longest: most(holder => leads.longest(leftOut, holder)), bound: most(holder => within(holder, leftOut)) };
}
interface Lead {
  readonly longest: number;
  readonly bound: number;
}
const said = ({ longest, bound }: Lead): string =>
  bound === 0 ? '–' : `${Math.round(longest)} of ${Number.isFinite(bound) ? bound : '∞'}`;

export function leadTable(setting: Setting): string {
  const policies = lifting(setting);
  const [first, ...others] = MATCHED_URGENCIES;
  return table(
    [`${setting.name}: left out · came first`, ...policies.map(({ year }) => year.method.name)],
    MATCHED_URGENCIES.flatMap(urgency =>
      ([[first], others] as const).map(holders => [
        `${urgency} · ${holders.length > 1 ? 'others' : first}`,
        ...policies.map(({ year }) => said(leadOf(year, urgency, holders))),
      ]),
    ),
  );
}

const MOST_USED = 12;

export function supplyTable(setting: Setting, labelOf: (code: string) => string): string {
  const { supply } = setting.engine;
  const codes = [...supply]
    .filter(([code, { places }]) => places > 0 && code !== 'FUNDING')
    .sort(([a, x], [b, y]) => y.used / y.places - x.used / x.places || (a < b ? -1 : 1))
    .slice(0, MOST_USED)
    .map(([code]) => code);
  return table(
    [`category (${setting.name})`, 'places', ...METHODS],
    codes.map(code => [
      labelOf(code),
      supply.get(code)!.places,
      ...across(setting, figures => {
        const { places, used } = figures.supply.get(code)!;
        return `${((100 * used) / places).toFixed(1)} %`;
      }),
    ]),
  );
}

/** Share served and median of waiting, for each method. */
export function groupTable(setting: Setting, groups: (figures: Figures) => readonly GroupFigures[]): string {
  return table(
    [setting.name, 'needs', ...METHODS],
    groups(setting.engine).map(({ group, served }, i) => [
      group.toLowerCase().replaceAll('_', ' '),
      served.of,
      ...across(setting, figures => {
        const own = groups(figures)[i]!;
        return `${percent(own.served)} · ${hours(own.medianHours)}`;
      }),
    ]),
  );
}
