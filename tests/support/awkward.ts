import type { NeedFacts, SessionFacts } from '../../src/modules/matching/planner/facts.js';
import { isPossible } from '../../src/modules/matching/planner/rules.js';
import { byRank, type Cap, costOf, DEFAULT_WEIGHTS, rankOf } from '../../src/modules/matching/planner/scoring.js';
import { HOUR, need, now, session } from './facts.js';
import { between, type Random } from './matching.js';

const pick = <T>(random: Random, list: readonly T[]): T => list[between(random, 0, list.length - 1)]!;
const chance = (random: Random, share: number): boolean => random() < share;

/** A few needs and sessions in which every rule about more than one pair may bind. */
export function randomAwkward(random: Random, needCount: number, sessionCount: number) {
  const caps: Cap[] = chance(random, 0.3) ? [{ category: 'HAIRCUT', times: between(random, 1, 2), days: 30 }] : [];
  const made = Array.from({ length: needCount }, (_, i): NeedFacts => {
    const open = pick(random, [1, 1, 1, 2, 3]);
    const personKey = chance(random, 0.8) ? between(random, 0, Math.ceil(needCount / 2)) : null;
    return need({
      id: `n${i}`,
      branchId: pick(random, ['b1', 'b1', 'b2']),
      urgency: pick(random, ['P1', 'P2', 'P3', 'P4']),
      submittedAt: now - between(random, 1, 1000) * HOUR,
      open,
      minimum: chance(random, 0.3) ? between(random, 1, open) : 1,
      personKey,
      place: { buildingId: 'x', eastM: between(random, 0, 10) * 600, northM: 0, hasLift: false },
      usedOfCaps: caps.map(() => 0),
    });
  });
  const needs = made.map(one => ({
    ...one,
    // The same person has used the same of a cap, whichever need asks.
    usedOfCaps: caps.map(() => (one.personKey === null ? 0 : one.personKey % 2)),
  }));
  for (let i = 0; i + 1 < needs.length; i += 2)
    if (chance(random, 0.3)) {
      needs[i] = { ...needs[i]!, companion: { needId: `n${i + 1}`, sessionIds: [] } };
      needs[i + 1] = { ...needs[i + 1]!, companion: { needId: `n${i}`, sessionIds: [] } };
    }
  const sessions = Array.from({ length: sessionCount }, (_, j): SessionFacts => {
    const startsAt = now + (24 + between(random, 0, 5)) * HOUR;
    const capacity = between(random, 1, 4);
    const free = between(random, 0, capacity);
    const reserved = chance(random, 0.3) ? between(random, 0, free) : 0;
    return session({
      id: `s${j}`,
      organizationId: pick(random, ['o1', 'o2']),
      time: chance(random, 0.85) ? { startsAt, endsAt: startsAt + 2 * HOUR } : null,
      capacity,
      free,
      minimum: chance(random, 0.3) ? between(random, 1, capacity) : 0,
      quotas: reserved ? [{ branchId: 'b2', places: reserved }] : [],
      resourceKeys: chance(random, 0.4) ? [pick(random, ['chair-1', 'chair-2'])] : [],
      place: chance(random, 0.8) ? { buildingId: 'y', eastM: between(random, 0, 10) * 600, northM: 0, hasLift: false } : null,
      standing: ['b1', 'b2'].map(branchId => ({ branchId, pacts: [{ startsOn: '2026-01-01', endsOn: '2027-12-31' }] })),
    });
  });
  return { needs, sessions, caps };
}

export interface Portion {
  readonly needId: string;
  readonly sessionId: string;
  readonly quantity: number;
}

const METERS_A_MINUTE = 60;

