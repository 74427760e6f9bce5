import { and, eq, getColumns, getColumnTable, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { keyset, type ListOrder } from '../../src/db/keyset.js';
import { BY_CODE, MEMBERSHIPS } from '../../src/modules/alliance/alliance.repo.js';
import { NEWEST_EVENTS } from '../../src/modules/audit/audit.repo.js';
import { BY_LOGIN } from '../../src/modules/identity/accounts.repo.js';
import { IN_RANK, NEWEST_MATCHES } from '../../src/modules/matching/matching.repo.js';
import { matches, unmatchedNeeds } from '../../src/modules/matching/matching.table.js';
import { NEWEST_PLANS, UNMATCHED_IN_RANK } from '../../src/modules/matching/plans.repo.js';
import { ORDERS } from '../../src/modules/needs/needs.repo.js';
import { needs } from '../../src/modules/needs/needs.table.js';
import { NEWEST as NEWEST_OFFERS } from '../../src/modules/offers/offers.repo.js';
import { BY_START } from '../../src/modules/offers/sessions.repo.js';
import { LATEST_RATED } from '../../src/modules/referrals/ratings.repo.js';
import { serviceRatings } from '../../src/modules/referrals/ratings.table.js';
import { NEWEST as NEWEST_REFERRALS } from '../../src/modules/referrals/referrals.repo.js';
import { KINSHIPS } from '../../src/modules/residents/kinships.repo.js';
import { BY_ID } from '../../src/modules/residents/lists.repo.js';
import { BY_NUMBER } from '../../src/modules/territory/territory.repo.js';
import { createTestDatabase } from '../support/database.js';
import { WORLD } from '../support/world.js';

const database = await createTestDatabase();
const inPlan = (column: PgColumn): SQL => eq(column, WORLD.admin);
const inBranch = and(eq(needs.branchId, WORLD.branch1), eq(needs.state, 'OPEN'));

/** Every order that a list has, with what is always asked beside the community. */
const LISTS: readonly (readonly [ListOrder<never>, (SQL | undefined)?])[] = [
  [ORDERS.WAITING],
  [ORDERS.URGENCY],
  [ORDERS.NEWEST],
  [ORDERS.WAITING, inBranch],
  [ORDERS.URGENCY, inBranch],
  [NEWEST_OFFERS],
  [BY_START],
  [NEWEST_REFERRALS],
  [LATEST_RATED, eq(serviceRatings.branchId, WORLD.branch1)],
  [NEWEST_PLANS],
  [IN_RANK, inPlan(matches.planId)],
  [UNMATCHED_IN_RANK, inPlan(unmatchedNeeds.planId)],
  [NEWEST_MATCHES],
  [BY_CODE],
  [MEMBERSHIPS],
  [BY_LOGIN],
  [BY_ID],
  [KINSHIPS],
  [BY_NUMBER],
  [NEWEST_EVENTS],
];

describe('the order of every list', () => {
  it.each(LISTS.map(([order, where]) => [order.name, order, where] as const))(
    '%s is read from an index',
    async (_, order, where) => {
      const table = getColumnTable<PgTable>(order.columns.at(-1) as PgColumn);
      const { communityId } = getColumns(table);
      const tenant = communityId && eq(communityId, WORLD.community);
      const page = keyset(order, { limit: 20, backward: false, from: null }, tenant, where);
      const plan = await database.serving.db.transaction(async tx => {
        await tx.execute(sql`set local enable_sort = off`);
        await tx.execute(sql`set local enable_seqscan = off`);
        const listed = tx
          .select({ one: sql`1` })
          .from(table)
          .where(page.where)
          .orderBy(...page.orderBy)
          .limit(page.limit);
        return tx.execute<{ 'QUERY PLAN': string }>(sql`explain ${listed}`);
      });
      const nodes = plan.map(row => row['QUERY PLAN']).join('\n');
      expect(nodes).toMatch(/Index (Only )?Scan/);
      // Ties of a unique prefix may be sorted within; the whole never.
      expect(nodes).not.toMatch(/(?<!Incremental )Sort {2}\(/);
    },
  );
});
