import { clash, shareResource } from './clash.js';
import type { NeedFacts, SessionFacts } from './facts.js';
import type { MatchReason } from './rules.js';
import type { Cap } from './scoring.js';

/** A match that every rule about one pair still allows; `session.free` as it stands now. */
export interface Proposable {
  readonly id: string;
  readonly need: NeedFacts;
  readonly session: SessionFacts;
  readonly quantity: number;
}

const sum = (matches: readonly Proposable[]): number => matches.reduce((total, { quantity }) => total + quantity, 0);

/**
 * Of matches in rank order those that fall out by rules about more than one, each with its reason. First who comes too late:
 * one by one against those before it. Then what no longer holds together, round by round, until what is left keeps every rule.
 */
export function fallOut(matches: readonly Proposable[], caps: readonly Cap[]): ReadonlyMap<string, MatchReason> {
  const out = new Map<string, MatchReason>();
  const held = new Held();
  for (const match of matches) {
    const reason = tooLate(match, held, caps);
    if (reason) out.set(match.id, reason);
    else held.add(match);
  }
  for (let left = matches, before = -1; before !== out.size; ) {
    before = out.size;
    left = left.filter(({ id }) => !out.has(id));
    const inSession = Map.groupBy(left, ({ session }) => session.id);
    const ofNeed = Map.groupBy(left, ({ need }) => need.id);
    for (const match of left) {
      const reason = fallsApart(match, inSession, ofNeed);
      if (reason) out.set(match.id, reason);
    }
  }
  return out;
}

type Groups<Key> = ReadonlyMap<Key, readonly Proposable[]>;

/** Matches that hold so far, by whom and what they take up. */
class Held {
  readonly ofPerson = new Map<number, Proposable[]>();
  readonly inSession = new Map<string, Proposable[]>();
  /** One match of each session that takes up helpers or rooms, by organization. */
  readonly withResources = new Map<string, Proposable[]>();

  add(match: Proposable): void {
    const { need, session } = match;
    if (session.resourceKeys.length && !this.inSession.has(session.id)) push(this.withResources, session.organizationId, match);
    if (need.personKey !== null) push(this.ofPerson, need.personKey, match);
    push(this.inSession, session.id, match);
  }
}

function push<Key>(groups: Map<Key, Proposable[]>, key: Key, match: Proposable): void {
  const group = groups.get(key);
  if (group) group.push(match);
  else groups.set(key, [match]);
}

function tooLate(match: Proposable, held: Held, caps: readonly Cap[]): MatchReason | null {
  const { need, session, quantity } = match;
  const own = need.personKey === null ? [] : (held.ofPerson.get(need.personKey) ?? []);
  if (own.some(other => other.session.id !== session.id && meet(match, other))) return 'PERSON_BUSY';
  const rivals = held.withResources.get(session.organizationId) ?? [];
  if (rivals.some(({ session: other }) => other.id !== session.id && shareResource(other, session))) return 'HELPER_BUSY';
  const inside = held.inSession.get(session.id) ?? [];
  const kept = session.quotas.reduce((total, { branchId, places }) => {
    const taken = sum(inside.filter(other => other.need.branchId === branchId));
    return branchId === need.branchId ? total : total + Math.max(0, places - taken);
  }, 0);
  if (kept > 0 && sum(inside) + quantity + kept > session.free) return 'RESERVED_FOR_OTHERS';
  const isCapped = caps.some(({ category, times }, cap) => {
    const within = (other: Proposable): boolean => `/${other.need.categoryPath}`.includes(`/${category}/`);
    const used = (need.usedOfCaps[cap] ?? 0) + sum(own.filter(within));
    return need.personKey !== null && within(match) && used + quantity > times;
  });
  return isCapped ? 'CAP_REACHED' : null;
}

/** Two dated sessions that one person cannot both be in. */
const meet = ({ need: a, session: one }: Proposable, { need: b, session: other }: Proposable): boolean =>
  one.time !== null &&
  other.time !== null &&
  clash({ time: one.time, place: one.place ?? a.place }, { time: other.time, place: other.place ?? b.place });

function fallsApart({ need, session }: Proposable, inSession: Groups<string>, ofNeed: Groups<string>): MatchReason | null {
  const promised = session.capacity - session.free;
  if (session.minimum > 0 && sum(inSession.get(session.id) ?? []) + promised < session.minimum) return 'MINIMUM_NOT_REACHED';
  if (sum(ofNeed.get(need.id) ?? []) < need.minimum) return 'PORTION_TOO_SMALL';
  const { companion } = need;
  const isThere =
    companion === null ||
    companion.sessionIds.includes(session.id) ||
    (ofNeed.get(companion.needId) ?? []).some(other => other.session.id === session.id);
  return isThere ? null : 'TOGETHER';
}
