import { DAY, HOUR } from '../../kernel/clock.js';
import { failures } from '../../modules/matching/planner/rules.js';
import type { CooperationRemark, ServiceRemark } from '../../modules/referrals/ratings.domain.js';
import type { ReceivedBy } from '../../modules/referrals/records.domain.js';
import type { Random } from '../random.js';
import type { PlannedFacts, PlannedSession } from './facts.js';
import type { NeedPlan, ServicePlan } from './plan.js';

/** domain.md §5.5: of what was fulfilled, so much by partners; the rest by staff and neighbours, without a referral. */
const BY_PARTNERS = 0.58;
const LATEST_DAYS = 30;

/** True when the rules allow the pair at that moment and enough is free. */
export const goes = (need: NeedPlan, session: PlannedSession, facts: PlannedFacts, at: Date): boolean =>
  session.free >= need.quantity && failures(facts.needOf(need), session.facts, at.getTime()).next().done === true;

/** Which of the fulfilled needs a partner served, and in which of its sessions: in the order in which they came. */
export function planServices(needs: readonly NeedPlan[], facts: PlannedFacts, now: Date, random: Random): readonly ServicePlan[] {
  return needs.flatMap(need => {
    if (need.state !== 'FULFILLED' || !need.openedAt || !random.chance(BY_PARTNERS)) return [];
    const acceptedAt = new Date(need.openedAt.getTime() + random.between(30, 240) * 60_000);
    const latest = Math.min(now.getTime() - HOUR, acceptedAt.getTime() + LATEST_DAYS * DAY);
    const session = facts
      .sessionsFor(need)
      .find(candidate => endOf(candidate, acceptedAt, random) <= latest && goes(need, candidate, facts, acceptedAt));
    return session ? [serve(need, session, acceptedAt, { latest, now }, random)] : [];
  });
}

const ON_REQUEST_HOURS = 26;
const startOf = ({ facts }: PlannedSession, acceptedAt: Date): number =>
  facts.time?.startsAt ?? acceptedAt.getTime() + facts.leadTimeMinutes * 60_000;
const endOf = (session: PlannedSession, acceptedAt: Date, random: Random): number =>
  session.facts.time?.endsAt ?? startOf(session, acceptedAt) + random.between(1, ON_REQUEST_HOURS) * HOUR;

/** The call-back comes within some days. */
const CALL_BACK_HOURS = 96;

/** Who is asked mostly says something, and mostly something kind; no figures of such an estate are public. */
const RATED = 0.7;
const COOPERATION_RATED = 0.4;
const COOPERATION_HOURS = 240;
const SCORES = [
  { score: 5, weight: 48 },
  { score: 4, weight: 32 },
  { score: 3, weight: 12 },
  { score: 2, weight: 5 },
  { score: 1, weight: 3 },
] as const;
const GOOD: readonly ServiceRemark[] = ['KIND', 'SKILLED', 'ON_TIME', 'THOROUGH'];
const BAD: readonly ServiceRemark[] = ['LATE', 'UNFINISHED', 'POOR_WORK', 'UNKIND'];
const EASY: readonly CooperationRemark[] = ['WELL_DESCRIBED', 'EASY_TO_REACH', 'WELL_PREPARED'];
const HARD: readonly CooperationRemark[] = ['SHORT_NOTICE', 'BADLY_DESCRIBED', 'NOT_PREPARED'];

function say<Remark>(random: Random, good: readonly Remark[], bad: readonly Remark[]) {
  const { score } = random.weighted(SCORES);
  const said = score === 3 ? [] : [random.pick(score > 3 ? good : bad)];
  return { score, remarks: said };
}

/** What both sides said of a service that was confirmed. */
function rate(confirmedAt: Date | null, now: Date, random: Random): Pick<ServicePlan, 'rating' | 'cooperation'> {
  if (!confirmedAt) return { rating: null, cooperation: null };
  const rating = random.chance(RATED) ? say(random, GOOD, BAD) : null;
  const at = new Date(confirmedAt.getTime() + random.between(1, COOPERATION_HOURS) * HOUR);
  const cooperation = random.chance(COOPERATION_RATED) && at < now ? { ...say(random, EASY, HARD), at } : null;
  return { rating, cooperation };
}

function serve(
  need: NeedPlan,
  session: PlannedSession,
  acceptedAt: Date,
  { latest, now }: { readonly latest: number; readonly now: Date },
  random: Random,
): ServicePlan {
  session.free -= need.quantity;
  const from = startOf(session, acceptedAt);
  const until = Math.min(latest, session.facts.time?.endsAt ?? from + ON_REQUEST_HOURS * HOUR);
  const startedAt = new Date(from + Math.floor((until - from) / 2));
  const endedAt = new Date(Math.min(until, startedAt.getTime() + random.between(15, 60) * 60_000));
  const receivedBy: ReceivedBy =
    need.beneficiary.kind === 'RESIDENT' ? random.pick(['BENEFICIARY', 'BENEFICIARY', 'FAMILY']) : 'GROUP';
  const closedAt = new Date(Math.min(latest + HOUR / 2, endedAt.getTime() + random.between(5, 120) * 60_000));
  const calledBackAt = new Date(closedAt.getTime() + random.between(2, CALL_BACK_HOURS) * HOUR);
  const confirmedAt = calledBackAt < now ? calledBackAt : null;
  return {
    need: need.key,
    session: session.key,
    organization: session.organization,
    quantity: need.quantity,
    acceptedAt,
    startedAt,
    endedAt,
    closedAt,
    receivedBy,
    confirmedAt,
    ...rate(confirmedAt, now, random.fork(`ratings of ${need.key}`)),
  };
}
