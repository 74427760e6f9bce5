import { accountOf, worksFor } from '../../kernel/actor.js';
import type { Forbidden, NotFound } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { AccessPurpose, KinshipRelation } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { organizationById } from '../alliance/alliance.service.js';
import { decisionsAbout, notesAbout } from '../matching/decisions.service.js';
import { findNeed, needsAbout } from '../needs/needs.service.js';
import { type ServiceRating, serviceRatingByReferral } from '../referrals/ratings.service.js';
import { servicesAbout } from '../referrals/records.service.js';
import { relationTo } from '../residents/kinships.service.js';
import { findResident } from '../residents/residents.service.js';
import { linksTo, readWhole } from '../residents/rights.service.js';
import { addressOf } from '../territory/territory.domain.js';
import { branchById, buildingById } from '../territory/territory.service.js';
import { statedPurpose } from './access.domain.js';
import { allAccess, logAccess } from './access.service.js';
import { consentState } from './consents.domain.js';
import { allConsents } from './consents.repo.js';
import { EXPORT_VERSION, type ExportedNeed, MAX_EXPORTED, type PersonalData } from './export.domain.js';
import { allHolds, allRequests, isAskedFor } from './export.repo.js';
import { openWords } from './requests.repo.js';

/** To whom an assessment of ability is told (`domain.md` §7: not to other kin unless the person agreed). */
const TOLD_ASSESSMENTS: readonly (KinshipRelation | null)[] = ['SELF', 'GUARDIAN'];

export interface ExportResident {
  readonly residentId: string;
  readonly purpose: AccessPurpose;
}

/**
 * Everything on file about one person, for the person and verified kin at any time, for staff of the branch while somebody's request
 * for access or a copy is open: no export without one. The look is written down first: no entry, no file.
 */
export async function exportResident(scope: Scope, command: ExportResident): Promise<Result<PersonalData, NotFound | Forbidden>> {
  const { residentId, purpose } = command;
  const resident = await findResident(scope, residentId, purpose);
  const { actor } = scope;
  if (!resident || actor.kind !== 'ACCOUNT') return fail({ code: 'NOT_FOUND', path: ['residentId'] });
  const isKin = actor.kinIds.includes(residentId);
  const staff = !isKin && worksFor(actor, resident.branchId);
  if (staff && !(await scope.reading(tx => isAskedFor(tx, residentId)))) return fail({ code: 'FORBIDDEN', path: ['residentId'] });
  await logAccess(scope, { action: 'RESIDENT_EXPORTED', residentId, detail: { purpose } });
  const relation = staff ? null : await scope.reading(tx => relationTo(tx, residentId));
  const mayKnowAssessment = staff || TOLD_ASSESSMENTS.includes(relation);
  const data = await scope.asSystem('rights').reading(tx => assemble(tx, residentId, mayKnowAssessment));
  return data ? ok(data) : fail({ code: 'NOT_FOUND', path: ['residentId'] });
}

/** The caller's own record, as far as a verified link says which it is; null without one. */
export async function ownData(scope: Scope): Promise<PersonalData | null> {
  if (scope.actor.kind !== 'ACCOUNT') return null;
  const { kinIds } = scope.actor;
  for (const residentId of kinIds) {
    const relation = await scope.reading(tx => relationTo(tx, residentId));
    if (relation !== 'SELF') continue;
    const exported = await exportResident(scope, { residentId, purpose: 'RIGHTS_REQUEST' });
    return exported.ok ? exported.value : null;
  }
  return null;
}

async function assemble(tx: Scope, residentId: string, mayKnowAssessment: boolean): Promise<PersonalData | null> {
  const whole = await readWhole(tx, residentId);
  if (!whole) return null;
  const most = MAX_EXPORTED + 1;
  const [branch, building, links, needs, consents, requests, legalHolds, accessLog] = await Promise.all([
    branchName(tx, whole.branchId),
    tx.load(buildingById, whole.buildingId),
    linksTo(tx, residentId, most),
    exportedNeeds(tx, residentId, most),
    allConsents(tx, residentId, most),
    allRequests(tx, residentId, most),
    allHolds(tx, residentId, most),
    allAccess(tx, residentId, most),
  ]);
  const me = accountOf(tx.actor);
  const sections = { links, needs, consents, requests, legalHolds, accessLog };
  const kept = <T>(rows: readonly T[]): readonly T[] => rows.slice(0, MAX_EXPORTED);
  const { id, branchId, buildingId, maskedName, maskedPhone, version, abilityLevel, ...record } = whole;
  return {
    schemaVersion: EXPORT_VERSION,
    generatedAt: tx.now(),
    record: {
      ...record,
      branch,
      building: building ? addressOf(building) : '',
      abilityLevel: mayKnowAssessment ? abilityLevel : null,
    },
    links: kept(links).map(({ relation, state, createdAt, verifiedAt, accountId }) => ({
      relation,
      state,
      createdAt,
      verifiedAt,
      yours: accountId === me,
    })),
    needs: kept(needs),
    consents: await Promise.all(
      kept(consents).map(async consent => {
        const { purpose, dataClass, relation, method, noticeVersion, grantedAt } = consent;
        const { withdrawalRelation, withdrawalMethod, withdrawnAt } = consent;
        const given = { purpose, dataClass, relation, method, noticeVersion, grantedAt };
        const withdrawn = { withdrawalRelation, withdrawalMethod, withdrawnAt };
        const need = consent.needId === null ? null : ((await findNeed(tx, consent.needId))?.number ?? null);
        const organization = await organizationName(tx, consent.organizationId ?? undefined);
        return { ...given, ...withdrawn, need, organization, state: consentState(consent) };
      }),
    ),
    requests: kept(requests).map(request => {
      const { kind, state, relation, onBehalf, channel, deceasedOn, createdAt, dueAt, decidedAt, refusalReason } = request;
      // What another relative wrote is theirs.
      const words = relation === 'SELF' || request.requestedBy === me ? openWords(tx, request) : null;
      return { kind, state, relation, onBehalf, channel, words, deceasedOn, createdAt, dueAt, decidedAt, refusalReason };
    }),
    legalHolds: kept(legalHolds),
    accessLog: await Promise.all(
      kept(accessLog).map(async entry => {
        const { at, action, actorRole: by, detail } = entry;
        const fields = typeof detail.fields === 'string' ? detail.fields.split(',') : [];
        const organization = await organizationName(tx, detail.organizationId);
        return { at, action, by, purpose: statedPurpose(entry), fields, organization };
      }),
    ),
    cut: Object.entries(sections).flatMap(([section, rows]) => (rows.length > MAX_EXPORTED ? [section] : [])),
  };
}

