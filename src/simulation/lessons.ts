import { DAY } from '../kernel/clock.js';
import { MATCHED_URGENCIES, type Urgency } from '../kernel/vocabulary.js';
import { percentOf } from './charts.js';
import { BARRIERS, type Barrier } from './ledger.js';
import type { Figures, Share } from './measures.js';
import type { Setting, Simulation } from './simulate.js';
import { leadOf, percent } from './tables.js';

const more = (one: Share, other: Share): string => {
  const difference = percentOf(one) - percentOf(other);
  return `${Math.abs(difference).toFixed(1)} points ${difference < 0 ? 'less' : 'more'}`;
};

/** What the numbers say, most of all against us, with the causes. */
export function lessonsOf({ ample, scarce, batches }: Simulation): string {
  const dropped = ({ year }: Figures): number => year.ledger.counts.dropped;
  const late = ({ year }: Figures): number => year.ledger.counts.outOfTime;
  const never = ({ byUrgency }: Figures): number => byUrgency.reduce((sum, { neverServed }) => sum + neverServed, 0);
  const first = ({ engine, board }: Setting): string => {
    const [own, theirs] = [engine.byUrgency[0]!.served, board.byUrgency[0]!.served];
    return `${percent(own)} against ${percent(theirs)} (${more(own, theirs)})`;
  };
  const missed = ({ engine, board }: Setting): string =>
    `${percent(board.deadlinesMissed)} to ${percent(engine.deadlinesMissed)}`;
  const inTime = ({ byUrgency }: Figures): string => percent(byUrgency[0]!.inTime);
  const [daily, weekly, large] = batches;
  if (!daily || !weekly || !large) throw new Error('three rhythms are compared');
  const { leftOut, lift } = scarce.engine.year.method.weights.rank;
  const [p1, ...lessUrgent] = MATCHED_URGENCIES;
  const leads = ({ year }: Figures, holders: readonly Urgency[]) => lessUrgent.map(urgency => leadOf(year, urgency, holders));
  const longest = (figures: Figures, holders: readonly Urgency[]): number =>
    Math.round(Math.max(...leads(figures, holders).map(({ longest }) => longest)));
  const leftOutBy = (barriers: readonly Barrier[]): number =>
    barriers.reduce((total, barrier) => total + scarce.engine.barriers[barrier], 0);
  const mostAllowed = (figures: Figures, holders: readonly Urgency[]): number =>
    Math.max(...leads(figures, holders).map(({ bound }) => bound));
  const { needs, start, end } = scarce.world;
  const perDay = (7 * needs.length * DAY) / (5 * (end - start));
  const batchLoses = percentOf(weekly.engine.served) < percentOf(daily.engine.served);
  const rhythm = batchLoses
    ? 'waiting for a larger batch costs more than a better plan gains'
    : 'a larger batch made up for the wait';
  return `## What the year teaches

**What is pledged, and who plans.** The engine serves ${percent(ample.engine.served)} with all places and ${percent(scarce.engine.served)} with a quarter of them: over all urgencies
${more(ample.engine.served, ample.board.served)} than the noticeboard and, with a quarter, ${more(scarce.engine.served, scarce.board.served)}. Planning changes who is served: of P1, ${first(ample)} with all
places and ${first(scarce)} with a quarter; and the deadlines missed go from ${missed(ample)}, and from ${missed(scarce)}.

**Beside greedy ranking the gain comes with what a plan has to weigh.** A working day brings ${perDay.toFixed(1)} needs on average, and many have sessions that nobody else wants.
On the same morning the engine never serves worse, and its proof costs milliseconds; it serves better in ${daily.comparison.engineServesBetter} of ${daily.comparison.mornings} plans each morning, in ${weekly.comparison.engineServesBetter} of ${weekly.comparison.mornings} on
Mondays, in ${large.comparison.engineServesBetter} of ${large.comparison.mornings} on Mondays for an estate five times as large (${more(large.engine.served, large.greedy.served)} served over the year, deadlines missed
${percent(large.greedy.deadlinesMissed)} to ${percent(large.engine.deadlinesMissed)}).

**How often to plan.** The same engine serves ${percent(daily.engine.served)} when it plans each working day and ${percent(weekly.engine.served)} when it plans on Mondays:
${rhythm}.

**P1 needs the telephone.** It is served in its time in ${inTime(ample.engine)} of cases by the engine and in ${inTime(ample.board)} from the noticeboard: most offers have a lead time of
a day, and a plan comes once each morning. Offers with a lead time of hours would help; no ranking mends that.

**Waiting wins in the end, except against P1.** Under strict tiers the policy sets no bound to how much later somebody may have asked
who comes first: with a quarter of the places it came to ${longest(scarce.strict, lessUrgent)} working hours, those of P1 not counted. Today's policy lifts a need by one tier for
each ${lift.everyHours} working hours, up to P${lift.highestTier}: here ${longest(scarce.engine, lessUrgent)} hours at most, and never ${mostAllowed(scarce.engine, lessUrgent)}, whatever comes. P1 comes first all the same, here up to ${longest(scarce.engine, [p1])}
hours later: it is answered within hours or it is too late, and does not wait behind a need that is only old.

**How far to lift is for the community to say.** Of the needs of the first half of the year, with a quarter of the places, ${never(scarce.strict)} still ask
at its end under strict tiers, ${never(scarce.engine)} under today's policy and ${never(scarce.toFirst)} where waiting lifts up to P1 (with all places ${never(ample.strict)}, ${never(ample.engine)} and ${never(ample.toFirst)}; what is
hardly offered at all no order mends). Those who still ask today
were left out by ${leftOutBy(BARRIERS)} plans: ${leftOutBy(['NO_SESSION'])} times no session was possible, ${leftOutBy(['PROMISED'])} times all that were possible were full of promises, ${leftOutBy(['P1'])} times
what was left went to P1 alone and ${leftOutBy(['OTHERS'])} times to others, too. Lifting up to P1 bounds what P1 may come later, too: ${longest(scarce.toFirst, [p1])} hours here, ${mostAllowed(scarce.toFirst, [p1])}
at most. Of P1 ${percent(scarce.toFirst.byUrgency[0]!.served)} are served then, and ${percent(scarce.engine.byUrgency[0]!.served)} today. \`matchPlanSimulate\` compares the two on what is open in a community. Under today's
policy without the points for having been left out ${never(scarce.withoutLeftOut)} still ask. Where more is asked than given somebody
waits under every rule; lifting makes it whoever came last instead of whoever is never urgent.

**A proposal is no help yet.** Points for having been left out end with a promise, not with a proposal: else a need that is proposed today
would rank up to ${leftOut.max} points lower tomorrow and lose its place before anybody has answered. ${dropped(scarce.engine)} proposals were withdrawn because the
need lost its place, ${dropped(scarce.withoutLeftOut)} without the points. A plan each morning gives the most points, ${leftOut.max}, after ${leftOut.max / leftOut.each} days; from then on they tell
nothing apart.

**Who was asked in time keeps the time to answer.** That notice grows short while a proposal is out ends nothing. What still ends unanswered
proposals, ${late(ample.engine)} with all places and ${late(scarce.engine)} with a quarter, is that the offer, a deadline or the last window has passed.

**A refusal should be no wider than its reason.** Half of the refusals here are about the day and close one session, half about the match and
close the offer to this need (an assumption; the product goes by the coded reason). Where a single organisation offers something, its no
to the match stays final. What is on request has no days: there a no about the day closes all that is left of it, here until the
month is over, and gifts of money for good.`;
}
