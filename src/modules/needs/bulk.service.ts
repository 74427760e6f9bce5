import type { EventInput } from '../../db/events.js';
import { allOf, checkInteger, checkText } from '../../kernel/check.js';
import { localDate } from '../../kernel/clock.js';
import type { InvalidInput, Problem } from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { normalize } from '../../kernel/text.js';
import type { Urgency } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { type ResidentFacts, residentFacts } from '../residents/residents.service.js';
import { allCategories } from '../taxonomy/taxonomy.service.js';
import { allBranches, allBuildings } from '../territory/territory.service.js';
import { insertDetails, type NewDetail } from './details.repo.js';
import { checkFields, checkGroup, type NeedFields, withDefaults } from './fields.domain.js';
import {
  type Channel,
  isAlive,
  type Need,
  type NeedCloseReason,
  type NeedState,
  REASONS_FOR,
  type RequesterKind,
  type TransferTarget,
} from './needs.domain.js';
import { insertNeeds, nextNeedNumbers, tie } from './needs.repo.js';
import type { Beneficiary } from './submission.service.js';

/** A need of a bulk load, with its history: when it came, was verified and ended. */
export interface BulkNeed extends Omit<Beneficiary, 'address'>, NeedFields {
  readonly id?: string;
  readonly categoryCode: string;
  /** With `buildingId`: somebody of that stairwell who is not on file, instead of the place itself. */
  readonly walkIn?: boolean;
  readonly requesterKind: RequesterKind;
  readonly requesterOrganizationId?: string | null;
  readonly requesterAccountId?: string | null;
  readonly channel: Channel;
  readonly urgency: Urgency;
  readonly submittedAt: Date;
  readonly state: NeedState;
  /** Null where it never was open. */
  readonly openedAt?: Date | null;
  /** Asked for in every state but SUBMITTED and OPEN. */
  readonly closedAt?: Date | null;
  readonly closeReason?: NeedCloseReason | null;
  readonly transferredTo?: TransferTarget | null;
  readonly mergedIntoId?: string | null;
  /** Delivered so far; all of it when FULFILLED. Promises are made by referrals only. */
  readonly fulfilled?: number;
}

interface Ready {
  readonly need: Omit<Need, 'number'>;
  readonly detail: NewDetail;
}

interface Known {
  readonly categories: ReadonlySet<string>;
  readonly branches: ReadonlyMap<string, { readonly code: string }>;
  readonly buildings: ReadonlyMap<string, { readonly branchId: string; readonly storeys: number; readonly hasLift: boolean }>;
  readonly residents: ReadonlyMap<string, ResidentFacts>;
}

const CHUNK = 500;

/**
 * Loads many needs with their history under the purpose `seed`; all or none. Each is checked as a submission at its own time
 * would be. A merged one, and one that goes together with another, names an id that is in the same load or there already. Answers with the ids in the order given.
 */
export const createNeedsBulk = (scope: Scope, rows: readonly BulkNeed[]) =>
  scope.asSystem('seed').transaction(async (tx): Promise<Result<readonly string[], InvalidInput>> => {
    const known = await knownOf(tx, rows);
    const problems: Problem[] = [];
    const ids = new Array<string>(rows.length);
    const inTime = rows.map((row, at) => ({ row, at })).sort((a, b) => a.row.submittedAt.getTime() - b.row.submittedAt.getTime());
    const ready = inTime.flatMap(({ row, at }) => {
      const id = row.id ?? newId(tx.now().getTime());
      ids[at] = id;
      const made = toNeed(row, id, known);
      if (made.ok) return [made.value];
      problems.push(...made.failure.problems.map(({ path, ...rest }) => ({ ...rest, path: [String(at), ...path] })));
      return [];
    });
    if (problems.length) return fail({ code: 'INVALID_INPUT', problems });
    const numbers = await numbersFor(tx, ready, known);
    // Merged ones point to others of the load, which must be there first.
    const sorted = [...ready.filter(({ need }) => !need.mergedIntoId), ...ready.filter(({ need }) => need.mergedIntoId)];
    for (let start = 0; start < sorted.length; start += CHUNK) {
      const chunk = sorted.slice(start, start + CHUNK);
      await insertNeeds(
        tx,
        chunk.map(({ need }) => ({ ...need, number: numbers.get(need.id) ?? '' })),
      );
      await insertDetails(
        tx,
        chunk.map(({ detail }) => detail),
      );
      await tx.append(...chunk.flatMap(({ need }) => historyOf(need)));
    }
    for (const [at, { togetherWithId }] of rows.entries())
      if (togetherWithId != null) await tie(tx, ids[at] ?? '', togetherWithId);
    return ok(ids);
  });

async function knownOf(tx: Scope, rows: readonly BulkNeed[]): Promise<Known> {
  const people = [...new Set(rows.flatMap(({ residentId }) => residentId ?? []))];
  const [categories, branches, buildings, residents] = await Promise.all([
    allCategories(tx),
    allBranches(tx),
    allBuildings(tx),
    residentFacts(tx, people),
  ]);
  return {
    categories: new Set(categories.map(({ code }) => code)),
    branches: new Map(branches.map(branch => [branch.id, branch])),
    buildings: new Map(buildings.map(building => [building.id, building])),
    residents,
  };
}