/** Every rule that a plan breaks, said once more and in other words than the product's. */
export function brokenBy(
  portions: readonly Portion[],
  { needs, sessions, caps }: ReturnType<typeof randomAwkward>,
): readonly string[] {
  const of = (id: string) => needs.find(one => one.id === id)!;
  const at = (id: string) => sessions.find(one => one.id === id)!;
  const sum = (list: readonly Portion[]): number => list.reduce((total, { quantity }) => total + quantity, 0);
  const broken: string[] = [];
  const say = (holds: boolean, what: string): void => void (holds || broken.push(what));
  for (const one of needs) {
    const got = portions.filter(({ needId }) => needId === one.id);
    say(sum(got) <= one.open, `${one.id} too much`);
    say(sum(got) === 0 || sum(got) >= one.minimum, `${one.id} portion`);
    if (one.companion) {
      const other = portions.filter(({ needId }) => needId === one.companion!.needId);
      const both = got.length === 1 && other.length === 1 && got[0]!.sessionId === other[0]!.sessionId;
      say(!got.length && !other.length ? true : both && sum(got) === one.open, `${one.id} together`);
    }
  }
  for (const one of sessions) {
    const inside = portions.filter(({ sessionId }) => sessionId === one.id);
    const promised = one.capacity - one.free;
    say(sum(inside) <= one.free, `${one.id} full`);
    say(!inside.length || sum(inside) + promised >= one.minimum, `${one.id} minimum`);
    const strangers = inside.filter(({ needId }) => of(needId).branchId !== 'b2');
    say(sum(strangers) <= one.free - (one.quotas[0]?.places ?? 0), `${one.id} quota`);
    for (const other of sessions) {
      const both = inside.length > 0 && portions.some(({ sessionId }) => sessionId === other.id);
      const shared =
        one.organizationId === other.organizationId && one.resourceKeys.some(key => other.resourceKeys.includes(key));
      if (both && one.id < other.id && shared && one.time && other.time)
        say(one.time.endsAt <= other.time.startsAt || other.time.endsAt <= one.time.startsAt, `${one.id} ${other.id} helper`);
    }
  }
  for (const [i, one] of portions.entries())
    for (const other of portions.slice(i + 1)) {
      const [first, second] = [of(one.needId), of(other.needId)];
      const [a, b] = [at(one.sessionId), at(other.sessionId)];
      if (first.personKey === null || first.personKey !== second.personKey || a.id === b.id || !a.time || !b.time) continue;
      const [from, to] = [a.place ?? first.place!, b.place ?? second.place!];
      const minutes = (Math.abs(from.eastM - to.eastM) + Math.abs(from.northM - to.northM)) / METERS_A_MINUTE;
      const [early, late] = a.time.startsAt < b.time.startsAt ? [a.time, b.time] : [b.time, a.time];
      say(late.startsAt - early.endsAt >= minutes * 60_000, `${one.needId} ${other.needId} person`);
    }
  for (const { times } of caps)
    for (const key of new Set(needs.flatMap(({ personKey }) => personKey ?? []))) {
      const own = needs.filter(({ personKey }) => personKey === key);
      const got = portions.filter(({ needId }) => own.some(({ id }) => id === needId));
      say(sum(got) === 0 || sum(got) + own[0]!.usedOfCaps[0]! <= times, `person ${key} cap`);
    }
  return broken;
}

/** The best plan of a tiny estate by trying every one: what each need gets in rank order, and the cost. */
export function bestByTrying(estate: ReturnType<typeof randomAwkward>): {
  readonly served: readonly number[];
  readonly cost: number;
} {
  const ranked = estate.needs.map(one => ({ need: one, rank: rankOf(one, DEFAULT_WEIGHTS, now) })).sort(byRank);
  const pairs = ranked.flatMap(({ need: one }) =>
    estate.sessions
      .filter(other => isPossible(one, other, now))
      .map(other => ({ one, other, cost: costOf(one, other, DEFAULT_WEIGHTS, now).total })),
  );
  let best = { served: ranked.map(() => 0), cost: 0 };
  const portions: Portion[] = [];
  const take = (at: number): void => {
    if (at === pairs.length) {
      if (brokenBy(portions, estate).length) return;
      const served = ranked.map(({ need: one }) =>
        portions.reduce((total, { needId, quantity }) => (needId === one.id ? total + quantity : total), 0),
      );
      const cost = portions.reduce((total, { needId, sessionId, quantity }) => {
        const pair = pairs.find(({ one, other }) => one.id === needId && other.id === sessionId)!;
        return total + pair.cost * quantity;
      }, 0);
      const differs = served.findIndex((got, i) => got !== best.served[i]);
      if (differs < 0 ? cost < best.cost : served[differs]! > best.served[differs]!) best = { served, cost };
      return;
    }
    const { one, other } = pairs[at]!;
    const [left, free] = [
      portions.reduce((rest, { needId, quantity }) => (needId === one.id ? rest - quantity : rest), one.open),
      portions.reduce((rest, { sessionId, quantity }) => (sessionId === other.id ? rest - quantity : rest), other.free),
    ];
    take(at + 1);
    for (let quantity = 1; quantity <= Math.min(left, free); quantity++) {
      portions.push({ needId: one.id, sessionId: other.id, quantity });
      take(at + 1);
      portions.pop();
    }
  };
  take(0);
  return best;
}
