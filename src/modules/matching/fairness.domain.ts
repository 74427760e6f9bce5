import { HOUR } from '../../kernel/clock.js';
import { MIN_PEOPLE, type Period, tellable, tellableOverlapping } from '../../kernel/small-cells.js';
import { AGE_BANDS, type AgeBand, type CareCategory, type Urgency } from '../../kernel/vocabulary.js';

/**
 * The value below or at which a share `p` of the values lie: the smallest that is reached (the inverse of the empirical
 * distribution; Hyndman and Fan 1996, "Sample quantiles in statistical packages", definition 1). `sorted` is not empty.
 */
export const quantile = (sorted: readonly number[], p: number): number =>
  sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? 0;

/**
 * The Gini coefficient (Gini 1912, "Variabilità e mutabilità"; in the form of Sen 1973, "On economic inequality", §2.6): half
 * the mean difference of all pairs, relative to the mean. 0: all are equal; (n − 1) / n: one has all. Values are not negative,
 * sorted from the smallest; null when there is nothing to share.
 */
export function gini(sorted: readonly number[]): number | null {
  const n = sorted.length;
  const total = sorted.reduce((sum, value) => sum + value, 0);
  if (total === 0) return null;
  const weighted = sorted.reduce((sum, value, i) => sum + (i + 1) * value, 0);
  return (2 * weighted) / (n * total) - (n + 1) / n;
}

/** A need that asked to be matched: verified, of a matchable category, not urgent beyond matching, not withdrawn or sent elsewhere. */
export interface AskedNeed {
  readonly needId: string;
  readonly branchId: string;
  readonly urgency: Urgency;
  readonly submittedAt: Date;
  readonly closedAt: Date | null;
  /** Delivered in full. */
  readonly isServed: boolean;
  /** Still waits for the whole or a part. */
  readonly isOpen: boolean;
  readonly leftOut: number;
  /** The beneficiary where it is a resident on file, otherwise the need itself: who is counted. */
  readonly personKey: string;
  /** When it was submitted; null where no resident is behind it. */
  readonly ageBand: AgeBand | null;
  readonly careCategories: readonly CareCategory[];
  readonly buildingId: string | null;
}

/** How some needs fared. */
export interface Measures {
  readonly people: number;
  readonly needs: number;
  /** Share of the needs that were delivered in full, 0 to 1. */
  readonly servedShare: number;
  /** Hours from submission to the end of the need, or until now while it waits. */
  readonly medianWaitingHours: number;
  readonly p90WaitingHours: number;
  readonly waitingGini: number | null;
}
/** One value of a dimension; `measures` null: too few people, or what would tell of too few others. */
export interface Group<Key> {
  readonly key: Key;
  readonly measures: Measures | null;
}

export interface OrganizationLoad {
  readonly organizationId: string;
  /** Referrals accepted in the period and not called off since. */
  readonly promised: number;
  /** Of them delivered. */
  readonly delivered: number;
}

export interface FairnessReport extends Period {
  readonly overall: Measures | null;
  readonly byUrgency: readonly Group<Urgency>[];
  readonly byAgeBand: readonly Group<AgeBand | null>[];
  readonly byBranch: readonly Group<string>[];
  readonly byBuilding: readonly Group<string>[];
  readonly byCareCategory: readonly Group<CareCategory>[];
  /** The open needs by how many published plans in a row left them out; the last stands for all that are more. */
  readonly leftOut: readonly { readonly times: number; readonly needs: number | null }[];
  /** The open need that waits longest: a single record, for staff. */
  readonly longestWaiting: { readonly needId: string; readonly waitingHours: number } | null;
  /** The busiest first. */
  readonly loads: readonly OrganizationLoad[];
  readonly loadGini: number | null;
}

/** The last class of the distribution of plans in a row. */
export const MAX_TIMES_LEFT_OUT = 5;

