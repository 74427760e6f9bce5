import { and, asc, desc, eq, ilike, type SQL, sql } from 'drizzle-orm';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { announceRights } from '../../db/rights.js';
import { localDate } from '../../kernel/clock.js';
import { aText, aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import { bigrams } from '../../kernel/text.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { accounts, roleAssignments } from '../identity/identity.table.js';
import type { Liaison, Membership, Organization, OrganizationKind, Pact } from './alliance.domain.js';
import { membershipVisibleTo } from './alliance.policy.js';
import { memberships, organizations, pacts } from './alliance.table.js';

const organizationColumns = {
  id: organizations.id,
  code: organizations.code,
  name: organizations.name,
  kind: organizations.kind,
  uscc: organizations.uscc,
  wishes: organizations.wishes,
  version: organizations.version,
  createdAt: organizations.createdAt,
};

export const organizationById = defineLoader<Organization>('organizationById', async ({ db }, ids) => {
  const rows = await db
    .select(organizationColumns)
    .from(organizations)
    .where(sql`${organizations.id} = any(${sql.param(ids)})`);
  return new Map(rows.map(row => [row.id, row]));
});

export const membershipById = defineLoader<Membership>('membershipById', async ({ db, communityId }, ids) => {
  const rows = await db
    .select()
    .from(memberships)
    .where(and(eq(memberships.communityId, communityId), sql`${memberships.id} = any(${sql.param(ids)})`));
  return new Map(rows.map(row => [row.id, row]));
});

export const pactById = defineLoader<Pact>('pactById', async ({ db, communityId }, ids) => {
  const rows = await db
    .select()
    .from(pacts)
    .where(and(eq(pacts.communityId, communityId), sql`${pacts.id} = any(${sql.param(ids)})`));
  return new Map(rows.map(row => [row.id, row]));
});

/** Pacts of memberships, newest period first. */
export const pactsByMembership = defineLoader<readonly Pact[]>('pactsByMembership', async ({ db, communityId }, ids) => {
  const rows = await db
    .select()
    .from(pacts)
    .where(and(eq(pacts.communityId, communityId), sql`${pacts.membershipId} = any(${sql.param(ids)})`))
    .orderBy(desc(pacts.startsOn), desc(pacts.id));
  return Map.groupBy(rows, row => row.membershipId);
});

/** The names that accounts go by at work, whoever asks: for what hangs on a pact that the caller sees already. */
export const signerById = defineLoader<string>('signerById', async ({ db }, ids) => {
  const rows = await db
    .select({ id: accounts.id, name: accounts.displayName })
    .from(accounts)
    .where(sql`${accounts.id} = any(${sql.param(ids)}::uuid[])`);
  return new Map(rows.map(({ id, name }) => [id, name]));
});

/** Who speaks for organisations in this community now: the accounts that hold the role, oldest first. */
export const liaisonsByOrganization = defineLoader<readonly Liaison[]>(
  'liaisonsByOrganization',
  async ({ db, communityId, now }, ids) => {
    const at = now().toISOString();
    const rows = await db
      .select({
        organizationId: roleAssignments.organizationId,
        displayName: accounts.displayName,
        since: roleAssignments.validFrom,
      })
      .from(roleAssignments)
      .innerJoin(accounts, and(eq(accounts.id, roleAssignments.accountId), eq(accounts.active, true)))
      .where(
        and(
          eq(roleAssignments.communityId, communityId),
          eq(roleAssignments.role, 'LIAISON'),
          sql`${roleAssignments.organizationId} = any(${sql.param(ids)})`,
          sql`${roleAssignments.validFrom} <= ${at} and (${roleAssignments.validUntil} is null or ${roleAssignments.validUntil} > ${at})`,
        ),
      )
      .orderBy(asc(roleAssignments.validFrom), asc(roleAssignments.id));
    return Map.groupBy(
      rows.map(({ since, ...row }) => ({ ...row, since: localDate(since) })),
      row => row.organizationId ?? '',
    );
  },
);

export const BY_CODE: ListOrder<Organization> = {
  name: 'organizations.CODE',
  columns: [organizations.code, organizations.id],
  cursor: [aText, aUuid],
  descending: false,
  values: ({ code, id }) => [code, id],
};

export interface OrganizationFilter {
  readonly branchId?: string | null;
  readonly kinds?: readonly OrganizationKind[] | null;
  readonly text?: string | null;
}

const likeEscaped = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** Substrings of two characters and more go through the index of character pairs; one character is looked for in the name as it stands. */
const named = (text: string): SQL | undefined => {
  const parts = bigrams(text);
  const found = ilike(organizations.name, `%${likeEscaped(text.normalize('NFKC').trim())}%`);
  return parts.length ? and(sql`${organizations.bigrams} @> ${sql.param(parts)}::text[]`, found) : found;
};

function organizationsWhere({ communityId, actor }: Scope, { branchId, kinds, text }: OrganizationFilter): SQL | undefined {
  return and(
    branchId == null
      ? undefined
      : sql`exists (select 1 from ${memberships} where ${memberships.organizationId} = ${organizations.id} and ${memberships.communityId} = ${communityId} and ${memberships.branchId} = ${branchId} and ${membershipVisibleTo(actor)})`,
    kinds?.length ? sql`${organizations.kind} = any(${sql.param(kinds)}::organization_kind[])` : undefined,
    text?.trim() ? named(text) : undefined,
  );
}

export async function pageOfOrganizations(
  scope: Scope,
  filter: OrganizationFilter,
  window: PageWindow,
): Promise<Page<Organization>> {
  const part = keyset(BY_CODE, window, organizationsWhere(scope, filter));
  const rows = await scope.db
    .select(organizationColumns)
    .from(organizations)
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(BY_CODE, window, rows, row => row);
}

export async function countOrganizations(scope: Scope, filter: OrganizationFilter): Promise<number> {
  const [row] = await scope.db
    .select({ count: sql<number>`count(*)::int` })
    .from(organizations)
    .where(organizationsWhere(scope, filter));
  return row?.count ?? 0;
}

export const MEMBERSHIPS: ListOrder<Membership> = {
  name: 'memberships.ID',
  columns: [memberships.id],
  cursor: [aUuid],
  descending: false,
  values: ({ id }) => [id],
};

/** Memberships of a branch or of an organisation that the caller may see, with the organisation when it will be shown. */
export async function pageOfMemberships(
  { db, communityId, actor }: Scope,
  filter: { readonly branchId?: string; readonly organizationId?: string; readonly withOrganization: boolean },
  window: PageWindow,
): Promise<Page<Membership & { readonly organization?: Organization | null }>> {
  const part = keyset(
    MEMBERSHIPS,
    window,
    eq(memberships.communityId, communityId),
    filter.branchId === undefined ? undefined : eq(memberships.branchId, filter.branchId),
    filter.organizationId === undefined ? undefined : eq(memberships.organizationId, filter.organizationId),
    membershipVisibleTo(actor),
  );
  if (!filter.withOrganization) {
    const rows = await db
      .select()
      .from(memberships)
      .where(part.where)
      .orderBy(...part.orderBy)
      .limit(part.limit);
    return toPage(MEMBERSHIPS, window, rows, row => row);
  }
  const rows = await db
    .select({ membership: memberships, organization: organizationColumns })
    .from(memberships)
    .innerJoin(organizations, eq(organizations.id, memberships.organizationId))
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(
    { ...MEMBERSHIPS, values: ({ membership }: (typeof rows)[number]) => [membership.id] },
    window,
    rows,
    ({ membership, organization }) => ({ ...membership, organization }),
  );
}

/** The organisation's memberships in this community, whatever their state. */
export const membershipsOf = ({ db, communityId }: Scope, organizationId: string): Promise<Membership[]> =>
  db
    .select()
    .from(memberships)
    .where(and(eq(memberships.communityId, communityId), eq(memberships.organizationId, organizationId)));

export async function lockOrganization({ db }: Scope, id: string): Promise<Organization | null> {
  const [row] = await db.select(organizationColumns).from(organizations).where(eq(organizations.id, id)).for('update');
  return row ?? null;
}

export async function lockMembership({ db, communityId }: Scope, id: string): Promise<Membership | null> {
  const [row] = await db
    .select()
    .from(memberships)
    .where(and(eq(memberships.communityId, communityId), eq(memberships.id, id)))
    .for('update');
  return row ?? null;
}

export async function lockPair({ db, communityId }: Scope, branchId: string, organizationId: string): Promise<Membership | null> {
  const [row] = await db
    .select()
    .from(memberships)
    .where(
      and(
        eq(memberships.communityId, communityId),
        eq(memberships.branchId, branchId),
        eq(memberships.organizationId, organizationId),
      ),
    )
    .for('update');
  return row ?? null;
}

export async function lockPact({ db, communityId }: Scope, id: string): Promise<Pact | null> {
  const [row] = await db
    .select()
    .from(pacts)
    .where(and(eq(pacts.communityId, communityId), eq(pacts.id, id)))
    .for('update');
  return row ?? null;
}

export async function saveOrganization({ db }: Scope, organization: Organization): Promise<void> {
  const row = { ...organization, bigrams: bigrams(organization.name) };
  await db.insert(organizations).values(row).onConflictDoUpdate({ target: organizations.id, set: row });
}

export const insertOrganizations = async ({ db }: Scope, rows: readonly Organization[]): Promise<void> => {
  await db.insert(organizations).values(rows.map(row => ({ ...row, bigrams: bigrams(row.name) })));
};

/** Taken by another organisation already: its id; the name of the clash is the column's. */
export async function organizationWith(
  { db }: Scope,
  by: { readonly uscc: string } | { readonly code: string },
): Promise<string | null> {
  const where = 'uscc' in by ? eq(organizations.uscc, by.uscc) : eq(organizations.code, by.code);
  const [row] = await db.select({ id: organizations.id }).from(organizations).where(where);
  return row?.id ?? null;
}

export async function insertMemberships({ db, communityId }: Scope, rows: readonly Membership[]): Promise<void> {
  await db.insert(memberships).values(rows.map(row => ({ ...row, communityId })));
  await announceRights(
    db,
    rows.map(({ organizationId }) => organizationId),
  );
}

export async function saveMembership(
  { db, communityId }: Scope,
  { id, organizationId, state, since, until, version }: Membership,
): Promise<void> {
  await db
    .update(memberships)
    .set({ state, since, until, version })
    .where(and(eq(memberships.communityId, communityId), eq(memberships.id, id)));
  await announceRights(db, [organizationId]);
}

/** False when a number is taken in this community; then nothing was written. */
export async function insertPacts({ db, communityId }: Scope, rows: readonly Pact[]): Promise<boolean> {
  const values = rows.map(row => ({ ...row, communityId }));
  const written = await db
    .insert(pacts)
    .values(values)
    .onConflictDoNothing({ target: [pacts.communityId, pacts.number] })
    .returning({ id: pacts.id });
  return written.length === rows.length;
}

export async function savePact({ db, communityId }: Scope, { id, ...pact }: Pact): Promise<void> {
  await db
    .update(pacts)
    .set(pact)
    .where(and(eq(pacts.communityId, communityId), eq(pacts.id, id)));
}
