import type { SeedData } from '../seeds/data.js';
import { percentOf } from './charts.js';
import { ODDS, WITHDRAWS_WITHIN_DAYS } from './fates.js';
import { LEAST_GROUP, type Share } from './measures.js';
import { LIFTS_EVERY_HOURS } from './methods.js';
import type { Setting, SimulationOptions } from './simulate.js';
import type { Chart } from './svg.js';
import { forgottenTable, groupTable, outcomeTable, percent, promiseTable, supplyTable, table } from './tables.js';

/** The page about a simulated year. Every number in it is counted, also those within sentences. */
export function pageOf(
  { alliance, categories }: Pick<SeedData, 'alliance' | 'categories'>,
  options: SimulationOptions,
  settings: readonly Setting[],
  charts: ReadonlyMap<string, Chart>,
): string {
  const labels = new Map(categories.map(({ code, labelEn }) => [code, labelEn]));
  const picture = (name: string): string => `![${charts.get(name)?.title ?? ''}](year-${name}.svg)`;
  const all = (tell: (setting: Setting) => string): string => settings.map(tell).join('\n\n');
  const usual = alliance.needCategories.reduce((sum, { perMonth }) => sum + perMonth, 0);
  return `# A simulated year

_Written by \`npm run simulate -- --months ${options.months} --seed ${options.seed} --scale ${options.scale}\`; the same numbers give the same page, byte for byte. For what
the engine is, read [the page for secretaries](for-secretaries.md) or [the proof](proof.md)._

${options.months} months of the demonstration estate are lived three times with exactly the same events: the same people ask for the same things
at the same moments, the same organisation says yes or no to the same need, the same sessions are called off, the same doors stay
shut. Only the way in which needs and sessions come together differs.

- **Noticeboard.** Verified needs hang on a board, first come first served. On about every second working day the liaison of each
  organisation looks and fills its sessions of the coming four weeks, the next one first: what is marked P1 is read first, then
  half of the organisations take what hangs there longest and half what is nearest. They take only what the rules allow (the office
  checks) and what they would not have refused, and a take is a promise at once. Nobody has to ask or answer, which makes the board
  quicker than any proposal; this is a kind picture of a noticeboard.
- **Greedy ranking.** Each working morning at nine the needs are ranked as the engine ranks them, and in that order each gets the
  cheapest session that still has places. Nobody ever moves to let another in. The matches are proposed; organisations answer.
- **Engine.** The same, with the plan that \`computePlan\` proves best. Promises stay; proposals that the new plan repeats stay as
  they were, those it does not are withdrawn.

## What comes in

Volumes, urgencies, month factors, hours of the day and the outcome mix are those of the founding documents: ${usual} needs in a usual
month. Not all of them reach the alliance, and none of what falls out here depends on the method.

${intakeTable(settings[0]!)}

"Pledged" means the capacities of the seeded offers; what is offered on request is renewed each month. The estate pledges far more
places than there are needs on file, because most who come to a haircut or a clinic never ask an office. So the year is lived
twice: once with **all pledged places** for the needs on file, and once with **a quarter of them**, the others being taken by people
who just come.

Of what happens on the way no public figures were found for such an estate. These are ours, in one place to change
(\`src/simulation/fates.ts\`):

${table(
  ['assumption', 'chance'],
  [
    ['an organisation says no to a need for one of its offers, whenever it is asked', chance(ODDS.declines)],
    ['an organisation does not answer a proposal in time, drawn anew each time', chance(ODDS.silent)],
    ['a dated session is called off, one to six days before', chance(ODDS.cancelled)],
    ['nobody opens, or the helper does not come; the place is lost', chance(ODDS.noShow)],
    [`the need is no longer wanted within ${WITHDRAWS_WITHIN_DAYS} days`, chance(ODDS.withdraws)],
    ['a liaison looks at the noticeboard on a working day', chance(ODDS.looks)],
  ],
)}

## What came of it

Shares are over needs that at least one organisation would have served (in ${settings
    .map(({ world, name }) => `${world.needs.filter(({ isRefusedByAll }) => isRefusedByAll).length} of ${world.needs.length} with ${name}`)
    .join(', in ')}
everybody who could help says no, and no method can change that). Waiting is in working hours of the service centre (8.5 a day), from
submission to service. Whoever asks late has four more weeks. P1 asks for a service within a day, P2 within three working days, P3
within seven days, P4 within thirty.

${all(outcomeTable)}

${picture('served')}

${picture('waiting')}

${picture('backlog')}

## The same morning, asked twice

On every morning of its year the engine's input was given to greedy ranking, too. Which of the two serves better is decided by the
first need, down the ranks, that they serve differently.

${comparisonTable(settings)}

## Promises and proposals

A plan never breaks a promise: accepted pairs are taken out before it is made. What does break promises is a session that is called
off, and a door that stays shut. Proposals promise nothing, yet withdrawing one that somebody is thinking about is rude, so it is
counted. The noticeboard proposes nothing.

${all(promiseTable)}

## What the places were used for

The categories in which the engine's year used most of the places; gifts of money are left out.

${all(setting => supplyTable(setting, code => labels.get(code) ?? code))}

## Is it fair?

Share served, and median of waiting of those served, in working hours. Groups of fewer than ${LEAST_GROUP} needs are left out; one person can be
in several of the care categories.

${picture('ages')}

${all(setting => groupTable(setting, ({ ages }) => ages))}

${all(setting => groupTable(setting, ({ care }) => care))}

## Does anybody wait for ever?

A need is left out on a working morning when it waits with nothing promised and nothing proposed although the rules allow it at least
one session of the coming four weeks, full or not. The policy gives points for each plan in a row that left a need out.
_Ageing_ is not what the engine does today: it is what we would change (below).

${all(forgottenTable)}

${picture('left-out')}

${lessonsOf(settings)}

## What this cannot tell

One estate, one seed, invented rates. Needs of one person are independent of each other; nobody learns from a refusal, moves, falls
ill or dies more often because help came late. Seasonal peaks of single categories are not in it, only the months' own factors. The
awkward rules (minimum attendance, two needs of one person at one time) are not asked of any of the three. Officers here never call
anybody, never pin a pair and never ask again for other times; real ones do.
`;
}

