import { isStaff, worksFor } from '../../kernel/actor.js';
import { allOf, checkCount } from '../../kernel/check.js';
import { localDate } from '../../kernel/clock.js';
import type { Forbidden, IdempotencyKeyReused, InvalidInput, NotFound, Problem, StaleVersion } from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import type { Page, PageWindow } from '../../kernel/page.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { normalize } from '../../kernel/text.js';
import type { AccessPurpose } from '../../kernel/vocabulary.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { logAccess, logLooks } from '../privacy/access.service.js';
import { allBuildings, buildingById, findBuildings } from '../territory/territory.service.js';
import { moveToBranch } from './kinships.repo.js';
import { listOfResidents, type ResidentFilter } from './lists.repo.js';
import { toE164 } from './phone.js';
import {
  bornBy,
  type ClearValues,
  checkResident,
  REVEALABLE_FIELDS,
  type Resident,
  type ResidentFacts,
  type ResidentFields,
  type RevealableField,
} from './residents.domain.js';
import { factsOf, insertResidents, lockResident, readClear, readResidents, saveResident } from './residents.repo.js';

export { BY_ID } from './lists.repo.js';
export { ageBand, type Resident, type ResidentFacts, type ResidentObjections } from './residents.domain.js';
export { canSee, canSeeAssessment } from './residents.policy.js';
export { lockClearValues, lockResident as holdRecord, saveObjections } from './residents.repo.js';
export { openProfile, sealedResidents } from './sealing.repo.js';

interface Look {
  readonly id: string;
  readonly purpose: AccessPurpose;
}

/** Masked records for whoever may see them, each look written down in the transaction that reads: no entry, no record. */
const residentFor = defineLoader<Look, Resident>(
  'residentFor',
  (scope, looks) =>
    scope.reading(async tx => {
      const found = new Map((await readResidents(tx, [...new Set(looks.map(({ id }) => id))])).map(row => [row.id, row]));
      const seen = looks.filter(({ id }) => found.has(id));
      for (const [purpose, ofPurpose] of Map.groupBy(seen, look => look.purpose)) {
        const ids = ofPurpose.map(({ id }) => id);
        await logLooks(tx, 'RESIDENT_OPENED', ids, { purpose });
      }
      return new Map(looks.map(look => [keyOf(look), found.get(look.id)]).filter(hasRecord));
    }),
  keyOf,
);
function keyOf({ id, purpose }: Look): string {
  return `${id} ${purpose}`;
}
const hasRecord = (entry: readonly (string | Resident | undefined)[]): entry is [string, Resident] => entry[1] !== undefined;

/** The resident, masked; null when there is none or it is not the caller's to see. `purpose`: why, when it was said. */
export const findResident = (scope: Scope, id: string, purpose?: AccessPurpose | null): Promise<Resident | null> =>
  scope.load(residentFor, { id, purpose: purpose ?? (isStaff(scope.actor) ? 'CASE_WORK' : 'FAMILY_CARE') });

/**
 * What matching asks of people, by id. Under the caller's own actor only of those he may see; of all under a system purpose,
 * and then whoever asks writes the access log.
 */
export const residentFacts = (scope: Scope, ids: readonly string[]): Promise<ReadonlyMap<string, ResidentFacts>> =>
  scope.reading(async tx => new Map((await factsOf(tx, ids)).map(facts => [facts.id, facts])));

/** The residents that the caller is verified kin of. */
export async function kinOf(scope: Scope): Promise<readonly Resident[]> {
  if (scope.actor.kind !== 'ACCOUNT') return [];
  const found = await Promise.all(scope.actor.kinIds.map(id => findResident(scope, id)));
  return found.filter(resident => resident !== null);
}

/** How staff look for people. `address` as people write it, `minAge` in whole years on this day. */
export interface ResidentSearch extends Omit<ResidentFilter, 'bornBy' | 'buildingIds'> {
  readonly address?: string | null;
  readonly minAge?: number | null;
}

/** What tells who or how people are: to search by it, staff say why. */
const SENSITIVE_FILTERS = ['name', 'phone', 'minAge', 'careCategories'] as const satisfies readonly (keyof ResidentSearch)[];
const sensitiveOf = (search: ResidentSearch) =>
  SENSITIVE_FILTERS.filter(name => search[name] != null && (name !== 'careCategories' || search.careCategories?.length));
export const asksForPurpose = (scope: Scope, search: ResidentSearch): boolean =>
  isStaff(scope.actor) && sensitiveOf(search).length > 0;

