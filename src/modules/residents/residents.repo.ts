import { and, eq, getColumns, isNull, type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../../scope/scope.js';
import { consents } from '../privacy/consents.table.js';
import { maskPhone } from './phone.js';
import {
  type ClearValues,
  maskName,
  type Profile,
  type Resident,
  type ResidentFacts,
  type ResidentFields,
  type ResidentObjections,
  type RevealableField,
} from './residents.domain.js';
import { listedFor, visibleTo } from './residents.policy.js';
import { residents } from './residents.table.js';
import { open, openProfile, sealName, sealPhone, sealProfile, sealRoom } from './sealing.repo.js';

/** Whether the person agreed that health-related needs go through matching (PIPL art. 29), and has not taken it back. */
const consentsToHealthMatching = sql<boolean>`exists (select from ${consents} c where c.community_id = ${residents}.community_id
  and c.resident_id = ${residents}.id and c.purpose = 'HEALTH_MATCHING' and c.withdrawn_at is null)`;
export const columns = { ...getColumns(residents), consentsToHealthMatching };
type Row = typeof residents.$inferSelect & { readonly consentsToHealthMatching: boolean };

/** Clear values end here: what goes on is masked. */
export function toResident(scope: Scope, row: Row): Resident {
  const { id, nameSealed, phoneSealed } = row;
  return {
    ...openProfile(scope, id, row.profileSealed),
    id,
    branchId: row.branchId,
    buildingId: row.buildingId,
    maskedName: maskName(open(scope, 'name_sealed', id, nameSealed)),
    maskedPhone: phoneSealed && maskPhone(open(scope, 'phone_sealed', id, phoneSealed)),
    residencyStatus: row.residencyStatus,
    optedOut: row.optedOut,
    restricted: row.restricted,
    consentsToHealthMatching: row.consentsToHealthMatching,
    deceasedOn: row.deceasedOn,
    version: row.version,
    createdAt: row.createdAt,
  };
}

export const byId = (communityId: string, id: string): SQL | undefined =>
  and(eq(residents.communityId, communityId), eq(residents.id, id));
/** Who was erased is on file no longer. */
export const onFile = isNull(residents.erasedAt);

/** Residents that the caller may see; the others are not there. Whoever shows them writes the access log. */
export async function readResidents(scope: Scope, ids: readonly string[]): Promise<Resident[]> {
  const rows = await scope.db
    .select(columns)
    .from(residents)
    .where(
      and(
        eq(residents.communityId, scope.communityId),
        onFile,
        sql`${residents.id} = any(${sql.param(ids)})`,
        visibleTo(scope.actor),
      ),
    );
  return rows.map(row => toResident(scope, row));
}

/** The same, for computing: no name and no phone is opened. */
export async function factsOf(scope: Scope, ids: readonly string[]): Promise<ResidentFacts[]> {
  const rows = await scope.db
    .select({
      id: residents.id,
      branchId: residents.branchId,
      buildingId: residents.buildingId,
      profileSealed: residents.profileSealed,
      optedOut: residents.optedOut,
      restricted: residents.restricted,
      consentsToHealthMatching,
    })
    .from(residents)
    .where(
      and(
        eq(residents.communityId, scope.communityId),
        onFile,
        sql`${residents.id} = any(${sql.param(ids)})`,
        visibleTo(scope.actor),
      ),
    );
  return rows.map(({ profileSealed, ...row }) => {
    const { birthDate, careCategories, storey, languages } = openProfile(scope, row.id, profileSealed);
    return { ...row, birthDate, careCategories, storey, languages };
  });
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
    .where(and(byId(scope.communityId, id), onFile, visibleTo(scope.actor)));
  return row ? { ...clearOf(scope, row, fields), branchId: row.branchId } : null;
}

function clearOf(
  scope: Scope,
  { id, nameSealed, phoneSealed, roomSealed, profileSealed }: typeof residents.$inferSelect,
  fields: readonly RevealableField[],
): ClearValues {
  const asked = (field: RevealableField): boolean => fields.includes(field);
  return {
    name: asked('NAME') ? open(scope, 'name_sealed', id, nameSealed) : null,
    phone: asked('PHONE') && phoneSealed ? open(scope, 'phone_sealed', id, phoneSealed) : null,
    room: asked('ROOM') && roomSealed ? open(scope, 'room_sealed', id, roomSealed) : null,
    birthDate: asked('BIRTH_DATE') ? openProfile(scope, id, profileSealed).birthDate : null,
  };
}

/** What is plain of a record, and a way to what is sealed. */
export type Openable = Pick<Resident, 'id' | 'buildingId' | 'storey' | 'sex' | 'birthDate' | 'restricted'> & {
  readonly open: (fields: readonly RevealableField[]) => ClearValues;
};

/** Records held as they are until the transaction ends, no name, phone or room decrypted yet: whoever opens one writes the access log. */
export async function lockClearValues(tx: Scope, ids: readonly string[]): Promise<ReadonlyMap<string, Openable>> {
  const rows = await tx.db
    .select()
    .from(residents)
    .where(
      and(
        eq(residents.communityId, tx.communityId),
        onFile,
        sql`${residents.id} = any(${sql.param(ids)}::uuid[])`,
        visibleTo(tx.actor),
      ),
    )
    .orderBy(residents.id)
    .for('share');
  return new Map(
    rows.map(row => {
      const { id, buildingId, restricted } = row;
      const { storey, sex, birthDate } = openProfile(tx, id, row.profileSealed);
      return [id, { id, buildingId, storey, sex, birthDate, restricted, open: fields => clearOf(tx, row, fields) }];
    }),
  );
}

/** The resident, locked until the transaction ends. */
export async function lockResident(scope: Scope, id: string): Promise<Resident | null> {
  const [row] = await scope.db
    .select(columns)
    .from(residents)
    .where(and(byId(scope.communityId, id), onFile, listedFor(scope.actor)))
    .for('update', { of: residents });
  return row ? toResident(scope, row) : null;
}

/** A person to be put on file: phone in E.164, texts normalised. */
export interface NewResident extends ResidentFields {
  readonly id: string;
  readonly branchId: string;
  readonly isTest: boolean;
  readonly optedOut: boolean;
  readonly createdAt: Date;
}

const CHUNK = 500;
export async function insertResidents(scope: Scope, people: readonly NewResident[]): Promise<void> {
  for (let start = 0; start < people.length; start += CHUNK) {
    const rows = people.slice(start, start + CHUNK).map(person => {
      const { name, phone, room, ...rest } = person;
      return {
        ...rest,
        ...sealName(scope, person.id, name),
        ...sealPhone(scope, person.id, phone ?? null),
        ...sealRoom(scope, person.id, room ?? null),
        ...sealProfile(scope, person.id, profileOf(person)),
        communityId: scope.communityId,
      };
    });
    await scope.db.insert(residents).values(rows);
  }
}
const distinct = <T>(list: readonly T[] | null | undefined): T[] => [...new Set(list)];

const profileOf = ({ sex, birthDate, storey, careCategories, abilityLevel, languages }: ProfileFields): Profile => ({
  sex,
  birthDate,
  storey: storey ?? null,
  careCategories: distinct(careCategories),
  abilityLevel: abilityLevel ?? null,
  languages: distinct(languages),
});
type ProfileFields = Pick<ResidentFields, keyof Profile>;

/** Writes what is given over a resident that the caller has locked, and leaves the rest as it is. */
export async function saveResident(scope: Scope, resident: Resident, change: ResidentChange): Promise<void> {
  const { id } = resident;
  const { name, phone, room, sex, birthDate, storey, careCategories, abilityLevel, languages, ...plain } = change;
  const profile = { sex, birthDate, storey, careCategories, abilityLevel, languages };
  const given = Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined));
  await scope.db
    .update(residents)
    .set({
      ...plain,
      ...(name !== undefined && sealName(scope, id, name)),
      ...(phone !== undefined && sealPhone(scope, id, phone)),
      ...(room !== undefined && sealRoom(scope, id, room)),
      ...(Object.keys(given).length > 0 && sealProfile(scope, id, profileOf({ ...resident, ...given }))),
    })
    .where(byId(scope.communityId, id));
}
type ResidentChange = Partial<ResidentFields> & { readonly branchId: string; readonly version: number };

/** Writes what a person asked us not to do. */
export async function saveObjections(scope: Scope, id: string, change: Partial<ResidentObjections>): Promise<void> {
  await scope.db
    .update(residents)
    .set({ ...change, version: sql`${residents.version} + 1` })
    .where(byId(scope.communityId, id));
}

/** All that is on file, in clear. For a system purpose; whoever hands it out writes the access log. */
export async function readWhole(scope: Scope, id: string): Promise<(Resident & ClearValues) | null> {
  const [row] = await scope.db
    .select(columns)
    .from(residents)
    .where(and(byId(scope.communityId, id), onFile));
  if (!row) return null;
  const resident = toResident(scope, row);
  return { ...resident, ...clearOf(scope, row, ['NAME', 'PHONE', 'ROOM']), birthDate: resident.birthDate };
}
