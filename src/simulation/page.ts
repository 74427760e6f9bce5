import type { SeedData } from '../seeds/data.js';
import { ODDS, WITHDRAWS_WITHIN_DAYS } from './fates.js';
import { lessonsOf } from './lessons.js';
import { type Figures, LEAST_GROUP } from './measures.js';
import type { Duel, Setting, Simulation, SimulationOptions } from './simulate.js';
import type { Chart } from './svg.js';
import { forgottenTable, groupTable, leadTable, outcomeTable, percent, promiseTable, supplyTable, table } from './tables.js';

/** The page about a simulated year. Every number in it is counted, also those within sentences. */
export function pageOf(
  { alliance, categories }: Pick<SeedData, 'alliance' | 'categories'>,
  { months, seed, scale }: SimulationOptions,
  simulation: Simulation,
  charts: ReadonlyMap<string, Chart>,
): string {
  const settings = [simulation.ample, simulation.scarce];
  const labels = new Map(categories.map(({ code, labelEn }) => [code, labelEn]));
  const picture = (name: string): string => `![${charts.get(name)?.title ?? ''}](year-${name}.svg)`;
  const all = (tell: (setting: Setting) => string): string => settings.map(tell).join('\n\n');
  const { lift } = simulation.scarce.engine.year.method.weights.rank;
  const usual = alliance.needCategories.reduce((sum, { perMonth }) => sum + perMonth, 0);
  return `# A simulated year

_Written by \`npm run simulate -- --months ${months} --seed ${seed} --scale ${scale}\`; the same numbers give the same page, byte for byte. For what
the engine is, read [the page for secretaries](for-secretaries.md) or [the proof](proof.md)._

${months} months of the demonstration estate are lived three times with exactly the same events: the same people ask for the same things
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

${intakeTable(simulation.ample)}

"Pledged" means the capacities of the seeded offers; what is offered on request is renewed each month. The estate pledges far more
places than there are needs on file, because most who come to a haircut or a clinic never ask an office. So the year is lived
twice: once with **all pledged places** for the needs on file, and once with **a quarter of them**, the others being taken by people
who just come.

Of what happens on the way no public figures were found for such an estate. These are ours, in one place to change
(\`src/simulation/fates.ts\`):

${table(
  ['assumption', 'chance'],
  [
    ['an organisation says no to a need for one of its offers for good, whenever it is asked', chance(ODDS.declines)],
    ['an organisation says no to a need for one of its sessions only, whenever it is asked', chance(ODDS.declinesSession)],
    ['an organisation does not answer a proposal in time, drawn anew each time', chance(ODDS.silent)],
    ['a dated session is called off, one to six days before', chance(ODDS.cancelled)],
    ['nobody opens, or the helper does not come; the place is lost', chance(ODDS.noShow)],
    [`the need is no longer wanted within ${WITHDRAWS_WITHIN_DAYS} days`, chance(ODDS.withdraws)],
    ['a liaison looks at the noticeboard on a working day', chance(ODDS.looks)],
  ],
)}

## What came of it

Shares are over needs that at least one organisation would have served: of the ${simulation.ample.world.needs.length}, ${simulation.ample.world.needs.filter(({ isRefusedByAll }) => isRefusedByAll).length} meet a no from
everybody who could help, and no method can change that. Waiting is in working hours of the service centre (8.5 a day), from
submission to service, and its Gini coefficient (half the mean difference of two waits over their mean; Gini 1912, Sen 1973) is 0 where all
wait alike. Whoever asks late has four more weeks. P1 asks for a service within a day, P2 within three working days, P3
within seven days, P4 within thirty.

${all(outcomeTable)}

${picture('served')}

${picture('waiting')}

${picture('backlog')}

## The same morning, asked twice

On every morning of its year the engine's input was given to greedy ranking, too. Which of the two serves better is decided by the
first need, down the ranks, that they serve differently.

${comparisonTable(settings)}

The engine leaves what is proposed where it is even if a cheaper session has come up since; greedy ranking moves it. So the cost of
greedy ranking can come out lower, and it withdraws more proposals (below).

With a quarter of the places, the more needs a plan looks at, the more often it matters that it is the best:

${batchTable(simulation.batches)}

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
one session of the coming four weeks, full or not. Waiting counts in three ways: each working hour gives points; so does each day on which
a plan left the need out, since somebody last promised it something; and it lifts the need: ${lift.fromP4} working hours from P4 to P3, ${lift.fromP3} more
to P2, ${lift.fromP2} more to P1 (\`rank.lift\` of the policy). Beside this default the same year is lived under strict tiers, with P1 always first, and
without the points for having been left out: other numbers in the policy, the same code.

${all(forgottenTable)}

${picture('left-out')}

Somebody waits for ever if others who asked later come first without end. So on every morning each need that was left out is compared with those to
whom the same plan proposed a session that the rules allow it, too: how many working hours later had they asked, at most? The second
number is the bound that follows from the policy alone, whatever anybody asks ([proof.md](proof.md), Theorem 8): nobody who asks so much later, or
more, ever comes first. ∞: the policy sets no bound; –: they never come first.

${all(leadTable)}

${lessonsOf(simulation)}

## What this cannot tell

One estate, one seed, invented rates. Other seeds move the shares by one to five points; between methods, a difference of a few
tenths is luck: a better plan this morning can meet a refusal, or a door that stays shut, that a worse one would not have met. Needs of one person are independent of each other; nobody learns from a refusal, moves, falls
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
        .map(([reason, count]): [string, number] => [
          `no session possible in the twelve weeks after: ${IMPOSSIBLE[reason] ?? reason}`,
          count,
        ]),
      ['**left for noticeboard, greedy ranking and engine**', `**${needs.length}**`],
    ],
  );
}

function comparisonTable(settings: readonly Duel[]): string {
  const row = (name: string, say: (duel: Duel) => string | number): (string | number)[] => [name, ...settings.map(say)];
  return table(
    ['', ...settings.map(({ name }) => name)],
    [
      row('mornings', ({ comparison }) => comparison.mornings),
      row('… on which the engine serves better', ({ comparison }) => comparison.engineServesBetter),
      row('… on which greedy ranking serves better', ({ comparison }) => comparison.greedyServesBetter),
      row('needs served in full by the engine and not by greedy ranking, net', ({ comparison }) => comparison.moreInFull),
      row(
        'cost of greedy ranking over the engine, where both serve alike (without money and rooms)',
        ({ comparison: { engineCost, greedyCost } }) =>
          `${((100 * (greedyCost - engineCost)) / Math.max(1, engineCost)).toFixed(2)} %`,
      ),
    ],
  );
}

function batchTable(batches: readonly Duel[]): string {
  const row = (name: string, say: (duel: Duel) => string | number): (string | number)[] => [name, ...batches.map(say)];
  const both = (name: string, say: (figures: Figures) => string | number): (string | number)[] =>
    row(`${name}: greedy ranking · engine`, ({ greedy, engine }) => `${say(greedy)} · ${say(engine)}`);
  return table(
    ['', ...batches.map(({ name }) => name)],
    [
      row(
        'plans on which the engine serves better',
        ({ comparison: { engineServesBetter, mornings } }) => `${engineServesBetter} of ${mornings}`,
      ),
      row('needs served in full by the engine and not by greedy ranking, net', ({ comparison }) => comparison.moreInFull),
      both('served', ({ served }) => percent(served)),
      both('served, P1', ({ byUrgency }) => percent(byUrgency[0]!.served)),
      both('own deadline missed', ({ deadlinesMissed }) => percent(deadlinesMissed)),
      both('proposals withdrawn, the need got another session', ({ year }) => year.ledger.counts.moved),
    ],
  );
}
