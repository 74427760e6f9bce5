import { addDays, DAY, localDate } from '../../kernel/clock.js';
import { URGENCIES, type Urgency } from '../../kernel/vocabulary.js';
import type { Channel, RequesterKind } from '../../modules/needs/needs.domain.js';
import type { NeedVariant, SeedData } from '../data.js';
import { type Random, share } from '../random.js';
import { type Asked, outcomeOf, pastStates, runningStates } from './outcomes.js';
import type { NeedPlan, ResidentPlan } from './plan.js';
import { planSpecials } from './specials.js';
import { BRANCHES } from './territory.js';
import { deadlineOf, momentsOf, windowsOf } from './when.js';
import type { Crowd } from './whom.js';

export const MONTH_DAYS = 30;

/** domain.md §5.5. A steward is a requester, not a channel: they come by on their round. */
const CHANNELS: readonly {
  readonly channel: Channel;
  readonly weight: number;
  readonly asks: Readonly<Partial<Record<RequesterKind, number>>>;
}[] = [
  { channel: 'COUNTER', weight: 34, asks: { SELF: 60, FAMILY: 30, OFFICER: 10 } },
  { channel: 'PHONE', weight: 22, asks: { SELF: 55, FAMILY: 45 } },
  { channel: 'WECHAT', weight: 20, asks: { FAMILY: 65, SELF: 35 } },
  { channel: 'VISIT', weight: 9, asks: { OFFICER: 100 } },
  { channel: 'TERMINAL', weight: 9, asks: { OFFICER: 100 } },
  { channel: 'VISIT', weight: 6, asks: { STEWARD: 100 } },
];

export interface NeedContext {
  readonly data: SeedData;
  readonly crowd: Crowd;
  readonly now: Date;
  readonly scale: number;
  readonly pastMonths: number;
  readonly residents: readonly ResidentPlan[];
  readonly mother: string;
}

/** A need as dealt: what, how urgent, whose branch, when. */
export interface Card extends Asked {
  readonly branch: string;
  readonly variant: NeedVariant;
}

/** The needs of `pastMonths` stretches of thirty days and of the last one, oldest first. Keys follow that order. */
export function planNeeds(context: NeedContext, random: Random): readonly NeedPlan[] {
  const { now, pastMonths, scale } = context;
  const planned: Omit<NeedPlan, 'key'>[] = [];
  for (let back = pastMonths; back >= 0; back--) {
    const until = new Date(now.getTime() - back * MONTH_DAYS * DAY);
    const own = random.fork(`month ${back}`);
    const specials = back === 0 ? planSpecials(context, own.fork('specials')) : [];
    const cards = dealCards(context, until, own.fork('cards'), specials.length);
    const states =
      back === 0
        ? runningStates(cards, { scale, open: specials.length }, own.fork('states'))
        : pastStates(cards, own.fork('states'));
    const asking = own.fork('asking');
    planned.push(...cards.map((card, at) => planNeed(context, card, states[at]!, asking)), ...specials);
    if (back === 0) planned.push(...repeated(planned, now, own.fork('repeated')));
  }
  const sorted = planned.sort((a, b) => a.submittedAt.getTime() - b.submittedAt.getTime());
  return linkTogether(linkMerged(sorted.map((need, at) => ({ ...need, key: `N${at + 1}` }))));
}

/** What is asked in the thirty days that end with `until`, in the order in which it comes; `without` so many asked otherwise. */
export function dealCards(
  { data, scale }: Pick<NeedContext, 'data' | 'scale'>,
  until: Date,
  random: Random,
  without: number,
): readonly Card[] {
  const { needCategories, monthlySeasonality } = data.alliance;
  const usual = needCategories.reduce((sum, { perMonth }) => sum + perMonth, 0);
  const month = Number(addDays(localDate(until), -MONTH_DAYS / 2).slice(5, 7));
  const total = Math.round(usual * (monthlySeasonality[month] ?? 1)) * scale - without;
  const counts = share(
    total,
    needCategories.map(({ perMonth }) => perMonth),
  );
  const asked = random.shuffled(
    needCategories.flatMap(({ code, urgencyPct }, at) => {
      const byUrgency = share(
        counts[at]!,
        URGENCIES.map(urgency => urgencyPct[urgency]),
      );
      const variants = data.needs.variants[code] ?? [];
      return URGENCIES.flatMap((urgency: Urgency, i) =>
        Array.from({ length: byUrgency[i]! }, () => ({ root: code, urgency, variant: random.weighted(variants) })),
      );
    }),
  );
  const moments = momentsOf(total, until, MONTH_DAYS, random);
  return asked.map((card, at) => ({
    ...card,
    category: card.variant.category,
    branch: BRANCHES[at % BRANCHES.length]!.code,
    submittedAt: moments[at]!,
  }));
}