/**
 * A page of the people of the branches that the caller works for, and how many there are when `counted`. Whom it shows, why, and
 * by what they were found (names of filters, no values) is written down in the transaction that reads; also that nobody was found.
 */
export async function listResidents(
  scope: Scope,
  search: ResidentSearch,
  window: PageWindow,
  { counted, purpose }: { readonly counted: boolean; readonly purpose: AccessPurpose },
): Promise<{ readonly page: Page<Resident>; readonly totalCount: number | null }> {
  const { address, minAge, ...rest } = search;
  const buildings = address == null ? null : await findBuildings(scope, address);
  const filter: ResidentFilter = {
    ...rest,
    bornBy: minAge == null ? null : bornBy(minAge, localDate(scope.now())),
    buildingIds: buildings?.map(({ id }) => id),
  };
  const by = sensitiveOf(search).join();
  return scope.reading(async tx => {
    const found = await listOfResidents(tx, filter, window, counted);
    const shown = found.page.edges.map(({ node }) => node.id);
    if (isStaff(tx.actor)) await logLooks(tx, 'RESIDENTS_LISTED', shown, { purpose, ...(by && { by }) });
    return found;
  });
}

export interface RevealResident {
  readonly residentId: string;
  readonly fields: readonly RevealableField[];
  readonly purpose: AccessPurpose;
}

/** Clear values for whoever may see the record, each look written down in the same transaction: no entry, no value. */
export const revealResident = (scope: Scope, { residentId, fields, purpose }: RevealResident) =>
  scope.transaction(async (tx): Promise<Result<ClearValues, NotFound | InvalidInput>> => {
    const checked = allOf(checkCount(['fields'], fields, { min: 1, max: REVEALABLE_FIELDS.length }));
    if (!checked.ok) return checked;
    if (tx.actor.kind !== 'ACCOUNT') return fail({ code: 'NOT_FOUND', path: ['residentId'] });
    const clear = await readClear(tx, residentId, fields);
    if (!clear) return fail({ code: 'NOT_FOUND', path: ['residentId'] });
    await logAccess(tx, { action: 'RESIDENT_REVEALED', residentId, detail: { purpose, fields: [...new Set(fields)].join() } });
    return ok(clear);
  });

export interface CreateResident extends ResidentFields {
  readonly idempotencyKey: string;
}

/** Puts a person on file, in the branch of their building. */
export const createResident = (scope: Scope, { idempotencyKey, ...fields }: CreateResident) =>
  scope.transaction(async (tx): Promise<Result<Resident, NotFound | Forbidden | InvalidInput | IdempotencyKeyReused>> => {
    const building = await tx.load(buildingById, fields.buildingId);
    if (!building) return fail({ code: 'NOT_FOUND', path: ['buildingId'] });
    if (!worksFor(tx.actor, building.branchId)) return fail({ code: 'FORBIDDEN' });
    const checked = checkResident(fields, { storeys: building.storeys, today: localDate(tx.now()) });
    if (!checked.ok) return checked;
    return tx.once(
      { operation: 'residentCreate', key: idempotencyKey, input: fields },
      async (): Promise<Result<Resident, never>> => {
        const id = newId();
        const { branchId } = building;
        await insertResidents(tx, [
          { ...fields, ...cleaned(fields), id, branchId, isTest: false, optedOut: false, createdAt: tx.now() },
        ]);
        await tx.append({ kind: 'RESIDENT_REGISTERED', subject: { type: 'Resident', id }, branchId });
        return ok(await theOneJustWritten(tx, id));
      },
      id => findResident(tx, id),
    );
  });

const theOneJustWritten = async (tx: Scope, id: string): Promise<Resident> => {
  const resident = await findResident(tx, id);
  if (!resident) throw new Error('a resident just written cannot be read');
  return resident;
};

/** As it is kept: names and rooms without stray spaces, phones in E.164; an empty text means nothing. */
const cleaned = ({ name, phone, room }: Pick<ResidentFields, 'name' | 'phone' | 'room'>) => ({
  name: normalize(name),
  phone: phone ? toE164(phone) : null,
  room: room ? normalize(room) || null : null,
});

/** What is given replaces what is on file; null empties what may be empty. */
export interface UpdateResident extends Partial<{ readonly [Name in keyof ResidentFields]: ResidentFields[Name] | null }> {
  readonly residentId: string;
  readonly expectedVersion: number;
}

