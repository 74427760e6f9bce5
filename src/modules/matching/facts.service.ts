import { addDays, atLocal, DAY } from '../../kernel/clock.js';
import type { Scope } from '../../scope/scope.js';
import { logAccess } from '../privacy/access.service.js';
import { residentFacts } from '../residents/residents.service.js';
import { allBuildings } from '../territory/territory.service.js';
import { type Commitments, loadCommitments } from './commitments.service.js';
import {
  exclusionRows,
  historyRows,
  loadRows,
  type NeedRow,
  type NeedsWanted,
  needRows,
  type SessionRow,
  type SessionsWanted,
  sessionRows,
  standingRows,
} from './facts.repo.js';
import type { NeedFacts, PlaceFacts, SessionFacts, StandingFacts } from './planner/facts.js';
import type { Weights } from './planner/scoring.js';

export interface Facts {
  readonly needs: readonly NeedFacts[];
  readonly sessions: readonly SessionFacts[];
}

/** How far ahead suggestions look. */
export const SUGGESTION_DAYS = 60;

/** Sessions of the coming weeks and what is on request. */
export const upcoming = (now: Date) => ({ from: now, until: new Date(now.getTime() + SUGGESTION_DAYS * DAY) });

const groupBy = <T, V>(rows: readonly T[], key: (row: T) => string, value: (row: T) => V): ReadonlyMap<string, V[]> => {
  const groups = new Map<string, V[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(value(row));
    else groups.set(key(row), [value(row)]);
  }
  return groups;
};

/**
 * Loads both sides in a fixed number of statements, however many needs and sessions there are. Facts about people are read
 * under the purpose `matching` on the caller's behalf and leave one entry in the access log; whoever shows anything of them
 * answers for the caller's level.
 */
export async function loadFacts(
  scope: Scope,
  action: string,
  wanted: { readonly needs: NeedsWanted; readonly sessions: SessionsWanted },
  weights: Weights,
): Promise<Facts> {
  const now = scope.now();
  return scope.asSystem('matching').reading(async sys => {
    const [rows, foundSessions, buildings] = await Promise.all([
      needRows(sys, wanted.needs),
      sessionRows(sys, wanted.sessions),
      allBuildings(sys),
    ]);
    const foundNeeds = 'openWithin' in wanted.needs && wanted.needs.openWithin ? rows.map(asAsked) : rows;
    const needIds = foundNeeds.map(({ need }) => need.id);
    const people = [...new Set(foundNeeds.flatMap(({ beneficiaryId }) => beneficiaryId ?? []))];
    const organizationIds = [...new Set(foundSessions.map(({ offer }) => offer.organizationId))];
    const ago = (days: number): Date => new Date(now.getTime() - days * DAY);
    const places = new Map<string, PlaceFacts>(
      buildings.map(({ id, eastM, northM, hasLift }) => [id, { buildingId: id, eastM, northM, hasLift }]),
    );
    const [residents, exclusions, history, standing, load, commitments] = await Promise.all([
      residentFacts(sys, people),
      exclusionRows(sys, needIds),
      historyRows(sys, people, ago(weights.rank.repeatDays)),
      standingRows(sys, organizationIds),
      loadRows(sys, organizationIds, ago(weights.cost.loadDays)),
      loadCommitments(sys, foundNeeds, foundSessions, weights, id => places.get(id) ?? null),
      logAccess(sys, { action, detail: { needs: needIds.length, residents: people.length } }),
    ]);
    const personKeys = new Map(people.map((id, key) => [id, key]));
    const exclusionsOf = groupBy(
      exclusions,
      row => row.needId,
      ({ offerId, sessionId, reason }) => ({ offerId, sessionId, declined: reason !== 'EXCLUDED' }),
    );
    const historyOf = groupBy(
      history,
      row => row.beneficiaryId ?? '',
      row => row,
    );
    const standingOf = toStanding(standing);
    const loadOf = new Map(load.map(({ organizationId, promises }) => [organizationId, promises]));
    return {
      needs: foundNeeds.map(row => {
        const resident = row.beneficiaryId === null ? undefined : residents.get(row.beneficiaryId);
        const past = row.beneficiaryId === null ? [] : (historyOf.get(row.beneficiaryId) ?? []);
        return {
          ...toNeed(row),
          storey: row.need.floor ?? resident?.storey ?? null,
          languages: row.need.languages.length ? row.need.languages : [...(resident?.languages ?? [])],
          person: resident
            ? {
                birthDate: resident.birthDate,
                careCategories: resident.careCategories,
                optedOut: resident.optedOut,
                restricted: resident.restricted,
                consentsToHealthMatching: resident.consentsToHealthMatching,
              }
            : null,
          place: places.get(row.buildingId ?? resident?.buildingId ?? '') ?? null,
          exclusions: exclusionsOf.get(row.need.id) ?? [],
          servedBy: [...new Set(past.map(({ organizationId }) => organizationId))],
          servedLately: past
            .filter(({ categoryCode }) => categoryCode === row.need.categoryCode)
            .reduce((total, { lately }) => total + lately, 0),
          personKey: personKeys.get(row.beneficiaryId ?? '') ?? null,
          promises: row.beneficiaryId === null ? [] : commitments.promisesTo(row.beneficiaryId),
          companion: commitments.companionOf(row.need),
          usedOfCaps: commitments.usedOfCaps(row.beneficiaryId),
        };
      }),
      sessions: foundSessions.map(row => ({
        ...toSession(row, commitments),
        place: places.get(row.session.buildingId ?? '') ?? null,
        standing: standingOf.get(row.offer.organizationId) ?? [],
        recentLoad: loadOf.get(row.offer.organizationId) ?? 0,
      })),
    };
  });
}

