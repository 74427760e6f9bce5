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
  const [p1] = MATCHED_URGENCIES;
  const leads = ({ year }: Figures, holders: readonly Urgency[]) =>
    MATCHED_URGENCIES.map(urgency => leadOf(year, urgency, holders));
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

**Nobody who keeps asking waits for ever.** Under strict tiers nothing bounds how much later somebody may have asked who comes first: with a
quarter of the places it came to ${longest(scarce.strict, MATCHED_URGENCIES)} working hours. Today's policy lifts what waits, from P4 to P3 after ${lift.fromP4} hours, to P2 after ${lift.fromP3} more and
to P1 after ${lift.fromP2} more: here ${longest(scarce.engine, MATCHED_URGENCIES)} hours at most, and never ${mostAllowed(scarce.engine, MATCHED_URGENCIES)}, whatever comes. So who still asks waits behind people who asked before or not
much later, and there are only so many of them.

**It has a price, and P1 pays it.** Where a category has fewer places than P1 asks for, whoever has waited more than half a year takes the place of a P1. With a
quarter of the places ${percent(scarce.strict.byUrgency[0]!.served)} of P1 are served under strict tiers, ${percent(scarce.p1First.byUrgency[0]!.served)} where waiting lifts everybody but never to P1 (\`fromP2: 0\`; then what P1
may come later has no bound, ${longest(scarce.p1First, [p1])} hours here) and ${percent(scarce.engine.byUrgency[0]!.served)} today; with all places ${percent(ample.strict.byUrgency[0]!.served)}, ${percent(ample.p1First.byUrgency[0]!.served)} and ${percent(ample.engine.byUrgency[0]!.served)}. Of the needs of the first half of the year
${never(scarce.strict)}, ${never(scarce.p1First)} and ${never(scarce.engine)} still ask at its end (with all places ${never(ample.strict)}, ${never(ample.p1First)} and ${never(ample.engine)}: what is hardly offered at all no order mends). Those who still ask today
were left out by ${leftOutBy(BARRIERS)} plans: ${leftOutBy(['NO_SESSION'])} times no session was possible, ${leftOutBy(['PROMISED'])} times all that were possible were full of promises, ${leftOutBy(['P1'])} times
what was left went to P1 alone and ${leftOutBy(['OTHERS'])} times to others, too. Which of the two a community wants is for it to say: \`matchPlanSimulate\` compares them
on what is open. Without the points for having been left out ${never(scarce.withoutLeftOut)} still ask.

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
