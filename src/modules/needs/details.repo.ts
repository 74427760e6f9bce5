import { and, eq, sql } from 'drizzle-orm';
import type { SealedTable } from '../../db/sealed-table.js';
import { bigrams } from '../../kernel/text.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { accounts } from '../identity/identity.table.js';
import { needDetails, residents } from '../residents/residents.table.js';
import type { Building } from '../territory/territory.domain.js';
import { buildings } from '../territory/territory.table.js';
import { lockNeeds, type NeedRow } from './needs.repo.js';
import { needs } from './needs.table.js';

/** What a need says about people, as far as the wall lets the caller through; texts still sealed. */
export interface NeedDetail {
  readonly needId: string;
  readonly beneficiaryId: string | null;
  readonly requesterAccountId: string | null;
  readonly requesterName: string | null;
  readonly buildingId: string | null;
  readonly building: Building | null;
  readonly descriptionSealed: Buffer;
  readonly accessNotesSealed: Buffer | null;
}

/** Row-level security decides who reads: staff of the branch, verified kin of the beneficiary, the account that asked. */
export const needDetailById = defineLoader<NeedDetail>('needDetailById', (scope, ids) =>
  scope.reading(async ({ db, communityId }) => {
    const rows = await db
      .select({
        needId: needDetails.needId,
        beneficiaryId: needDetails.beneficiaryId,
        requesterAccountId: needDetails.requesterAccountId,
        requesterName: accounts.displayName,
        buildingId: needDetails.buildingId,
        building: buildings,
        descriptionSealed: needDetails.descriptionSealed,
        accessNotesSealed: needDetails.accessNotesSealed,
      })
      .from(needDetails)
      .leftJoin(accounts, eq(accounts.id, needDetails.requesterAccountId))
      .leftJoin(buildings, and(eq(buildings.communityId, needDetails.communityId), eq(buildings.id, needDetails.buildingId)))
      .where(and(eq(needDetails.communityId, communityId), sql`${needDetails.needId} = any(${sql.param(ids)}::uuid[])`));
    return new Map(rows.map(row => [row.needId, row]));
  }),
);

type SealedColumn = 'description_sealed' | 'access_notes_sealed';
const TABLE = 'personal.need_detail';
const placeOf = ({ communityId }: Scope, column: SealedColumn, rowId: string) => ({
  table: TABLE,
  column,
  communityId,
  rowId,
});

/** The clear text; null when nothing was written. */
const open = (scope: Scope, column: SealedColumn, needId: string, sealed: Buffer | null): string | null =>
  sealed?.length ? scope.vault.open(placeOf(scope, column, needId), sealed) || null : null;
export const openDescription = (scope: Scope, { needId, descriptionSealed }: NeedDetail): string | null =>
  open(scope, 'description_sealed', needId, descriptionSealed);
export const openAccessNotes = (
  scope: Scope,
  { needId, accessNotesSealed }: Pick<NeedDetail, 'needId' | 'accessNotesSealed'>,
): string | null => open(scope, 'access_notes_sealed', needId, accessNotesSealed);

const DESCRIPTION = 'need.description';
/** Blind index values of all pairs of characters of a text, under each key that is still understood. */
export const tokenListsOf = ({ vault, communityId }: Scope, text: string): number[][] =>
  vault.blindTokenLists(communityId, DESCRIPTION, bigrams(text));

const sealDescription = (scope: Scope, needId: string, description: string) => ({
  descriptionSealed: scope.vault.seal(placeOf(scope, 'description_sealed', needId), description),
  descriptionIndex: scope.vault.blindTokens(scope.communityId, DESCRIPTION, bigrams(description)),
});
const sealAccessNotes = (scope: Scope, needId: string, notes: string | null) => ({
  accessNotesSealed: notes === null ? null : scope.vault.seal(placeOf(scope, 'access_notes_sealed', needId), notes),
});

export interface NewDetail {
  readonly needId: string;
  readonly branchId: string;
  readonly beneficiaryId: string | null;
  readonly requesterAccountId: string | null;
  readonly buildingId: string | null;
  readonly description: string;
  readonly accessNotes: string | null;
}

