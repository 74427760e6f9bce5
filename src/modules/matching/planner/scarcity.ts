import { localDate } from '../../../kernel/clock.js';
import type { SteadySolution } from '../engine/steady.js';
import type { Scarcity } from '../matching.domain.js';
import type { ClosedPart } from './closed-sets.js';
import type { SessionFacts } from './facts.js';

const MAX_KEPT = 50;

/**
 * Where one more place would help most: categories by day (null: on request), the scarcest first.
 *
 * Who is served comes before what it costs, so the first number counts needs: those, not or not fully served, that one more place
 * there would serve, each taken by itself, directly or by moving others. For one place serves whoever can reach its session by an
 * alternating path. Where nobody is left unserved the engine's price speaks: the most that one more place could save for those
 * who are served, in changes of proposals first, then in cost. A price counts a change as much as `changeWeight` of cost, more
 * than twice what costs can differ by, so the nearest multiple of it is the changes and the rest is cost.
 */
export function scarcityOf(
  sessions: readonly SessionFacts[],
  unserved: readonly number[],
  partsOf: (need: number) => readonly ClosedPart[],
  { sessionPrice, changeWeight }: Pick<SteadySolution, 'sessionPrice' | 'changeWeight'>,
): readonly Scarcity[] {
  const cells = new Map<string, { -readonly [Name in keyof Scarcity]: Scarcity[Name] }>();
  const cellOf = sessions.map(({ categoryCode, time }, position) => {
    const day = time && localDate(new Date(time.startsAt));
    const key = `${categoryCode} ${day}`;
    const cell = cells.get(key) ?? { categoryCode, day, sessions: 0, unservedNeeds: 0, changesSaved: 0, costSaved: 0 };
    cells.set(key, cell);
    cell.sessions++;
    const price = sessionPrice[position]!;
    const changes = changeWeight > 0 ? Math.round(price / changeWeight) : 0;
    const cost = price - changes * changeWeight;
    if (changes > cell.changesSaved || (changes === cell.changesSaved && cost > cell.costSaved)) {
      cell.changesSaved = changes;
      cell.costSaved = cost;
    }
    return cell;
  });
  const cellsOf = new Map<ClosedPart, ReadonlySet<(typeof cellOf)[number]>>();
  for (const need of unserved) {
    const reached = new Set<(typeof cellOf)[number]>();
    for (const part of partsOf(need)) {
      let ofPart = cellsOf.get(part);
      if (!ofPart) {
        ofPart = new Set(part.sessions.map(position => cellOf[position]!));
        cellsOf.set(part, ofPart);
      }
      for (const cell of ofPart) reached.add(cell);
    }
    for (const cell of reached) cell.unservedNeeds++;
  }
  return [...cells.values()]
    .filter(({ unservedNeeds, changesSaved, costSaved }) => unservedNeeds > 0 || changesSaved > 0 || costSaved > 0)
    .sort(
      (a, b) =>
        b.unservedNeeds - a.unservedNeeds ||
        b.changesSaved - a.changesSaved ||
        b.costSaved - a.costSaved ||
        (`${a.categoryCode} ${a.day}` < `${b.categoryCode} ${b.day}` ? -1 : 1),
    )
    .slice(0, MAX_KEPT);
}
