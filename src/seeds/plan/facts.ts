import { addDays, atLocal } from '../../kernel/clock.js';
import type { NeedFacts, PlaceFacts, SessionFacts } from '../../modules/matching/planner/facts.js';
import type { Category } from '../../modules/taxonomy/taxonomy.domain.js';
import type { BuildingPlan, EstatePlan, MembershipPlan, NeedPlan, OfferPlan, ResidentPlan, SessionPlan } from './plan.js';

type Estate = Pick<EstatePlan, 'buildings' | 'categories' | 'memberships' | 'offers'> & {
  readonly residents: readonly ResidentPlan[];
};

/** What is planned in the words of the rules of matching, so that the history obeys the very rules that the product holds. */
export interface PlannedFacts {
  needOf(need: NeedPlan): NeedFacts;
  /** All of them, in the order planned. */
  readonly sessions: readonly PlannedSession[];
  /** Sessions whose category is that of the need, in the order planned. */
  sessionsFor(need: NeedPlan): readonly PlannedSession[];
}

export interface PlannedSession {
  readonly key: string;
  readonly organization: string;
  readonly facts: SessionFacts;
  /** What is left of the capacity; planning takes from it. */
  free: number;
}

export function factsOf({ buildings, categories, memberships, offers, residents }: Estate): PlannedFacts {
  const categoryOf = new Map(categories.map(category => [category.code, category]));
  const placeOf = new Map(buildings.map(building => [building.key, toPlace(building)]));
  const personOf = new Map(residents.map(resident => [resident.key, resident]));
  const standingOf = Map.groupBy(memberships, ({ organization }) => organization);
  const sessions = offers.flatMap(offer =>
    offer.sessions.map(
      (session): PlannedSession => ({
        key: session.key,
        organization: offer.organization,
        facts: toSession(offer, session, mustHave(categoryOf, offer.category), standingOf.get(offer.organization) ?? [], placeOf),
        free: session.capacity,
      }),
    ),
  );
  const byCategory = Map.groupBy(sessions, ({ facts }) => facts.categoryCode);
  return {
    needOf: need => toNeed(need, mustHave(categoryOf, need.category), personOf, placeOf),
    sessions,
    sessionsFor: ({ category }) => byCategory.get(category) ?? [],
  };
}

function mustHave<T>(map: ReadonlyMap<string, T>, key: string): T {
  const found = map.get(key);
  if (found === undefined) throw new Error(`the plan has no ${key}`);
  return found;
}

const toPlace = ({ key, eastM, northM, hasLift }: BuildingPlan): PlaceFacts => ({ buildingId: key, eastM, northM, hasLift });

function toNeed(
  need: NeedPlan,
  category: Category,
  personOf: ReadonlyMap<string, ResidentPlan>,
  placeOf: ReadonlyMap<string, PlaceFacts>,
): NeedFacts {
  const { beneficiary, windows, deadline, submittedAt } = need;
  const person = beneficiary.kind === 'RESIDENT' ? (personOf.get(beneficiary.resident) ?? null) : null;
  return {
    id: need.key,
    branchId: need.branch,
    categoryCode: category.code,
    categoryPath: category.path,
    matchable: category.matchable,
    needsConsent: category.needsConsent,
    needsFiling: category.needsFiling,
    unit: category.capacityUnit,
    isOpen: true,
    urgency: need.urgency,
    asked: need.quantity,
    open: need.quantity,
    minimum: need.minimumQuantity,
    modes: need.modes,
    windows: windows.map(({ startsAt, endsAt }) => ({ startsAt: startsAt.getTime(), endsAt: endsAt.getTime() })),
    deadline: deadline?.getTime() ?? null,
    acceptsCostFen: need.acceptsCostFen,
    storey: need.floor,
    noLift: need.noLift,
    languages: need.languages,
    submittedAt: submittedAt.getTime(),
    closedAt: null,
    leftOut: 0,
    forResident: beneficiary.kind === 'RESIDENT',
    person: person && { ...person, restricted: false },
    place: need.building === null ? null : (placeOf.get(need.building) ?? null),
    exclusions: [],
    askedSessionIds: [],
    servedBy: [],
    servedLately: 0,
    personKey: null,
    promises: [],
    companion: null,
    usedOfCaps: [],
  };
}

function toSession(
  offer: OfferPlan,
  session: SessionPlan,
  category: Category,
  memberships: readonly MembershipPlan[],
  placeOf: ReadonlyMap<string, PlaceFacts>,
): SessionFacts {
  const { filing } = offer;
  return {
    id: session.key,
    offerId: offer.key,
    organizationId: offer.organization,
    categoryCode: category.code,
    coversChildren: offer.coversChildren,
    unit: category.capacityUnit,
    needsFiling: category.needsFiling,
    isPublished: offer.state === 'PUBLISHED',
    isCancelled: false,
    modes: offer.modes,
    leadTimeMinutes: offer.leadTimeMinutes,
    costFen: offer.costFen,
    opensAt: atLocal(offer.validFrom).getTime(),
    closesAt: atLocal(addDays(offer.validUntil, 1)).getTime(),
    hasFiling: filing !== null,
    filingValidUntil: filing?.validUntil ?? null,
    minAgeMonths: offer.minAgeMonths,
    maxAgeMonths: offer.maxAgeMonths,
    careCategories: offer.careCategories,
    eligibleBuildingIds: [],
    branchIds: [],
    languages: [],
    knownFrom: atLocal(offer.validFrom).getTime(),
    time: session.time && { startsAt: session.time.startsAt.getTime(), endsAt: session.time.endsAt.getTime() },
    capacity: session.capacity,
    free: session.capacity,
    minimum: session.minimumAttendance,
    quotas: session.branchQuotas.map(({ branch, places }) => ({ branchId: branch, places })),
    resourceKeys: session.resourceKeys,
    takenUp: false,
    place: session.building === null ? null : (placeOf.get(session.building) ?? null),
    standing: memberships.map(({ branch, pact }) => ({
      branchId: branch,
      pacts: pact.state === 'SIGNED' ? [{ startsOn: pact.startsOn, endsOn: pact.endsOn }] : [],
    })),
    recentLoad: 0,
  };
}
