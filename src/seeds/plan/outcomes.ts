import type { Urgency } from '../../kernel/vocabulary.js';
import type { NeedCloseReason, NeedState, TransferTarget } from '../../modules/needs/needs.domain.js';
import { type Random, share } from '../random.js';
import type { NeedPlan } from './plan.js';
import { settledAt, verifiedAt } from './when.js';

/** What a need looked like when it came in. */
export interface Asked {
  readonly category: string;
  readonly root: string;
  readonly urgency: Urgency;
  readonly submittedAt: Date;
}

export type Outcome = Pick<NeedPlan, 'state' | 'openedAt' | 'closedAt' | 'closeReason' | 'transferredTo'>;

/** domain.md §5.5, for months that are over. */
const PAST = { FULFILLED: 82, TRANSFERRED: 9, WITHDRAWN: 3, UNMET: 3, REJECTED: 2, EXPIRED: 1 };
/** Of what is not open of the running month. */
const RUNNING = { FULFILLED: 40, TRANSFERRED: 26, SUBMITTED: 14, WITHDRAWN: 7, REJECTED: 5, UNMET: 5, EXPIRED: 3 };
/** Of a running month stays open; at least and at most so many of an estate of the usual size. */
const OPEN_SHARE = 0.79;
const LEAST_OPEN = 246;
const MOST_OPEN = 292;

/** What the alliance does not do itself. */
const ELSEWHERE = ['SAFETY_ENV', 'DISPUTE', 'ELEVATOR'];
const HASTE: Readonly<Record<Urgency, number>> = { P0: 50, P1: 8, P2: 3, P3: 1.5, P4: 1 };

/** How each need of a month that is over ended. */
export function pastStates(asked: readonly Asked[], random: Random): readonly NeedState[] {
  return deal(asked, PAST, random, 'FULFILLED');
}

/** How each need of the running month stands, beside those that are `open` anyhow: most wait, the newest are not verified, the old and urgent ones are done. */
export function runningStates(
  asked: readonly Asked[],
  { scale, open: already }: { readonly scale: number; readonly open: number },
  random: Random,
): readonly NeedState[] {
  const usual = ((asked.length + already) / scale) * OPEN_SHARE;
  const open = Math.round(Math.min(MOST_OPEN, Math.max(LEAST_OPEN, usual)) * scale) - already;
  return deal(asked, { ...RUNNING, OPEN: 0 }, random, 'OPEN', Math.max(0, asked.length - open));
}

/** Gives `count` of the needs the states of `mix`, each to those that suit it best, and `rest` to the others. */
function deal(
  asked: readonly Asked[],
  mix: Partial<Record<NeedState, number>>,
  random: Random,
  rest: NeedState,
  count = asked.length,
): readonly NeedState[] {
  const names = Object.keys(mix) as NeedState[];
  const counts = share(count, Object.values(mix));
  const left = new Set(asked.keys());
  const states: NeedState[] = asked.map(() => rest);
  const newest = asked.at(-1)?.submittedAt.getTime() ?? 0;
  const take = (state: NeedState, suits: (need: Asked) => number): void => {
    const wanted = counts[names.indexOf(state)] ?? 0;
    const order = [...left].map(at => ({ at, value: suits(asked[at]!) * (0.5 + random.between(0, 100) / 100) }));
    for (const { at } of order.sort((a, b) => b.value - a.value || a.at - b.at).slice(0, wanted)) {
      states[at] = state;
      left.delete(at);
    }
  };
  const age = ({ submittedAt }: Asked): number => newest - submittedAt.getTime();
  take('SUBMITTED', need => (need.urgency === 'P0' ? -1 : 1 / (1 + age(need)) ** 2));
  take('TRANSFERRED', ({ urgency, root }) => (urgency === 'P0' ? 1000 : ELSEWHERE.includes(root) ? 10 : 0.1));
  const done = (need: Asked): number => (ELSEWHERE.includes(need.root) ? 0.01 : 1) * age(need) * HASTE[need.urgency];
  if (rest !== 'FULFILLED') take('FULFILLED', done);
  take('EXPIRED', age);
  take('UNMET', need => (ELSEWHERE.includes(need.root) ? 0.1 : 1) * age(need));
  take('WITHDRAWN', age);
  take('REJECTED', () => 1);
  return states;
}

const REASONS: Partial<Record<NeedState, readonly NeedCloseReason[]>> = {
  WITHDRAWN: ['SOLVED_OTHERWISE', 'NO_LONGER_WANTED', 'DIED_OR_MOVED'],
  REJECTED: ['OUT_OF_SCOPE', 'NOT_VERIFIABLE', 'NOT_A_NEED'],
  UNMET: ['NO_SUPPLY', 'NOT_ELIGIBLE_ANYWHERE'],
};

/** The dates and reasons that go with a state. */
export function outcomeOf(state: NeedState, { urgency, submittedAt, root }: Asked, now: Date, random: Random): Outcome {
  const opened = verifiedAt(submittedAt, now, random);
  const none = { state, openedAt: null, closedAt: null, closeReason: null, transferredTo: null };
  if (state === 'SUBMITTED') return none;
  if (state === 'OPEN') return { ...none, openedAt: opened };
  const reasons = REASONS[state];
  const closeReason = reasons ? random.pick(reasons) : null;
  if (state === 'REJECTED') return { ...none, closedAt: opened, closeReason };
  if (state === 'TRANSFERRED') {
    const emergency = urgency === 'P0';
    const closedAt = emergency ? settledAt('P0', submittedAt, now, random) : settledAt('P1', opened, now, random);
    const transferredTo: TransferTarget = emergency ? 'EMERGENCY' : root === 'SAFETY_ENV' ? 'GRID' : 'BACK_OFFICE';
    return { ...none, openedAt: emergency ? null : opened, closedAt, transferredTo };
  }
  return { ...none, openedAt: opened, closedAt: settledAt(urgency, opened, now, random), closeReason };
}
