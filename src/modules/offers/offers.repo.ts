import { and, eq, type SQL, sql } from 'drizzle-orm';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { localDate } from '../../kernel/clock.js';
import { aUuid, type Page, type PageWindow } from '../../kernel/page.js';
import { bigrams, isStorable, normalize } from '../../kernel/text.js';
import type { Mode } from '../../kernel/vocabulary.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import type { Organization } from '../alliance/alliance.domain.js';
import { memberships, organizations, pacts } from '../alliance/alliance.table.js';
import type { Category } from '../taxonomy/taxonomy.domain.js';
import { serviceCategories } from '../taxonomy/taxonomy.table.js';
import { buildings } from '../territory/territory.table.js';
import type { Offer, OfferState, PublishingFacts } from './offers.domain.js';
import { partnerOf, visibleTo } from './offers.policy.js';
import { offers, sessions } from './offers.table.js';

export const offerColumns = {
  id: offers.id,
  organizationId: offers.organizationId,
  categoryCode: offers.categoryCode,
  coversChildren: offers.coversChildren,
  title: offers.title,
  description: offers.description,
  state: offers.state,
  modes: offers.modes,
  leadTimeMinutes: offers.leadTimeMinutes,
  costFen: offers.costFen,
  volunteer: offers.volunteer,
  needsAssessment: offers.needsAssessment,
  validFrom: offers.validFrom,
  validUntil: offers.validUntil,
  filingNumber: offers.filingNumber,
  filingValidUntil: offers.filingValidUntil,
  minAgeMonths: offers.minAgeMonths,
  maxAgeMonths: offers.maxAgeMonths,
  careCategories: offers.careCategories,
  eligibleBuildingIds: offers.eligibleBuildingIds,
  branchIds: offers.branchIds,
  languages: offers.languages,
  lastAssuredOn: offers.lastAssuredOn,
  pauseReason: offers.pauseReason,
  version: offers.version,
  createdAt: offers.createdAt,
  publishedAt: offers.publishedAt,
};

/** An offer with what lists nearly always show of it. */
export interface OfferRow extends Offer {
  readonly organization?: Organization;
  readonly category?: Category | null;
}

/** By id, whatever the caller may see: for what hangs on a row that the caller sees already. */
export const offerById = defineLoader<Offer>('offerById', async ({ db, communityId }, ids) => {
  const rows = await db
    .select(offerColumns)
    .from(offers)
    .where(and(eq(offers.communityId, communityId), sql`${offers.id} = any(${sql.param(ids)})`));
  return new Map(rows.map(row => [row.id, row]));
});

/** Organisations that are or were in the alliance of a branch of the caller's. */
export const isPartnerOfStaff = defineLoader<true>('isPartnerOfStaff', async ({ db, communityId, actor }, ids) => {
  if (actor.kind !== 'ACCOUNT' || !actor.branchIds.length) return new Map();
  const rows = await db
    .selectDistinct({ id: memberships.organizationId })
    .from(memberships)
    .where(
      and(
        eq(memberships.communityId, communityId),
        sql`${memberships.organizationId} = any(${sql.param(ids)})`,
        partnerOf(actor.branchIds),
      ),
    );
  return new Map(rows.map(({ id }) => [id, true]));
});

export interface OfferFilter {
  readonly organizationId?: string | null;
  /** Offers whose service area covers this branch. */
  readonly branchId?: string | null;
  /** Of these categories or below. */
  readonly categories?: readonly string[] | null;
  readonly states?: readonly OfferState[] | null;
  readonly mode?: Mode | null;
  readonly text?: string | null;
  /** Valid on some day of this span, both days included. */
  readonly validFrom?: string | null;
  readonly validUntil?: string | null;
}

export const NEWEST: ListOrder<Offer> = {
  name: 'offers.NEWEST',
  columns: [offers.id],
  cursor: [aUuid],
  descending: true,
  values: ({ id }) => [id],
};

const likeEscaped = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** Nothing on file is longer, so nothing longer is found. */
const LONGEST_TEXT = 2000;