const chance = (value: number): string => `${Math.round(100 * value)} %`;

const IMPOSSIBLE: Readonly<Record<string, string>> = {
  NO_OFFER_OF_CATEGORY: 'no organisation of the alliance offers it',
  NO_STANDING: 'offered, but not published, or without pact or filing',
  OUT_OF_AREA: 'offered elsewhere only',
  CONSENT: 'the person opted out, or has not agreed to health matching',
  NOT_ELIGIBLE: 'offered to other ages or groups only',
  WRONG_MODE: 'at home only, and offered in a room, or the other way round',
  COST: 'costs more than the person will pay',
  WRONG_TIME: 'no session at a time that suits',
};

function intakeTable({ world: { intake, needs } }: Setting): string {
  return table(
    ['where needs went', 'needs'],
    [
      ['asked for', intake.submitted],
      ['not verified', intake.rejected],
      ['P0, or not for the alliance: to emergency services, the grid, the back office', intake.transferred],
      ['done by own staff and stairwell helpers', intake.byOthers],
      ...[...intake.impossible]
        .sort(([, a], [, b]) => b - a)
        .map(([reason, count]): [string, number] => [`no session possible in the twelve weeks after: ${IMPOSSIBLE[reason] ?? reason}`, count]),
      ['**left for noticeboard, greedy ranking and engine**', `**${needs.length}**`],
    ],
  );
}

function comparisonTable(settings: readonly Setting[]): string {
  const row = (name: string, say: (setting: Setting) => string | number): (string | number)[] => [name, ...settings.map(say)];
  return table(
    ['', ...settings.map(({ name }) => name)],
    [
      row('mornings', ({ comparison }) => comparison.mornings),
      row('… on which the engine serves better', ({ comparison }) => comparison.engineServesBetter),
      row('… on which greedy ranking serves better', ({ comparison }) => comparison.greedyServesBetter),
      row('needs served in full by the engine and not by greedy ranking, net', ({ comparison }) => comparison.moreInFull),
      row(
        'cost of greedy ranking over the engine, where both serve alike',
        ({ comparison: { engineCost, greedyCost } }) => `${((100 * (greedyCost - engineCost)) / Math.max(1, engineCost)).toFixed(2)} %`,
      ),
    ],
  );
}