export async function insertDetails(scope: Scope, rows: readonly NewDetail[]): Promise<void> {
  await scope.db.insert(needDetails).values(
    rows.map(({ description, accessNotes, ...rest }) => ({
      ...rest,
      ...sealDescription(scope, rest.needId, description),
      ...sealAccessNotes(scope, rest.needId, accessNotes),
      communityId: scope.communityId,
    })),
  );
}

/** Replaces the texts that are given; at least one must be. */
export async function saveTexts(
  scope: Scope,
  needId: string,
  { description, accessNotes }: { readonly description?: string; readonly accessNotes?: string | null },
): Promise<void> {
  await scope.db
    .update(needDetails)
    .set({
      ...(description !== undefined && sealDescription(scope, needId, description)),
      ...(accessNotes !== undefined && sealAccessNotes(scope, needId, accessNotes)),
    })
    .where(and(eq(needDetails.communityId, scope.communityId), eq(needDetails.needId, needId)));
}

export const sealedNeedDetails: SealedTable = {
  name: TABLE,
  id: 'need_id',
  sealed: ['description_sealed', 'access_notes_sealed'],
  indexes: {
    description_index: {
      kind: 'integer[]',
      of: ({ vault, communityId, texts }) => vault.blindTokens(communityId, DESCRIPTION, bigrams(texts.description_sealed ?? '')),
    },
  },
};

/** Whom needs are for, where that is a resident, with what is known of them still sealed; under a purpose that may know. */
export const beneficiariesOf = ({ db, communityId }: Scope, needIds: readonly string[]) =>
  db
    .select({ needId: needDetails.needId, residentId: residents.id, profileSealed: residents.profileSealed })
    .from(needDetails)
    .innerJoin(residents, and(eq(residents.communityId, needDetails.communityId), eq(residents.id, needDetails.beneficiaryId)))
    .where(and(eq(needDetails.communityId, communityId), sql`${needDetails.needId} = any(${sql.param(needIds)}::uuid[])`));

/** Needs of a person, locked, in the order of their ids. For a system purpose. */
export async function lockNeedsOf(scope: Scope, beneficiaryId: string): Promise<ReadonlyMap<string, NeedRow>> {
  const rows = await scope.db
    .select({ id: needDetails.needId })
    .from(needDetails)
    .where(and(eq(needDetails.communityId, scope.communityId), eq(needDetails.beneficiaryId, beneficiaryId)));
  return lockNeeds(
    scope,
    rows.map(({ id }) => id),
  );
}

/** Takes the words, and what else tells of a person, from closed needs; what is counted stays. */
export async function emptyNeeds(scope: Scope, needIds: readonly string[]): Promise<void> {
  const { db, communityId, vault } = scope;
  const sealed = needIds.map(id => vault.seal(placeOf(scope, 'description_sealed', id), '').toString('hex'));
  await db.execute(sql`
    update ${needDetails} d set description_sealed = decode(made.sealed, 'hex'), description_index = '{}', access_notes_sealed = null
    from unnest(${sql.param(needIds)}::uuid[], ${sql.param(sealed)}::text[]) as made (id, sealed)
    where d.community_id = ${communityId} and d.need_id = made.id`);
  await db
    .update(needs)
    .set({ windows: [], floor: null, noLift: false, wheelchair: false, languages: [], emptiedAt: scope.now() })
    .where(and(eq(needs.communityId, communityId), sql`${needs.id} = any(${sql.param(needIds)}::uuid[])`));
}

/** Needs of a person, oldest first, with their words. For a system purpose. */
export async function detailsAbout(
  { db, communityId }: Scope,
  beneficiaryId: string,
  limit: number,
): Promise<readonly NeedDetail[]> {
  return db
    .select({
      needId: needDetails.needId,
      beneficiaryId: needDetails.beneficiaryId,
      requesterAccountId: needDetails.requesterAccountId,
      requesterName: sql<null>`null`,
      buildingId: needDetails.buildingId,
      building: buildings,
      descriptionSealed: needDetails.descriptionSealed,
      accessNotesSealed: needDetails.accessNotesSealed,
    })
    .from(needDetails)
    .leftJoin(buildings, and(eq(buildings.communityId, needDetails.communityId), eq(buildings.id, needDetails.buildingId)))
    .where(and(eq(needDetails.communityId, communityId), eq(needDetails.beneficiaryId, beneficiaryId)))
    .orderBy(needDetails.needId)
    .limit(limit);
}
