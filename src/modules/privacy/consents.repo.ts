import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { accounts } from '../identity/identity.table.js';
import { needDetails } from '../residents/residents.table.js';
import type { Consent } from './consents.domain.js';
import { visibleTo } from './consents.policy.js';
import { consents } from './consents.table.js';

const among = (column: SQL | { getSQL(): SQL }, ids: readonly string[]): SQL => sql`${column} = any(${sql.param(ids)}::uuid[])`;

/** Consents that the caller may see; the others are not there. */
export const consentById = defineLoader<Consent>('consentById', (scope, ids) =>
  scope.reading(async ({ db, communityId, actor }) => {
    const rows = await db
      .select()
      .from(consents)
      .where(and(eq(consents.communityId, communityId), among(consents.id, ids), visibleTo(actor)));
    return new Map(rows.map(row => [row.id, row]));
  }),
);

/** The names of accounts that gave consents or wrote them down; they are shown with the consent only. */
export const granterName = defineLoader<string>('granterName', async ({ db }, accountIds) => {
  const rows = await db
    .select({ id: accounts.id, name: accounts.displayName })
    .from(accounts)
    .where(among(accounts.id, accountIds));
  return new Map(rows.map(({ id, name }) => [id, name]));
});

/** Everything that was agreed to for a person, the latest first. For a system purpose. */
export const allConsents = ({ db, communityId }: Scope, residentId: string, limit: number): Promise<Consent[]> =>
  db
    .select()
    .from(consents)
    .where(and(eq(consents.communityId, communityId), eq(consents.residentId, residentId)))
    .orderBy(desc(consents.id))
    .limit(limit);

export const NEWEST: ListOrder<Pick<Consent, 'id'>> = {
  name: 'consents.NEWEST',
  columns: [consents.id],
  cursor: [aUuid],
  descending: true,
  values: ({ id }) => [id],
};

export async function pageOfConsents(
  { db, communityId, actor }: Scope,
  residentId: string,
  window: PageWindow,
): Promise<Page<Consent>> {
  const part = keyset(
    NEWEST,
    window,
    eq(consents.communityId, communityId),
    eq(consents.residentId, residentId),
    visibleTo(actor),
  );
  const rows = await db
    .select()
    .from(consents)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(NEWEST, window, rows, row => row);
}

/** What was agreed to for needs, newest first: for the need itself, and for every need of its beneficiary. */
export const consentsByNeed = defineLoader<readonly Consent[]>('consentsByNeed', (scope, needIds) =>
  scope.reading(async ({ db, communityId, actor }) => {
    const rows = await db
      .select({ covered: needDetails.needId, consent: consents })
      .from(needDetails)
      .innerJoin(
        consents,
        and(
          eq(consents.communityId, needDetails.communityId),
          eq(consents.residentId, needDetails.beneficiaryId),
          sql`(${consents.needId} is null or ${consents.needId} = ${needDetails.needId})`,
        ),
      )
      .where(and(eq(needDetails.communityId, communityId), among(needDetails.needId, needIds), visibleTo(actor)))
      .orderBy(sql`${consents.id} desc`);
    return new Map([...Map.groupBy(rows, ({ covered }) => covered)].map(([id, of]) => [id, of.map(({ consent }) => consent)]));
  }),
);

/** True for a need of this resident that the caller may know of. */
export async function isNeedOf({ db, communityId }: Scope, needId: string, residentId: string): Promise<boolean> {
  const found = await db
    .select({ id: needDetails.needId })
    .from(needDetails)
    .where(
      and(eq(needDetails.communityId, communityId), eq(needDetails.needId, needId), eq(needDetails.beneficiaryId, residentId)),
    );
  return found.length > 0;
}

/** Adds consents; one that says the same as a valid one is left out. Answers with the ids of those added. */
export async function insertConsents({ db, communityId }: Scope, rows: readonly Consent[]): Promise<ReadonlySet<string>> {
  const added = await db
    .insert(consents)
    .values(rows.map(row => ({ ...row, communityId })))
    .onConflictDoNothing()
    .returning({ id: consents.id });
  return new Set(added.map(({ id }) => id));
}

/** The valid consent that says the same. */
export async function sameConsent({ db, communityId }: Scope, consent: Consent): Promise<Consent | null> {
  const { residentId, purpose, needId, organizationId, noticeVersion } = consent;
  const [row] = await db
    .select()
    .from(consents)
    .where(
      and(
        eq(consents.communityId, communityId),
        eq(consents.residentId, residentId),
        eq(consents.purpose, purpose),
        sql`${consents.needId} is not distinct from ${needId}::uuid`,
        sql`${consents.organizationId} is not distinct from ${organizationId}::uuid`,
        eq(consents.noticeVersion, noticeVersion),
        sql`${consents.withdrawnAt} is null`,
      ),
    );
  return row ?? null;
}

const byId = (communityId: string, id: string): SQL | undefined =>
  and(eq(consents.communityId, communityId), eq(consents.id, id));

/** The consent, locked until the transaction ends: whoever reads under it has written its access log by then. */
export async function lockConsent({ db, communityId, actor }: Scope, id: string): Promise<Consent | null> {
  const [row] = await db
    .select()
    .from(consents)
    .where(and(byId(communityId, id), visibleTo(actor)))
    .for('update');
  return row ?? null;
}

/** Every valid consent of a person, locked until the transaction ends; for a system purpose. */
export const lockConsentsOf = ({ db, communityId }: Scope, residentId: string): Promise<Consent[]> =>
  db
    .select()
    .from(consents)
    .where(and(eq(consents.communityId, communityId), eq(consents.residentId, residentId), isNull(consents.withdrawnAt)))
    .orderBy(consents.id)
    .for('update');

export async function saveWithdrawal(
  { db, communityId }: Scope,
  { id, withdrawalRelation, withdrawalMethod, withdrawnBy, withdrawnAt }: Consent,
): Promise<void> {
  await db.update(consents).set({ withdrawalRelation, withdrawalMethod, withdrawnBy, withdrawnAt }).where(byId(communityId, id));
}
