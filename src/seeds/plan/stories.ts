import { DAY, HOUR } from '../../kernel/clock.js';
import type { ReferralReason, ReferralState } from '../../modules/referrals/referrals.domain.js';
import type { SpecialNeed } from '../data.js';
import type { Random } from '../random.js';
import type { PlannedFacts, PlannedSession } from './facts.js';
import { goes } from './history.js';
import type { NeedPlan, StoryPlan } from './plan.js';
import { BRANCHES } from './territory.js';

interface Step {
  readonly to: ReferralState;
  readonly hoursAgo: number;
  readonly reason?: ReferralReason;
}

/** How referrals of a branch stand today. `fills`: one that takes the last place. */
const PLOTS: readonly {
  readonly origin: StoryPlan['origin'];
  readonly hoursAgo: number;
  readonly steps: readonly Step[];
  readonly onRequest?: boolean;
  readonly fills?: boolean;
}[] = [
  { origin: 'CLAIM', hoursAgo: 26, steps: [], fills: true },
  {
    origin: 'CLAIM',
    hoursAgo: 98,
    onRequest: true,
    steps: [
      { to: 'IN_PROGRESS', hoursAgo: 27 },
      { to: 'COMPLETED', hoursAgo: 25 },
    ],
  },
  { origin: 'CLAIM', hoursAgo: 100, onRequest: true, steps: [{ to: 'FAILED', hoursAgo: 24, reason: 'BENEFICIARY_ABSENT' }] },
  { origin: 'CLAIM', hoursAgo: 75, onRequest: true, steps: [{ to: 'IN_PROGRESS', hoursAgo: 3 }] },
  { origin: 'CLAIM', hoursAgo: 30, steps: [] },
  { origin: 'CLAIM', hoursAgo: 53, steps: [{ to: 'ON_HOLD', hoursAgo: 20, reason: 'MATERIALS_MISSING' }] },
  { origin: 'REQUEST', hoursAgo: 4, steps: [] },
  { origin: 'REQUEST', hoursAgo: 50, steps: [{ to: 'REJECTED', hoursAgo: 28, reason: 'NO_CAPACITY' }] },
  { origin: 'CLAIM', hoursAgo: 74, steps: [{ to: 'CANCELLED', hoursAgo: 22, reason: 'STAFF_SHORTAGE' }] },
  { origin: 'DRAFT', hoursAgo: 2, steps: [] },
];

/** Held only on terms that are about more than one need: left to the plans that the demonstration makes. */
const hasTerms = ({ facts: { minimum, quotas, resourceKeys } }: PlannedSession): boolean =>
  minimum > 0 || quotas.length > 0 || resourceKeys.length > 0;

/** What people did with open needs of each branch lately. Needs that must stay as they are, and what they compete for, are left alone. */
export function planStories(
  needs: readonly NeedPlan[],
  facts: PlannedFacts,
  kept: { readonly texts: ReadonlySet<SpecialNeed['text']>; readonly categories: ReadonlySet<string> },
  now: Date,
  random: Random,
): readonly StoryPlan[] {
  const taken = new Set<string>();
  const busy = new Set<string>();
  const free = needs.filter(
    ({ state, urgency, description, category }) =>
      state === 'OPEN' && urgency !== 'P0' && !kept.texts.has(description) && !kept.categories.has(category),
  );
  return BRANCHES.flatMap(({ code }) => {
    const own = random.shuffled(free.filter(({ branch }) => branch === code));
    return PLOTS.flatMap((plot): StoryPlan[] => {
      const beganAt = new Date(now.getTime() - plot.hoursAgo * HOUR);
      const suits = (need: NeedPlan, session: PlannedSession): boolean =>
        (!plot.onRequest || session.facts.time === null) &&
        !hasTerms(session) &&
        (!plot.fills || session.free === need.quantity) &&
        (session.facts.time === null || session.facts.time.startsAt > now.getTime() + DAY / 2) &&
        goes(need, session, facts, beganAt);
      for (const need of own) {
        if (taken.has(need.key) || !need.openedAt || need.openedAt >= beganAt) continue;
        // One story a person: two might want them in two places at once.
        const { beneficiary } = need;
        if (beneficiary.kind === 'RESIDENT' && busy.has(beneficiary.resident)) continue;
        const session = facts.sessionsFor(need).find(candidate => suits(need, candidate));
        if (!session) continue;
        taken.add(need.key);
        if (beneficiary.kind === 'RESIDENT') busy.add(beneficiary.resident);
        const last = plot.steps.at(-1)?.to ?? 'ACCEPTED';
        if (plot.origin === 'CLAIM' && !['FAILED', 'CANCELLED'].includes(last)) session.free -= need.quantity;
        return [
          {
            need: need.key,
            session: session.key,
            quantity: need.quantity,
            organization: session.organization,
            branch: code,
            origin: plot.origin,
            beganAt,
            steps: plot.steps.map(({ to, hoursAgo, reason = null }) => ({
              to,
              at: new Date(now.getTime() - hoursAgo * HOUR),
              reason,
            })),
          },
        ];
      }
      return [];
    });
  });
}