type Personal =
  | 'storey'
  | 'languages'
  | 'person'
  | 'personKey'
  | 'place'
  | 'exclusions'
  | 'servedBy'
  | 'servedLately'
  | 'promises'
  | 'companion'
  | 'usedOfCaps';

/** A need as it was before anybody promised anything. Only what was given up is closed: what was served might have been otherwise. */
const asAsked = ({ need, ...row }: NeedRow): NeedRow => ({
  ...row,
  askedSessionIds: [],
  need: {
    ...need,
    state: 'OPEN',
    committed: 0,
    fulfilled: 0,
    leftOut: 0,
    closedAt: need.state === 'WITHDRAWN' || need.state === 'EXPIRED' ? need.closedAt : null,
  },
});

const toNeed = ({ need, category, askedSessionIds }: NeedRow): Omit<NeedFacts, Personal> => ({
  id: need.id,
  branchId: need.branchId,
  categoryCode: category.code,
  categoryPath: category.path,
  matchable: category.matchable,
  needsConsent: category.needsConsent,
  needsFiling: category.needsFiling,
  unit: category.capacityUnit,
  isOpen: need.state === 'OPEN',
  urgency: need.urgency,
  asked: need.quantity,
  open: need.quantity - need.committed - need.fulfilled,
  minimum: Math.min(need.minimumQuantity, need.quantity - need.committed - need.fulfilled),
  modes: need.modes,
  windows: need.windows.map(({ startsAt, endsAt }) => ({ startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) })),
  deadline: need.deadline?.getTime() ?? null,
  acceptsCostFen: need.acceptsCostFen,
  noLift: need.noLift,
  submittedAt: need.submittedAt.getTime(),
  closedAt: need.closedAt?.getTime() ?? null,
  leftOut: need.leftOut,
  askedSessionIds,
  forResident: need.beneficiaryKind === 'RESIDENT',
});

const toSession = (
  { session, offer, category }: SessionRow,
  { quotasOf, isTakenUp }: Commitments,
): Omit<SessionFacts, 'place' | 'standing' | 'recentLoad'> => ({
  id: session.id,
  offerId: offer.id,
  organizationId: offer.organizationId,
  categoryCode: category.code,
  coversChildren: offer.coversChildren,
  unit: category.capacityUnit,
  needsFiling: category.needsFiling,
  isPublished: offer.state === 'PUBLISHED',
  isCancelled: session.state === 'CANCELLED',
  modes: offer.modes,
  leadTimeMinutes: offer.leadTimeMinutes,
  costFen: offer.costFen,
  opensAt: offer.validFrom === null ? null : atLocal(offer.validFrom).getTime(),
  closesAt: offer.validUntil === null ? null : atLocal(addDays(offer.validUntil, 1)).getTime(),
  hasFiling: offer.filingNumber !== null,
  filingValidUntil: offer.filingValidUntil,
  minAgeMonths: offer.minAgeMonths,
  maxAgeMonths: offer.maxAgeMonths,
  careCategories: offer.careCategories,
  eligibleBuildingIds: offer.eligibleBuildingIds,
  branchIds: offer.branchIds,
  languages: offer.languages,
  knownFrom: Math.max(session.createdAt.getTime(), offer.publishedAt?.getTime() ?? 0),
  time: session.startsAt && session.endsAt ? { startsAt: session.startsAt.getTime(), endsAt: session.endsAt.getTime() } : null,
  capacity: session.capacity,
  free: session.capacity - session.reserved,
  minimum: session.minimumAttendance,
  quotas: quotasOf(session.id),
  resourceKeys: session.resourceKeys,
  takenUp: isTakenUp({ session, offer }),
});

type StandingRow = Awaited<ReturnType<typeof standingRows>>[number];

/** One list an organization, shared by all of its sessions. */
function toStanding(rows: readonly StandingRow[]): ReadonlyMap<string, readonly StandingFacts[]> {
  const byOrganization = groupBy(
    rows,
    row => row.organizationId,
    row => row,
  );
  return new Map(
    [...byOrganization].map(([organizationId, own]) => [
      organizationId,
      [
        ...groupBy(
          own,
          row => row.branchId,
          row => row,
        ),
      ].map(([branchId, ofBranch]) => ({
        branchId,
        pacts: ofBranch.flatMap(({ startsOn, endsOn }) => (startsOn && endsOn ? [{ startsOn, endsOn }] : [])),
      })),
    ]),
  );
}