const points = (one: Share, other: Share): string => {
  const difference = percentOf(one) - percentOf(other);
  return `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(1)} points`;
};

/** What the numbers say against us, with their causes. */
function lessonsOf([ample, scarce]: readonly Setting[]): string {
  if (!ample || !scarce) throw new Error('the lessons compare two supplies');
  const [counts, mild] = [scarce.engine.year.ledger.counts, scarce.withoutLeftOut.year.ledger.counts];
  const late = (setting: Setting): number => setting.engine.year.ledger.counts.outOfTime;
  const first = (setting: Setting): string =>
    `${percent(setting.engine.tiers[0]!.served)} against ${percent(setting.board.tiers[0]!.served)} (${points(setting.engine.tiers[0]!.served, setting.board.tiers[0]!.served)})`;
  const never = (tiers: Setting['engine']['tiers']): number => tiers.reduce((sum, { neverServed }) => sum + neverServed, 0);
  return `## What the year teaches

**How much is served is decided by what is pledged, not by who plans.** All served, the engine and the noticeboard differ by
${points(ample.engine.served, ample.board.served)} with all places and ${points(scarce.engine.served, scarce.board.served)} with a quarter of them. Order is what planning changes: P1 is served
${first(ample)} with all places and ${first(scarce)} with a quarter,
and deadlines missed change from ${percent(ample.board.deadlinesMissed)} to ${percent(ample.engine.deadlinesMissed)} and from ${percent(scarce.board.deadlinesMissed)} to ${percent(scarce.engine.deadlinesMissed)}.

**On a branch of this size greedy ranking is nearly as good.** A working day brings the whole estate some five needs, and most have
sessions nobody else wants: the mornings on which the engine serves better are in the table above. Its proof costs nothing and it is
never worse, but the gain shows in batches: a month planned at once, a shared clinic, a larger estate (\`--scale 5\`).

**Nobody is served within a day of asking.** P1 is served in its time in ${percent(ample.engine.tiers[0]!.inTime)} of cases, whatever the method: most offers have a lead time
of a day, and a plan comes once each morning. P1 needs the telephone, or offers with a lead time of hours; no ranking mends that.

**Strict tiers let somebody wait for ever where the tiers above take everything.** With a quarter of the places, ${never(scarce.engine.tiers)} needs of the
first half of the year still ask at its end under the engine, and points for having been left out do not help
(${never(scarce.withoutLeftOut.tiers)} without them): points order needs within a tier, and tiers are strict. Waiting alone already puts the longest-waiting of a tier
first. _Ageing_ lifts a need by one tier for each ${LIFTS_EVERY_HOURS} working hours of waiting: ${never(scarce.ageing.tiers)} remain. It has a price, seen above in
P1; where more is asked than given for a whole year, somebody waits under every rule, and ageing only makes it whoever came last.

**Points for having been left out make proposals flicker.** The count begins anew when a need is proposed, before anybody has answered,
so the next morning it ranks up to 500 points lower and may lose its place to one that was left out: ${counts.dropped} proposals were withdrawn so
with the points, ${mild.dropped} without. The count should begin anew with a promise, not with a proposal (so it does in _ageing_: ${scarce.ageing.year.ledger.counts.dropped}).

**A proposal that nobody has answered dies of its lead time.** ${late(ample)} and ${late(scarce)} proposals were published in time and withdrawn by a later plan, most of
them because the session had come nearer than its lead time. An organisation that was asked in time should keep its time to answer.

**One refusal closes an offer to a need for good.** Where a single organisation offers something, its no is final: those are the needs
that everybody refuses. A no to one session ("not this week") and a no to the person are different; the first should lapse.`;
}
