import type { NeedFacts, SessionFacts } from '../../src/modules/matching/planner/facts.js';
import type { PlanInput } from '../../src/modules/matching/planner/planning.js';
import { DEFAULT_WEIGHTS } from '../../src/modules/matching/planner/scoring.js';
import { between, type Random } from './matching.js';
import { NOW } from './world.js';

/** Whom a need is for, as far as rules look at persons. */
export const person = {
  birthDate: '1944-05-01',
  careCategories: [],
  optedOut: false,
  restricted: false,
  consentsToHealthMatching: false,
} as const;

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const now = NOW.getTime();

/** A need that everything in `session()` suits. */
export const need = (change: Partial<NeedFacts> = {}): NeedFacts => ({
  id: 'n',
  branchId: 'b1',
  categoryCode: 'HAIRCUT',
  categoryPath: 'HAIRCUT/',
  matchable: true,
  needsConsent: false,
  needsFiling: false,
  unit: 'PERSON',
  isOpen: true,
  urgency: 'P3',
  asked: 1,
  open: 1,
  minimum: 1,
  modes: ['ON_SITE'],
  windows: [],
  deadline: null,
  acceptsCostFen: 0,
  storey: null,
  noLift: false,
  languages: [],
  submittedAt: now - 10 * DAY,
  closedAt: null,
  leftOut: 0,
  forResident: true,
  personKey: null,
  promises: [],
  companion: null,
  usedOfCaps: [],
  person,
  place: { buildingId: 'x1', eastM: 0, northM: 100, hasLift: false },
  exclusions: [],
  askedSessionIds: [],
  servedBy: [],
  servedLately: 0,
  ...change,
});

/** Tomorrow from 9:00 to 11:00 in Shanghai. */
export const session = (change: Partial<SessionFacts> = {}): SessionFacts => ({
  id: 's',
  offerId: 'o',
  organizationId: 'org',
  categoryCode: 'HAIRCUT',
  coversChildren: false,
  unit: 'PERSON',
  needsFiling: false,
  isPublished: true,
  isCancelled: false,
  modes: ['ON_SITE'],
  leadTimeMinutes: 0,
  costFen: 0,
  opensAt: null,
  closesAt: null,
  hasFiling: false,
  filingValidUntil: null,
  minAgeMonths: null,
  maxAgeMonths: null,
  careCategories: [],
  eligibleBuildingIds: [],
  branchIds: [],
  languages: [],
  knownFrom: now - 30 * DAY,
  time: { startsAt: now + DAY, endsAt: now + DAY + 2 * HOUR },
  capacity: 10,
  free: 10,
  minimum: 0,
  quotas: [],
  resourceKeys: [],
  takenUp: false,
  place: { buildingId: 'x2', eastM: 20, northM: 100, hasLift: false },
  standing: [{ branchId: 'b1', pacts: [{ startsOn: '2026-01-01', endsOn: '2027-12-31' }] }],
  recentLoad: 0,
  ...change,
});

const pick = <T>(random: Random, list: readonly T[]): T => list[between(random, 0, list.length - 1)]!;

/** Needs and sessions of two categories with every rule in play here and there. */
export function randomFacts(random: Random, needCount: number, sessionCount: number) {
  const needs = Array.from({ length: needCount }, (_, i) =>
    need({
      id: `need-${i}`,
      categoryCode: pick(random, ['HAIRCUT', 'MEAL']),
      categoryPath: '',
      urgency: pick(random, ['P1', 'P2', 'P3', 'P4']),
      open: pick(random, [1, 1, 1, 2, 5]),
      modes: pick(random, [['ON_SITE'], ['HOME'], ['ON_SITE', 'HOME']]),
      windows: random() < 0.3 ? [{ startsAt: now + DAY, endsAt: now + between(random, 2, 10) * DAY }] : [],
      storey: between(random, 1, 6),
      submittedAt: now - between(random, 1, 40) * DAY,
      person: {
        birthDate: `${between(random, 1930, 1990)}-06-01`,
        careCategories: random() < 0.3 ? ['DISABLED'] : [],
        optedOut: random() < 0.03,
        restricted: false,
        consentsToHealthMatching: false,
      },
      place: {
        buildingId: `x${between(random, 0, 9)}`,
        eastM: between(random, 0, 400),
        northM: between(random, 0, 400),
        hasLift: false,
      },
    }),
  ).map(one => ({ ...one, categoryPath: `${one.categoryCode}/` }));
  const sessions = Array.from({ length: sessionCount }, (_, i) => {
    const startsAt = now + between(random, 1, 300) * HOUR;
    const free = between(random, 0, 4);
    return session({
      id: `session-${i}`,
      offerId: `offer-${i % 5}`,
      organizationId: `organization-${i % 3}`,
      categoryCode: pick(random, ['HAIRCUT', 'MEAL']),
      modes: pick(random, [['ON_SITE'], ['HOME'], ['ON_SITE', 'HOME']]),
      minAgeMonths: random() < 0.3 ? 60 * 12 : null,
      careCategories: random() < 0.1 ? ['DISABLED'] : [],
      time: random() < 0.8 ? { startsAt, endsAt: startsAt + 2 * HOUR } : null,
      capacity: free,
      free,
      place: { buildingId: 'x', eastM: between(random, 0, 400), northM: between(random, 0, 400), hasLift: false },
      recentLoad: between(random, 0, 5),
    });
  });
  return { needs, sessions };
}

/** What a run is made of: the default policy, nothing pinned, nothing out, and time enough. */
export const planInput = (
  needs: readonly NeedFacts[],
  sessions: readonly SessionFacts[],
  change: Partial<PlanInput> = {},
): PlanInput => ({
  now,
  policyVersion: 1,
  weights: DEFAULT_WEIGHTS,
  needs,
  sessions,
  pinned: [],
  forbidden: [],
  proposals: [],
  bygone: { needs: [], sessions: [] },
  budget: 60_000,
  ...change,
});