/** Corrects a record. Moving to a building of another branch needs somebody who works for both; verified links and consents move along. */
export const updateResident = (scope: Scope, { residentId, expectedVersion, ...fields }: UpdateResident) =>
  scope.transaction(async (tx): Promise<Result<Resident, NotFound | Forbidden | StaleVersion | InvalidInput>> => {
    const resident = await lockResident(tx, residentId);
    if (!resident) {
      const seen = await findResident(tx, residentId);
      return seen ? fail({ code: 'FORBIDDEN' }) : fail({ code: 'NOT_FOUND', path: ['residentId'] });
    }
    if (resident.version !== expectedVersion) return fail({ code: 'STALE_VERSION', currentVersion: resident.version });
    const building = await tx.load(buildingById, fields.buildingId ?? resident.buildingId);
    if (!building) return fail({ code: 'NOT_FOUND', path: ['buildingId'] });
    const { branchId } = building;
    if (!worksFor(tx.actor, branchId)) return fail({ code: 'FORBIDDEN', path: ['buildingId'] });
    const storey = fields.storey === undefined ? resident.storey : fields.storey;
    const checked = checkResident({ ...fields, storey }, { storeys: building.storeys, today: localDate(tx.now()) });
    if (!checked.ok) return checked;
    await saveResident(tx, resident, { ...changeOf(fields), branchId, version: resident.version + 1 });
    if (branchId !== resident.branchId) await moveToBranch(tx, residentId, branchId);
    await tx.append({
      kind: 'RESIDENT_CHANGED',
      subject: { type: 'Resident', id: residentId },
      branchId,
      data: { fields: Object.keys(fields) },
    });
    return ok(await theOneJustWritten(tx, residentId));
  });

type Fields = Omit<UpdateResident, 'residentId' | 'expectedVersion'>;
function changeOf({ name, phone, room, storey, abilityLevel, buildingId, sex, birthDate, residencyStatus, ...rest }: Fields) {
  return {
    ...rest,
    ...(name != null && { name: normalize(name) }),
    ...(phone !== undefined && { phone: phone ? toE164(phone) : null }),
    ...(room !== undefined && { room: room ? normalize(room) || null : null }),
    ...(storey !== undefined && { storey }),
    ...(abilityLevel !== undefined && { abilityLevel }),
    ...(buildingId != null && { buildingId }),
    ...(sex != null && { sex }),
    ...(birthDate != null && { birthDate }),
    ...(residencyStatus != null && { residencyStatus }),
  };
}

/** A person of a bulk load; `id` where the caller wants to know it beforehand. */
export interface BulkResident extends ResidentFields {
  readonly id?: string;
  /** Nobody real: a synthetic person with a test number. */
  readonly isTest?: boolean;
  readonly optedOut?: boolean;
}

/** Puts many on file at once, under the purpose `seed`; all or none. Answers with their ids, in the order given; one event a branch. */
export const createResidentsBulk = (scope: Scope, people: readonly BulkResident[]) =>
  scope.asSystem('seed').transaction(async (tx): Promise<Result<readonly string[], InvalidInput>> => {
    const buildings = new Map((await allBuildings(tx)).map(building => [building.id, building]));
    const now = tx.now();
    const today = localDate(now);
    const problems: Problem[] = [];
    const rows = people.flatMap((person, at) => {
      const building = buildings.get(person.buildingId);
      const checked: Result<null, InvalidInput> = building
        ? checkResident(person, { storeys: building.storeys, today })
        : fail({ code: 'INVALID_INPUT', problems: [{ path: ['buildingId'], rule: 'NOT_ALLOWED' }] });
      if (!checked.ok)
        problems.push(...checked.failure.problems.map(({ path, ...rest }) => ({ ...rest, path: [String(at), ...path] })));
      if (!checked.ok || !building) return [];
      const { id = newId(), isTest = false, optedOut = false } = person;
      return [{ ...person, ...cleaned(person), id, isTest, optedOut, branchId: building.branchId, createdAt: now }];
    });
    if (problems.length) return fail({ code: 'INVALID_INPUT', problems });
    await insertResidents(tx, rows);
    const byBranch = Map.groupBy(rows, ({ branchId }) => branchId);
    await tx.append(
      ...[...byBranch].map(([branchId, { length }]) => ({
        kind: 'RESIDENTS_IMPORTED' as const,
        subject: { type: 'Branch', id: branchId },
        branchId,
        data: { count: length },
      })),
    );
    return ok(rows.map(({ id }) => id));
  });
