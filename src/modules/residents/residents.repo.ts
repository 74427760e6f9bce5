import { and, eq, type SQL, sql } from 'drizzle-orm';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { accountOf, type SystemPurpose } from '../../kernel/actor.js';
import { newId } from '../../kernel/ids.js';
import { vouchFor } from '../../kernel/looks.js';
import { aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import type { CareCategory } from '../../kernel/vocabulary.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { maskPhone, toE164 } from './phone.js';
import {
  type ClearValues,
  maskName,
  type ResidencyStatus,
  type Resident,
  type ResidentFacts,
  type ResidentFields,
  type RevealableField,
} from './residents.domain.js';
import { listedFor, visibleTo } from './residents.policy.js';
import { accessLog, residents } from './residents.table.js';

type Row = typeof residents.$inferSelect;
type SealedColumn = 'name_sealed' | 'phone_sealed' | 'room_sealed';

const placeOf = ({ communityId }: Scope, column: SealedColumn, rowId: string) => ({
  table: 'personal.resident',
  column,
  communityId,
  rowId,
});
const open = (scope: Scope, column: SealedColumn, rowId: string, sealed: Buffer): string =>
  scope.vault.open(placeOf(scope, column, rowId), sealed);
const nameIndexOf = ({ vault, communityId }: Scope, name: string): Buffer => vault.blindIndex(communityId, 'resident.name', name);
const phoneIndexOf = ({ vault, communityId }: Scope, phone: string): Buffer =>
  vault.blindIndex(communityId, 'resident.phone', phone);

/** Clear values end here: what goes on is masked. */
function toResident(scope: Scope, row: Row): Resident {
  const { id, nameSealed, phoneSealed } = row;
  return {
    id,
    branchId: row.branchId,
    buildingId: row.buildingId,
    maskedName: maskName(open(scope, 'name_sealed', id, nameSealed)),
    maskedPhone: phoneSealed && maskPhone(open(scope, 'phone_sealed', id, phoneSealed)),
    sex: row.sex,
    birthDate: row.birthDate,
    storey: row.storey,
    residencyStatus: row.residencyStatus,
    careCategories: row.careCategories,
    abilityLevel: row.abilityLevel,
    languages: row.languages,
    optedOut: row.optedOut,
    consentsToHealthMatching: row.consentsToHealthMatching,
    version: row.version,
    createdAt: row.createdAt,
  };
}

const byId = (communityId: string, id: string): SQL | undefined =>
  and(eq(residents.communityId, communityId), eq(residents.id, id));

/** Residents that the caller may see; the others are not there. */
export const residentById = defineLoader<Resident>('residentById', (scope, ids) =>
  scope.reading(async tx => {
    const rows = await tx.db
      .select()
      .from(residents)
      .where(and(eq(residents.communityId, tx.communityId), sql`${residents.id} = any(${sql.param(ids)})`, visibleTo(tx.actor)));
    return new Map(rows.map(row => [row.id, toResident(tx, row)]));
  }),
);

/** The same, for computing: nothing is decrypted. */
export async function factsOf({ db, communityId, actor }: Scope, ids: readonly string[]): Promise<ResidentFacts[]> {
  return db
    .select({
      id: residents.id,
      branchId: residents.branchId,
      buildingId: residents.buildingId,
      birthDate: residents.birthDate,
      careCategories: residents.careCategories,
      storey: residents.storey,
      optedOut: residents.optedOut,
      consentsToHealthMatching: residents.consentsToHealthMatching,
      languages: residents.languages,
    })
    .from(residents)
    .where(and(eq(residents.communityId, communityId), sql`${residents.id} = any(${sql.param(ids)})`, visibleTo(actor)));
}

export const BY_ID: ListOrder<Pick<Resident, 'id'>> = {
  name: 'residents.ID',
  columns: [residents.id],
  cursor: [aUuid],
  descending: false,
  values: ({ id }) => [id],
};

/** What may narrow a list of residents; names and phones are compared whole, through their blind indexes. */
export interface ResidentFilter {
  readonly branchId?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly bornBy?: string | null | undefined;
  readonly careCategories?: readonly CareCategory[] | null | undefined;
  readonly buildingIds?: readonly string[] | null | undefined;
  readonly residencyStatuses?: readonly ResidencyStatus[] | null | undefined;
}

function listWhere(scope: Scope, filter: ResidentFilter): SQL | undefined {
  const { branchId, name, phone, bornBy, careCategories, buildingIds, residencyStatuses } = filter;
  const e164 = phone == null ? null : toE164(phone);
  return and(
    eq(residents.communityId, scope.communityId),
    listedFor(scope.actor),
    branchId == null ? undefined : eq(residents.branchId, branchId),
    name == null ? undefined : eq(residents.nameIndex, nameIndexOf(scope, name)),
    phone == null ? undefined : e164 === null ? sql`false` : eq(residents.phoneIndex, phoneIndexOf(scope, e164)),
    bornBy == null ? undefined : sql`${residents.birthDate} <= ${bornBy}`,
    careCategories?.length ? sql`${residents.careCategories} && ${sql.param(careCategories)}::care_category[]` : undefined,
    buildingIds == null ? undefined : sql`${residents.buildingId} = any(${sql.param(buildingIds)}::uuid[])`,
    residencyStatuses?.length
      ? sql`${residents.residencyStatus} = any(${sql.param(residencyStatuses)}::residency_status[])`
      : undefined,
  );
}

export async function pageOfResidents(scope: Scope, filter: ResidentFilter, window: PageWindow): Promise<Page<Resident>> {
  const part = keyset(BY_ID, window, listWhere(scope, filter));
  const rows = await scope.db
    .select()
    .from(residents)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(BY_ID, window, rows, row => toResident(scope, row));
}

export async function countResidents(scope: Scope, filter: ResidentFilter): Promise<number> {
  const [row] = await scope.db.select({ count: sql<number>`count(*)::int` }).from(residents).where(listWhere(scope, filter));
  return row?.count ?? 0;
}

/** The clear values asked for; null for a resident that the caller may not see. */
export async function readClear(
  scope: Scope,
  id: string,
  fields: readonly RevealableField[],
): Promise<(ClearValues & Pick<Resident, 'branchId'>) | null> {
  const [row] = await scope.db
    .select()
    .from(residents)
    .where(and(byId(scope.communityId, id), visibleTo(scope.actor)));
  if (!row) return null;
  const { branchId, nameSealed, phoneSealed, roomSealed, birthDate } = row;
  const asked = (field: RevealableField): boolean => fields.includes(field);
  return {
    branchId,
    name: asked('NAME') ? open(scope, 'name_sealed', id, nameSealed) : null,
    phone: asked('PHONE') && phoneSealed ? open(scope, 'phone_sealed', id, phoneSealed) : null,
    room: asked('ROOM') && roomSealed ? open(scope, 'room_sealed', id, roomSealed) : null,
    birthDate: asked('BIRTH_DATE') ? birthDate : null,
  };
}

/** The resident, locked until the transaction ends. */
export async function lockResident(scope: Scope, id: string): Promise<Resident | null> {
  const [row] = await scope.db
    .select()
    .from(residents)
    .where(and(byId(scope.communityId, id), listedFor(scope.actor)))
    .for('update');
  return row ? toResident(scope, row) : null;
}

const seal = (scope: Scope, column: SealedColumn, id: string, plain: string | null): Buffer | null =>
  plain === null ? null : scope.vault.seal(placeOf(scope, column, id), plain);
const sealName = (scope: Scope, id: string, name: string) => ({
  nameSealed: scope.vault.seal(placeOf(scope, 'name_sealed', id), name),
  nameIndex: nameIndexOf(scope, name),
});
const sealPhone = (scope: Scope, id: string, phone: string | null) => ({
  phoneSealed: seal(scope, 'phone_sealed', id, phone),
  phoneIndex: phone === null ? null : phoneIndexOf(scope, phone),
});
const sealRoom = (scope: Scope, id: string, room: string | null) => ({ roomSealed: seal(scope, 'room_sealed', id, room) });

/** A person to be put on file: phone in E.164, texts normalised. */
export interface NewResident extends ResidentFields {
  readonly id: string;
  readonly branchId: string;
  readonly isTest: boolean;
  readonly createdAt: Date;
}

const CHUNK = 500;
export async function insertResidents(scope: Scope, people: readonly NewResident[]): Promise<void> {
  for (let start = 0; start < people.length; start += CHUNK) {
    const rows = people.slice(start, start + CHUNK).map(person => {
      const { name, phone, room, ...rest } = person;
      return {
        ...rest,
        careCategories: distinct(person.careCategories),
        languages: distinct(person.languages),
        optedOut: person.optedOut ?? false,
        consentsToHealthMatching: person.consentsToHealthMatching ?? false,
        ...sealName(scope, person.id, name),
        ...sealPhone(scope, person.id, phone ?? null),
        ...sealRoom(scope, person.id, room ?? null),
        communityId: scope.communityId,
      };
    });
    await scope.db.insert(residents).values(rows);
  }
}
const distinct = <T>(list: readonly T[] | null | undefined): T[] => [...new Set(list)];

/** Writes what is given and leaves the rest as it is. */
export async function saveResident(scope: Scope, id: string, change: ResidentChange): Promise<void> {
  const { name, phone, room, careCategories, languages, optedOut, consentsToHealthMatching, ...plain } = change;
  await scope.db
    .update(residents)
    .set({
      ...plain,
      ...(careCategories !== undefined && { careCategories: distinct(careCategories) }),
      ...(languages !== undefined && { languages: distinct(languages) }),
      ...(optedOut != null && { optedOut }),
      ...(consentsToHealthMatching != null && { consentsToHealthMatching }),
      ...(name !== undefined && sealName(scope, id, name)),
      ...(phone !== undefined && sealPhone(scope, id, phone)),
      ...(room !== undefined && sealRoom(scope, id, room)),
    })
    .where(byId(scope.communityId, id));
}
type ResidentChange = Partial<ResidentFields> & { readonly branchId: string; readonly version: number };

/** What is written of a look at personal data. */
export interface AccessEntry {
  readonly action: string;
  readonly residentId?: string | null;
  /** Known from the actor where it is a system purpose. */
  readonly purpose?: SystemPurpose;
  readonly detail?: Readonly<Record<string, string | number>>;
}

/** Writes down a look and the event that vouches for it, on their way together. Nobody reads this table on the way, hence no RETURNING. */
export async function insertAccess(
  scope: Scope,
  { action, residentId = null, purpose, detail = {} }: AccessEntry,
): Promise<void> {
  const { actor, communityId, parts } = scope;
  const at = scope.now();
  const row = {
    communityId,
    id: newId(at.getTime()),
    at,
    accountId: accountOf(actor),
    purpose: purpose ?? (actor.kind === 'SYSTEM' ? actor.purpose : null),
    action,
    residentId,
    requestId: parts.requestId,
    detail,
  };
  await Promise.all([scope.db.insert(accessLog).values(row), scope.append(vouchFor([row]))]);
}