function toNeed(row: BulkNeed, id: string, known: Known): Result<Ready, InvalidInput> {
  const resident = row.residentId == null ? null : (known.residents.get(row.residentId) ?? null);
  const buildingId = resident?.buildingId ?? row.buildingId ?? null;
  const building = buildingId === null ? null : (known.buildings.get(buildingId) ?? null);
  const branchId = resident?.branchId ?? building?.branchId ?? row.branchId ?? '';
  const isPerson = row.residentId != null || (row.buildingId != null && row.walkIn === true);
  const { state, submittedAt, openedAt = null, closedAt = null } = row;
  const checked = allOf(
    problem(known.branches.has(branchId), 'branchId'),
    problem(row.residentId == null || resident !== null, 'residentId'),
    problem(row.buildingId == null || building !== null, 'buildingId'),
    problem(known.categories.has(row.categoryCode), 'categoryCode'),
    problem(
      [row.residentId, row.group, row.organizationId, row.buildingId].filter(way => way != null).length === 1,
      'residentId',
    ),
    checkGroup(row.group),
    fieldProblems(checkFields(row, { now: submittedAt, storeys: building?.storeys ?? null })),
    checkText(['categoryCode'], row.categoryCode, { max: 40, required: true }),
    checkInteger(['fulfilled'], row.fulfilled, { max: (row.quantity ?? 1) - (state === 'FULFILLED' ? 0 : 1) }),
    problem(
      openedAt === null ? state !== 'OPEN' && state !== 'FULFILLED' && state !== 'UNMET' : openedAt >= submittedAt,
      'openedAt',
    ),
    problem(state !== 'SUBMITTED' || openedAt === null, 'openedAt'),
    problem((closedAt === null) === isAlive(state) && (closedAt === null || closedAt >= (openedAt ?? submittedAt)), 'closedAt'),
    problem(fits(state, row.closeReason ?? null), 'closeReason'),
    problem((row.transferredTo != null) === (state === 'TRANSFERRED'), 'transferredTo'),
    problem((row.mergedIntoId != null) === (state === 'MERGED') && row.mergedIntoId !== id, 'mergedIntoId'),
  );
  if (!checked.ok) return checked;
  const need = {
    ...withDefaults(row, { floor: resident?.storey ?? null, noLift: building ? !building.hasLift : false }),
    id,
    branchId,
    categoryCode: row.categoryCode,
    beneficiaryKind: isPerson ? 'RESIDENT' : row.group != null ? 'GROUP' : row.organizationId != null ? 'ORGANIZATION' : 'PLACE',
    beneficiaryOrganizationId: row.organizationId ?? null,
    beneficiaryGroup: row.group == null ? null : normalize(row.group),
    requesterKind: row.requesterKind,
    requesterOrganizationId: row.requesterOrganizationId ?? null,
    channel: row.channel,
    state,
    urgency: row.urgency,
    committed: 0,
    fulfilled: state === 'FULFILLED' ? (row.quantity ?? 1) : (row.fulfilled ?? 0),
    submittedAt,
    openedAt,
    closedAt,
    closeReason: row.closeReason ?? null,
    mergedIntoId: row.mergedIntoId ?? null,
    togetherWithId: null,
    transferredTo: row.transferredTo ?? null,
    version: 1,
  } as const;
  const detail = {
    needId: id,
    branchId,
    beneficiaryId: resident?.id ?? null,
    requesterAccountId: row.requesterAccountId ?? null,
    buildingId,
    description: row.description?.trim() ?? '',
    accessNotes: row.accessNotes?.trim() || null,
  };
  return ok({ need, detail });
}

const problem = (holds: boolean, name: keyof BulkNeed): Problem | null => (holds ? null : { path: [name], rule: 'NOT_ALLOWED' });
const fieldProblems = (checked: Result<null, InvalidInput>): readonly Problem[] => (checked.ok ? [] : checked.failure.problems);

/** Ends that need a reason have one of theirs, others none. */
const fits = (state: NeedState, reason: NeedCloseReason | null): boolean => {
  const reasons: Partial<Record<NeedState, readonly NeedCloseReason[]>> = REASONS_FOR;
  const own = reasons[state];
  return own ? reason !== null && own.includes(reason) : reason === null;
};

/** One run of numbers for each branch and year, in the order of submission. */
async function numbersFor(tx: Scope, ready: readonly Ready[], known: Known): Promise<ReadonlyMap<string, string>> {
  const numbers = new Map<string, string>();
  const registers = Map.groupBy(ready, ({ need }) => `${need.branchId} ${localDate(need.submittedAt).slice(0, 4)}`);
  for (const [register, of] of [...registers].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [branchId = '', year = ''] = register.split(' ');
    const run = await nextNeedNumbers(tx, known.branches.get(branchId)?.code ?? '', year, of.length);
    for (const [i, { need }] of of.entries()) numbers.set(need.id, run[i] ?? '');
  }
  return numbers;
}

function historyOf({ id, branchId, state, submittedAt, openedAt, closedAt, closeReason, ...rest }: Ready['need']): EventInput[] {
  const { categoryCode, channel, urgency } = rest;
  const about = { subject: { type: 'Need', id }, branchId };
  const submitted = {
    ...about,
    kind: 'NEED_SUBMITTED' as const,
    to: 'SUBMITTED',
    at: submittedAt,
    data: { categoryCode, channel, urgency },
  };
  const opened = openedAt && { ...about, kind: 'NEED_OPENED' as const, from: 'SUBMITTED', to: 'OPEN', at: openedAt };
  const from = opened ? 'OPEN' : 'SUBMITTED';
  const closed = closedAt &&
    state !== 'OPEN' && { ...about, kind: `NEED_${state}` as const, from, to: state, at: closedAt, reason: closeReason };
  return [submitted, opened || null, closed || null].filter(event => event !== null);
}