/** Turns a card into a need that stands so at `now`. */
export function planNeed(
  { data, crowd, now }: Pick<NeedContext, 'data' | 'crowd' | 'now'>,
  card: Card,
  state: NeedPlan['state'],
  random: Random,
): Omit<NeedPlan, 'key'> {
  const { branch, category, variant, urgency, submittedAt } = card;
  const { who, quantity, modes } = variant;
  const needsConsent = data.categories.some(row => row.code === category && row.needsConsent);
  const person = who === 'GROUP' || who === 'PLACE' ? null : crowd.pick(branch, who, random, needsConsent);
  const home = person ? crowd.homeOf(person) : who === 'PLACE' ? crowd.placeOf(branch, random) : null;
  const waits = state === 'OPEN' || state === 'SUBMITTED';
  const windows = waits ? windowsOf(variant.times, urgency, now, random) : [];
  const outcome = outcomeOf(state, card, now, random);
  const atHome = person !== null && modes.includes('HOME');
  const staff = person === null;
  const { channel, asks } = random.weighted(CHANNELS);
  const planned: Omit<NeedPlan, 'key'> = {
    branch,
    category,
    beneficiary: person
      ? { kind: 'RESIDENT', resident: person.key }
      : who === 'GROUP'
        ? { kind: 'GROUP', group: random.pick(data.needs.groups) }
        : { kind: 'PLACE' },
    building: home?.key ?? null,
    requester: staff ? 'OFFICER' : requesterOf(asks, random),
    requesterOrganization: null,
    requesterLogin: null,
    channel,
    urgency,
    quantity: quantity.least + quantity.step * random.between(0, Math.floor((quantity.most - quantity.least) / quantity.step)),
    minimumQuantity: 1,
    modes,
    windows,
    deadline: state === 'EXPIRED' ? outcome.closedAt : waits ? deadlineOf(urgency, windows, now, random) : null,
    acceptsCostFen: random.chance(0.85) ? variant.acceptsCostFen : 0,
    floor: atHome ? (person?.storey ?? null) : null,
    noLift: atHome && !home?.hasLift && (person?.storey ?? 1) > 2,
    wheelchair: person?.careCategories.includes('DISABLED') === true && random.chance(0.4),
    languages: person?.languages ?? [],
    description: random.pick(variant.texts),
    accessNotes:
      atHome && random.chance(0.2) ? random.pick(['敲门声音要大些', '上午在家', '家里有狗,已拴', '先打电话再上门']) : null,
    ...outcome,
    submittedAt,
    mergedInto: null,
    togetherWith: null,
  };
  return variant.allOrNothing ? { ...planned, minimumQuantity: planned.quantity } : planned;
}

const requesterOf = (asks: Readonly<Partial<Record<RequesterKind, number>>>, random: Random): RequesterKind =>
  random.weighted((Object.entries(asks) as [RequesterKind, number][]).map(([kind, weight]) => ({ kind, weight }))).kind;

const REPEATED = 3;
/** Some ask twice: the later one was merged into the first. */
function repeated(planned: readonly Omit<NeedPlan, 'key'>[], now: Date, random: Random): Omit<NeedPlan, 'key'>[] {
  const latest = now.getTime() - 2 * DAY;
  const open = planned.filter(
    ({ state, submittedAt, beneficiary, requesterLogin }) =>
      state === 'OPEN' && submittedAt.getTime() < latest && beneficiary.kind === 'RESIDENT' && requesterLogin === null,
  );
  return random
    .shuffled(open)
    .slice(0, REPEATED)
    .map(first => {
      const submittedAt = new Date(first.submittedAt.getTime() + random.between(2, 20) * 3_600_000);
      const closedAt = new Date(submittedAt.getTime() + 3_600_000);
      return { ...first, state: 'MERGED', submittedAt, openedAt: null, closedAt, windows: [], deadline: null, mergedInto: '' };
    });
}

/** Finds the key of what each was merged into: the open one of the same person and category. */
const linkMerged = (needs: readonly NeedPlan[]): readonly NeedPlan[] =>
  needs.map(need => {
    if (need.mergedInto === null) return need;
    const first = needs.find(
      other =>
        other.state === 'OPEN' &&
        other.category === need.category &&
        sameResident(other, need) &&
        other.submittedAt < need.submittedAt,
    );
    return { ...need, mergedInto: first?.key ?? null };
  });

/** Couples were planned with a word that both have: the first of the two names the other by its key. */
const linkTogether = (needs: readonly NeedPlan[]): readonly NeedPlan[] =>
  needs.map((need, at) => {
    if (need.togetherWith === null) return need;
    const other = needs.slice(at + 1).find(({ togetherWith }) => togetherWith === need.togetherWith);
    return { ...need, togetherWith: other?.key ?? null };
  });

const sameResident = ({ beneficiary: a }: NeedPlan, { beneficiary: b }: NeedPlan): boolean =>
  a.kind === 'RESIDENT' && b.kind === 'RESIDENT' && a.resident === b.resident;