/** All words must occur. Those of two characters and more go through the index of character pairs; single ones alone are looked for in titles only. */
function mentions(text: string): SQL | undefined {
  if (!isStorable(text) || text.length > LONGEST_TEXT) return sql`false`;
  const parts = bigrams(text);
  const words = normalize(text)
    .split(' ')
    .map(word => `%${likeEscaped(word)}%`);
  return parts.length
    ? and(
        sql`${offers.bigrams} @> ${sql.param(parts)}::text[]`,
        sql`normalize(${offers.title} || ' ' || ${offers.description}, nfkc) ilike all(${sql.param(words)}::text[])`,
      )
    : sql`normalize(${offers.title}, nfkc) ilike all(${sql.param(words)}::text[])`;
}

/** What is in force: an expired offer is stored as it was. */
const stateToday = (today: string): SQL =>
  sql`(case when ${offers.state} in ('PUBLISHED', 'PAUSED') and ${offers.validUntil} < ${today} then 'EXPIRED' else ${offers.state}::text end)`;

/** Categories at or below the given ones. */
export const withinCategories = (column: SQL | typeof offers.categoryCode, codes: readonly string[]): SQL =>
  sql`${column} in (select child.code from ${serviceCategories} child join ${serviceCategories} root on starts_with(child.path, root.path) where root.code = any(${sql.param(codes.filter(isStorable))}::text[]))`;

/** The branch lies in the offer's service area: named, or any in whose alliance the organisation is active. */
export const serves = (communityId: string, branchId: string): SQL =>
  sql`((cardinality(${offers.branchIds}) = 0 or ${branchId}::uuid = any(${offers.branchIds})) and exists (select 1 from ${memberships} where ${memberships.communityId} = ${communityId}
    and ${memberships.organizationId} = ${offers.organizationId} and ${memberships.branchId} = ${branchId} and ${memberships.state} = 'ACTIVE'))`;

/** The branches in an offer's service area today. */
export async function servedBranches(
  { db, communityId }: Scope,
  { organizationId, branchIds }: Pick<Offer, 'organizationId' | 'branchIds'>,
): Promise<ReadonlySet<string>> {
  const rows = await db
    .select({ branchId: memberships.branchId })
    .from(memberships)
    .where(
      and(
        eq(memberships.communityId, communityId),
        eq(memberships.organizationId, organizationId),
        eq(memberships.state, 'ACTIVE'),
        branchIds.length ? sql`${memberships.branchId} = any(${sql.param(branchIds)}::uuid[])` : undefined,
      ),
    );
  return new Set(rows.map(({ branchId }) => branchId));
}

function matching({ communityId, actor, now }: Scope, filter: OfferFilter): SQL | undefined {
  const today = localDate(now());
  return and(
    eq(offers.communityId, communityId),
    filter.organizationId == null ? undefined : eq(offers.organizationId, filter.organizationId),
    filter.branchId == null ? undefined : serves(communityId, filter.branchId),
    filter.categories?.length ? withinCategories(offers.categoryCode, filter.categories) : undefined,
    filter.states?.length ? sql`${stateToday(today)} = any(${sql.param(filter.states)}::text[])` : undefined,
    filter.mode == null ? undefined : sql`${filter.mode}::mode = any(${offers.modes})`,
    filter.text?.trim() ? mentions(filter.text) : undefined,
    filter.validFrom == null ? undefined : sql`(${offers.validUntil} is null or ${offers.validUntil} >= ${filter.validFrom})`,
    filter.validUntil == null ? undefined : sql`(${offers.validFrom} is null or ${offers.validFrom} <= ${filter.validUntil})`,
    visibleTo(actor, today),
  );
}

/** Newest first, as far as the caller may see, with organisation and category in the same statement. */
export async function pageOfOffers(scope: Scope, filter: OfferFilter, window: PageWindow): Promise<Page<OfferRow>> {
  const part = keyset(NEWEST, window, matching(scope, filter));
  const rows = await scope.db
    .select({ offer: offerColumns, organization: organizations, category: serviceCategories })
    .from(offers)
    .innerJoin(organizations, eq(organizations.id, offers.organizationId))
    .leftJoin(serviceCategories, eq(serviceCategories.code, offers.categoryCode))
    .where(part.where)
    .orderBy(...part.orderBy)
    .limit(part.limit);
  return toPage(
    { ...NEWEST, values: ({ offer }: (typeof rows)[number]) => [offer.id] },
    window,
    rows,
    ({ offer, organization, category }) => ({ ...offer, organization, category }),
  );
}