/** Every published decision about what a person asked for, in words; for whoever may see the record. Null for others. */
export async function explainedDecisions(scope: Scope, residentId: string) {
  if (!(await findResident(scope, residentId, 'RIGHTS_REQUEST'))) return null;
  return scope.asSystem('rights').reading(async tx => {
    const told = await needsAbout(tx, residentId, MAX_EXPORTED);
    const numbers = new Map(told.map(({ need }) => [need.id, need.number]));
    const decisions = await decisionsAbout(tx, [...numbers.keys()]);
    return decisions.map(decision => ({ ...decision, needNumber: numbers.get(decision.needId) ?? '' }));
  });
}

const branchName = async (tx: Scope, id: string): Promise<string> => (await tx.load(branchById, id))?.name ?? '';
const organizationName = async (tx: Scope, id: unknown): Promise<string | null> =>
  typeof id === 'string' ? ((await tx.load(organizationById, id))?.name ?? null) : null;

async function exportedNeeds(tx: Scope, residentId: string, most: number): Promise<readonly ExportedNeed[]> {
  const told = await needsAbout(tx, residentId, most);
  const ids = told.map(({ need }) => need.id);
  const [decisions, services, notes] = await Promise.all([decisionsAbout(tx, ids), servicesAbout(tx, ids), notesAbout(tx, ids)]);
  const decided = Map.groupBy(decisions, ({ needId }) => needId);
  const served = Map.groupBy(services, ({ referral }) => referral.needId);
  const noted = Map.groupBy(notes, ({ needId }) => needId);
  const me = accountOf(tx.actor);
  return Promise.all(
    told.map(async ({ need, building, description, accessNotes, requestedBy }): Promise<ExportedNeed> => {
      const { number, state, urgency, quantity, fulfilled, channel, modes, windows, deadline, acceptsCostFen, floor, noLift } =
        need;
      const { wheelchair, languages, submittedAt, closedAt, closeReason } = need;
      return {
        number,
        category: need.category.labelZh,
        state,
        urgency,
        quantity,
        fulfilled,
        channel,
        modes,
        windows,
        deadline,
        acceptsCostFen,
        floor,
        noLift,
        wheelchair,
        languages,
        building: building && addressOf(building),
        branch: need.branch.name,
        description,
        accessNotes,
        askedByYou: requestedBy !== null && requestedBy === me,
        submittedAt,
        closedAt,
        closeReason,
        decisions: await Promise.all(
          (decided.get(need.id) ?? []).map(async ({ decidedAt, kind, state, organizationId, why }) => ({
            decidedAt,
            kind,
            state,
            organization: await organizationName(tx, organizationId),
            why,
          })),
        ),
        services: await Promise.all(
          (served.get(need.id) ?? []).map(async ({ referral, record, organization }) => {
            const { id, number, state, reason, quantity, acceptedAt, closedAt } = referral;
            const told = { number, organization, state, reason, quantity, acceptedAt, closedAt };
            const rating = await tx.load(serviceRatingByReferral, id);
            return { ...told, record: record && recordOf(record), rating: rating && ratingOf(rating) };
          }),
        ),
        notesWrittenAt: (noted.get(need.id) ?? []).map(({ writtenAt }) => writtenAt),
      };
    }),
  );
}

const ratingOf = ({ score, remarks, note, ratedAs, ratedAt }: ServiceRating) => ({ score, remarks, note, ratedAs, ratedAt });

type Services = Awaited<ReturnType<typeof servicesAbout>>;
const recordOf = ({
  startedAt,
  endedAt,
  quantity,
  receivedBy,
  place,
  evidence,
  confirmation,
}: NonNullable<Services[number]['record']>) => ({
  startedAt,
  endedAt,
  quantity,
  receivedBy,
  place,
  evidence: evidence.map(({ kind, reference }) => ({ kind, reference })),
  confirmation,
});