interface Cell<Key> {
  readonly key: Key;
  readonly needs: readonly AskedNeed[];
  readonly people: ReadonlySet<string>;
}
const peopleOf = (needs: readonly AskedNeed[]): ReadonlySet<string> => new Set(needs.map(({ personKey }) => personKey));
const cellsBy = <Key>(needs: readonly AskedNeed[], keyOf: (need: AskedNeed) => Key): Cell<Key>[] =>
  [...Map.groupBy(needs, keyOf)].map(([key, own]) => ({ key, needs: own, people: peopleOf(own) }));

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);
const waitingHours = ({ submittedAt, closedAt }: AskedNeed, now: Date): number =>
  Math.max(0, Math.floor(((closedAt ?? now).getTime() - submittedAt.getTime()) / HOUR));

function measure({ needs, people }: Omit<Cell<unknown>, 'key'>, now: Date): Measures {
  const waiting = ascending(needs.map(need => waitingHours(need, now)));
  return {
    people: people.size,
    needs: needs.length,
    servedShare: needs.filter(({ isServed }) => isServed).length / needs.length,
    medianWaitingHours: quantile(waiting, 0.5),
    p90WaitingHours: quantile(waiting, 0.9),
    waitingGini: gini(waiting),
  };
}

/** How the needs of a period fared, by whom they concern. Nothing is told from which fewer than five people could be counted. */
export function fairnessReport(
  period: Period,
  needs: readonly AskedNeed[],
  loads: readonly OrganizationLoad[],
  now: Date,
): FairnessReport {
  const people = peopleOf(needs);
  const told = people.size >= MIN_PEOPLE;
  const grouped = <Key>(cells: readonly Cell<Key>[], shown: ReadonlySet<Cell<Key>>): Group<Key>[] =>
    cells.map(cell => ({ key: cell.key, measures: told && shown.has(cell) ? measure(cell, now) : null }));
  const partition = <Key>(keyOf: (need: AskedNeed) => Key): Group<Key>[] => {
    const cells = cellsBy(needs, keyOf);
    return grouped(cells, tellable(cells));
  };

  const branches = cellsBy(needs, ({ branchId }) => branchId);
  const shownBranches = tellable(branches);
  // A branch is told as the sum of its buildings, so each branch's buildings are a partition of their own.
  const buildings = branches.map(branch => ({ branch, cells: cellsBy(branch.needs, ({ buildingId }) => buildingId) }));
  const byBuilding = buildings.flatMap(({ branch, cells }) =>
    grouped(cells, shownBranches.has(branch) ? tellable(cells) : new Set()).flatMap(({ key, measures }) =>
      key === null ? [] : [{ key, measures }],
    ),
  );
  const groups = [...new Set(needs.flatMap(({ careCategories }) => careCategories))].sort().map((key): Cell<CareCategory> => {
    const own = needs.filter(({ careCategories }) => careCategories.includes(key));
    return { key, needs: own, people: peopleOf(own) };
  });
  const open = needs.filter(({ isOpen }) => isOpen);
  const timesLeftOut = cellsBy(open, ({ leftOut }) => Math.min(leftOut, MAX_TIMES_LEFT_OUT));
  const shownTimes = tellable(timesLeftOut);
  const [longest] = open.toSorted((a, b) => a.submittedAt.getTime() - b.submittedAt.getTime());
  const bandOrder = (band: AgeBand | null): number => (band === null ? AGE_BANDS.length : AGE_BANDS.indexOf(band));
  return {
    ...period,
    overall: told ? measure({ needs, people }, now) : null,
    byUrgency: partition(({ urgency }) => urgency).sort((a, b) => (a.key < b.key ? -1 : 1)),
    byAgeBand: partition(({ ageBand }) => ageBand).sort((a, b) => bandOrder(a.key) - bandOrder(b.key)),
    byBranch: grouped(branches, shownBranches),
    byBuilding,
    byCareCategory: grouped(groups, tellableOverlapping(groups, people)),
    leftOut: timesLeftOut
      .map(cell => ({ times: cell.key, needs: told && shownTimes.has(cell) ? cell.needs.length : null }))
      .sort((a, b) => a.times - b.times),
    longestWaiting: longest ? { needId: longest.needId, waitingHours: waitingHours(longest, now) } : null,
    loads: loads.toSorted((a, b) => b.promised - a.promised || (a.organizationId < b.organizationId ? -1 : 1)),
    loadGini: gini(ascending(loads.map(({ promised }) => promised))),
  };
}