export async function countOffers(scope: Scope, filter: OfferFilter): Promise<number> {
  const [row] = await scope.db.select({ count: sql<number>`count(*)::int` }).from(offers).where(matching(scope, filter));
  return row?.count ?? 0;
}

/** The offer, locked until the transaction ends. */
export async function lockOffer({ db, communityId }: Scope, id: string): Promise<Offer | null> {
  const [row] = await db
    .select(offerColumns)
    .from(offers)
    .where(and(eq(offers.communityId, communityId), eq(offers.id, id)))
    .for('update');
  return row ?? null;
}

/** A statement carries at most 65,535 parameters. */
export const ROWS_AT_ONCE = 1000;

const stored = (communityId: string, offer: Offer) => ({
  ...offer,
  communityId,
  modes: [...offer.modes],
  careCategories: [...offer.careCategories],
  eligibleBuildingIds: [...offer.eligibleBuildingIds],
  branchIds: [...offer.branchIds],
  languages: [...offer.languages],
  bigrams: bigrams(`${offer.title} ${offer.description}`),
});

export async function insertOffers({ db, communityId }: Scope, rows: readonly Offer[]): Promise<void> {
  for (let i = 0; i < rows.length; i += ROWS_AT_ONCE)
    await db.insert(offers).values(rows.slice(i, i + ROWS_AT_ONCE).map(row => stored(communityId, row)));
}

export async function saveOffer({ db, communityId }: Scope, offer: Offer): Promise<void> {
  await db
    .update(offers)
    .set(stored(communityId, offer))
    .where(and(eq(offers.communityId, communityId), eq(offers.id, offer.id)));
}

/** What publishing asks of the database: standing in a served branch today, a filing duty of the category, how many sessions there are. */
export async function publishingFacts({ db, communityId, now }: Scope, offer: Offer, today: string): Promise<PublishingFacts> {
  const branchIds = sql`${sql.param(offer.branchIds)}::uuid[]`;
  const buildingIds = sql`${sql.param(offer.eligibleBuildingIds)}::uuid[]`;
  const [row] = await db.execute<{ standing: boolean; filing: boolean; reaches: boolean; sessions: number }>(sql`
    select exists (
        select 1 from ${memberships} join ${pacts} on ${pacts.communityId} = ${memberships.communityId} and ${pacts.membershipId} = ${memberships.id}
        where ${memberships.communityId} = ${communityId} and ${memberships.organizationId} = ${offer.organizationId} and ${memberships.state} = 'ACTIVE'
          and ${pacts.state} = 'SIGNED' and ${pacts.startsOn} <= ${today} and ${pacts.endsOn} >= ${today}
          and (cardinality(${branchIds}) = 0 or ${memberships.branchId} = any(${branchIds}))
      ) as standing,
      coalesce((select ${serviceCategories.needsFiling} from ${serviceCategories} where ${serviceCategories.code} = ${offer.categoryCode}), false) as filing,
      (cardinality(${buildingIds}) = 0 or exists (select 1 from ${buildings} where ${buildings.communityId} = ${communityId} and ${buildings.id} = any(${buildingIds})
          and (cardinality(${branchIds}) = 0 or ${buildings.branchId} = any(${branchIds})))) as reaches,
      (select count(*)::int from ${sessions} where ${sessions.communityId} = ${communityId} and ${sessions.offerId} = ${offer.id} and ${sessions.state} = 'SCHEDULED'
          and (${sessions.endsAt} is null or ${sessions.endsAt} > ${now().toISOString()})) as sessions`);
  if (!row) throw new Error('the facts of publishing are one row');
  return {
    today,
    hasStanding: row.standing,
    needsFiling: row.filing,
    reachesBuildings: row.reaches,
    sessionCount: row.sessions,
  };
}
