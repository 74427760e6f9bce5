import type { TestDatabase } from './database.js';
import { profileIn } from './profiles.js';
import { NOW, WORLD } from './world.js';

/** A need and a session as the tables hold them, with nothing worked out. */
type Row = Readonly<Record<string, any>>;

/** Everything that the hard rules ask about, read past all walls by plain SQL. */
export async function readWorld({ owner }: TestDatabase) {
  const stored: Row[] = await owner`
    select n.*, n.quantity::float8 - n.committed - n.fulfilled as open, n.accepts_cost_fen::float8 as accepts, d.beneficiary_id, coalesce(d.building_id, r.building_id) as home, r.profile_sealed, r.id as resident_id,
      r.opted_out, r.restricted, exists (select from personal.consent s where s.resident_id = r.id and s.purpose = 'HEALTH_MATCHING' and s.withdrawn_at is null) as consents, n.modes::text[] as modes, c.path, c.capacity_unit, c.matchable, c.needs_consent, c.needs_filing,
      array(select coalesce(session_id, offer_id)::text from pair_exclusion x where x.need_id = n.id) as excluded
    from need n join service_category c on c.code = n.category_code left join personal.need_detail d on d.need_id = n.id left join personal.resident r on r.id = d.beneficiary_id
    where n.community_id = ${WORLD.community}`;
  const needs = stored.map((row): Row => {
    const { community_id, resident_id: id, profile_sealed } = row;
    const person = id && profileIn({ community_id, id, profile_sealed });
    return person ? { ...row, born: person.birthDate, care: person.careCategories } : row;
  });
  const sessions: Row[] = await owner`
    select s.id, s.offer_id, s.state as session_state, s.starts_at, s.ends_at, s.capacity::float8 - s.reserved as free, o.organization_id, o.category_code, o.covers_children, o.state as offer_state, o.modes::text[] as modes, o.lead_time_minutes,
      o.cost_fen::float8 as cost, o.valid_from::text, o.valid_until::text, o.filing_number, o.filing_valid_until::text, o.min_age_months, o.max_age_months, o.care_categories::text[] as care,
      o.eligible_building_ids::text[] as buildings, o.branch_ids::text[] as branches, c.capacity_unit, c.needs_filing,
      array(select m.branch_id || '/' || p.starts_on || '/' || p.ends_on from membership m join pact p on p.membership_id = m.id and p.state = 'SIGNED' where m.organization_id = o.organization_id and m.state = 'ACTIVE') as pacts
    from session s join offer o on o.id = s.offer_id join service_category c on c.code = o.category_code where s.community_id = ${WORLD.community}`;
  return { needs, sessions };
}

const SHANGHAI = 8 * 3_600_000;
const dayOf = (moment: number): string => new Date(moment + SHANGHAI).toISOString().slice(0, 10);
const beginOf = (day: string): number => Date.parse(`${day}T00:00:00+08:00`);
const monthsBetween = (born: string, day: string): number => {
  const [b, d] = [new Date(born), new Date(day)];
  const whole = (d.getUTCFullYear() - b.getUTCFullYear()) * 12 + d.getUTCMonth() - b.getUTCMonth();
  return d.getUTCDate() < b.getUTCDate() ? whole - 1 : whole;
};

/** The eight hard rules of reference/matching.md §1, written a second time, straight from its text. */
export function isAllowed(need: Row, session: Row, now = NOW.getTime()): boolean {
  // 8, and what is no need for matching at all
  if (need.urgency === 'P0' || need.state !== 'OPEN' || !need.matchable || need.open <= 0) return false;
  // 1
  const ancestors: string[] = need.path.split('/').filter(Boolean);
  const covered =
    need.category_code === session.category_code || (session.covers_children && ancestors.includes(session.category_code));
  if (!covered || need.capacity_unit !== session.capacity_unit) return false;
  // 4
  const notice = now + session.lead_time_minutes * 60_000;
  const closes = beginOf(session.valid_until) + 86_400_000;
  const deadline = need.deadline ? need.deadline.getTime() : Number.POSITIVE_INFINITY;
  const windows: { from: number; to: number }[] = need.windows.length
    ? need.windows.map((w: Row) => ({ from: Date.parse(w.startsAt), to: Date.parse(w.endsAt) }))
    : [{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }];
  let start: number;
  if (session.starts_at) {
    start = session.starts_at.getTime();
    const end = session.ends_at.getTime();
    if (start < notice || end > deadline || start < beginOf(session.valid_from) || end > closes) return false;
    if (windows.every(({ from, to }) => to <= start || from >= end)) return false;
  } else {
    const first = Math.max(notice, beginOf(session.valid_from));
    const last = Math.min(deadline, closes);
    const starts = windows
      .filter(({ from, to }) => Math.max(from, first) < Math.min(to, last))
      .map(({ from }) => Math.max(from, first));
    if (!starts.length) return false;
    start = Math.min(...starts);
  }
  const day = dayOf(start);
  // 2
  if (session.min_age_months !== null || session.max_age_months !== null) {
    if (!need.born) return false;
    const age = monthsBetween(need.born, day);
    if (age < (session.min_age_months ?? 0) || age >= (session.max_age_months ?? Number.POSITIVE_INFINITY)) return false;
  }
  if (session.care.length && !session.care.some((group: string) => need.care?.includes(group))) return false;
  if (session.buildings.length && !session.buildings.includes(need.home)) return false;
  // 3
  if (session.branches.length && !session.branches.includes(need.branch_id)) return false;
  if (!need.modes.some((mode: string) => session.modes.includes(mode))) return false;
  // 5
  if (session.offer_state !== 'PUBLISHED' || session.session_state !== 'SCHEDULED') return false;
  const inForce = session.pacts.some((pact: string) => {
    const [branch, from, to] = pact.split('/');
    return branch === need.branch_id && from! <= day && day <= to!;
  });
  if (!inForce) return false;
  if (
    (session.needs_filing || need.needs_filing) &&
    !(session.filing_number && (!session.filing_valid_until || session.filing_valid_until >= day))
  )
    return false;
  // 6
  if (session.cost > need.accepts) return false;
  // 7
  if (need.opted_out || need.restricted || need.excluded.includes(session.offer_id) || need.excluded.includes(session.id))
    return false;
  return !(need.needs_consent && need.beneficiary_kind === 'RESIDENT' && !need.consents);
}
