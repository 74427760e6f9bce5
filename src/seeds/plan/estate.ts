import { DAY, localDate } from '../../kernel/clock.js';
import type { SeedData } from '../data.js';
import { createRandom } from '../random.js';
import { planAccounts, planCategories, planMemberships, planOrganizations } from './alliance.js';
import { factsOf } from './facts.js';
import { planServices } from './history.js';
import { planNeeds } from './needs.js';
import { planOffers } from './offers.js';
import { planResidents } from './people.js';
import type { EstatePlan, NeedPlan, ServicePlan } from './plan.js';
import { planStories } from './stories.js';
import { AREAS, BRANCHES, COMMUNITY, planBuildings } from './territory.js';
import { gather, kinOf } from './whom.js';

export interface EstateOptions {
  readonly seed: number;
  readonly now: Date;
  /** Months of history, this one included. */
  readonly months: number;
  /** Residents, offers and needs, as multiples of the estate's own. */
  readonly scale: number;
}

/** The one thing that all branches want: what serves it is left for them to compete for. */
const SHARED = 'DISABILITY_AID';

/** The whole estate. The same options and data give the same plan. */
export function planEstate(data: SeedData, { seed, now, months, scale }: EstateOptions): EstatePlan {
  const random = createRandom(`estate ${seed}`);
  const today = localDate(now);
  const pastMonths = months - 1;
  const buildings = planBuildings();
  const categories = planCategories(data);
  const memberships = planMemberships(data, random.fork('memberships'), today);
  const residents = planResidents(data, buildings, random.fork('residents'), { today, scale });
  const { mother, father } = kinOf(residents, today);
  // Thirty days reach into one calendar month more.
  const offers = planOffers(data, random.fork('offers'), { today, pastMonths: pastMonths + 1, scale });
  const crowd = gather(residents, buildings, today);
  const asked = planNeeds({ data, crowd, residents, now, scale, pastMonths, mother: mother.key }, random.fork('needs'));
  const facts = factsOf({ buildings, categories, memberships, offers, residents });
  const services = planServices(asked, facts, now, random.fork('services'));
  const needs = closedBy(asked, services);
  const kept = { texts: new Set(data.needs.specials.map(({ text }) => text)), categories: new Set([SHARED]) };
  return {
    community: COMMUNITY,
    areas: AREAS,
    branches: BRANCHES,
    buildings,
    categories,
    organizations: planOrganizations(data),
    memberships,
    accounts: planAccounts(data),
    residents,
    kinships: [
      {
        login: 'family.1',
        resident: mother.key,
        relation: 'DAUGHTER',
        state: 'VERIFIED',
        verifiedBy: 'secretary.b1',
        verifiedAt: new Date(now.getTime() - 40 * DAY),
      },
      {
        login: 'family.2',
        resident: father.key,
        relation: 'SON',
        state: 'REVOKED',
        verifiedBy: 'secretary.b1',
        verifiedAt: new Date(now.getTime() - 90 * DAY),
      },
    ],
    offers,
    needs,
    services,
    stories: planStories(needs, facts, kept, now, random.fork('stories')),
  };
}

/** A need that a partner served was done when the partner was. */
function closedBy(needs: readonly NeedPlan[], services: readonly ServicePlan[]): readonly NeedPlan[] {
  const doneAt = new Map(services.map(({ need, closedAt }) => [need, closedAt]));
  return needs.map(need => ({ ...need, closedAt: doneAt.get(need.key) ?? need.closedAt }));
}
