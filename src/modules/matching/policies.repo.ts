import { and, desc, eq, lte, or, type SQL, sql } from 'drizzle-orm';
import { keyset, type ListOrder, toPage } from '../../db/keyset.js';
import { anInteger, type Page, type PageWindow } from '../../kernel/page.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { matchPolicies } from './matching.table.js';
import { DEFAULT_WEIGHTS, parseWeights } from './planner/scoring.js';
import type { MatchPolicy } from './policies.domain.js';

export type { MatchPolicy } from './policies.domain.js';

/** What a community goes by that has written none down yet. */
const DEFAULT: MatchPolicy = {
  version: 1,
  weights: DEFAULT_WEIGHTS,
  reason: null,
  validFrom: null,
  validUntil: null,
  adoptedBy: null,
};

const policy = {
  version: matchPolicies.version,
  weights: matchPolicies.weights,
  reason: matchPolicies.reason,
  validFrom: matchPolicies.validFrom,
  /** When the first of the later versions begins. The table's own name is written out: drizzle leaves it away here. */
  validUntil: sql<Date | null>`(select min(later.valid_from) from ${matchPolicies} later
    where later.community_id = match_policy.community_id and later.version > match_policy.version)`.mapWith(
    matchPolicies.validFrom,
  ),
  adoptedBy: matchPolicies.createdBy,
};
type Row = Omit<MatchPolicy, 'weights'> & { readonly weights: unknown };
const toPolicy = (row: Row): MatchPolicy => ({
  ...row,
  weights: parseWeights(row.weights),
  ...(row.version === 1 && { reason: null, validFrom: null }),
});

const select = ({ db, communityId }: Scope, where?: SQL) =>
  db
    .select(policy)
    .from(matchPolicies)
    .where(and(eq(matchPolicies.communityId, communityId), where))
    .orderBy(desc(matchPolicies.version));

/** The version that holds at a moment: the newest that has begun by then, whatever was announced before it. */
export async function policyAt(scope: Scope, at: Date): Promise<MatchPolicy> {
  const [row] = await select(scope, or(eq(matchPolicies.version, 1), lte(matchPolicies.validFrom, at))).limit(1);
  return row ? toPolicy(row) : DEFAULT;
}

const valid = defineLoader<MatchPolicy>(
  'matchPolicyValidNow',
  async scope => new Map([[scope.communityId, await policyAt(scope, scope.now())]]),
);
/** The policy that is valid now, read once a request. */
export const currentPolicy = async (scope: Scope): Promise<MatchPolicy> =>
  (await scope.load(valid, scope.communityId)) ?? DEFAULT;

const byVersion = defineLoader<number, MatchPolicy>(
  'matchPolicyByVersion',
  async (scope, versions) => {
    const rows = await select(scope, sql`${matchPolicies.version} = any(${sql.param(versions)}::int[])`);
    return new Map(rows.map(row => [String(row.version), toPolicy(row)]));
  },
  String,
);
/** A version of the community's policy; null when there is none. */
export const policyByVersion = async (scope: Scope, version: number): Promise<MatchPolicy | null> =>
  (await scope.load(byVersion, version)) ?? (version === DEFAULT.version ? DEFAULT : null);

/** The version that a plan was made by, whatever is valid now. */
export async function policyOfPlan(scope: Scope, { policyVersion }: { readonly policyVersion: number }): Promise<MatchPolicy> {
  const found = await policyByVersion(scope, policyVersion);
  if (!found) throw new Error('versions of the policy are kept for ever');
  return found;
}

/** The newest version, valid or announced. */
export async function newestVersion({ db, communityId }: Scope): Promise<number> {
  const [row] = await db
    .select({ version: matchPolicies.version })
    .from(matchPolicies)
    .where(eq(matchPolicies.communityId, communityId))
    .orderBy(desc(matchPolicies.version))
    .limit(1);
  return row?.version ?? DEFAULT.version;
}

/** Writes a version down; false when that version is there already. */
export async function insertPolicy(
  { db, communityId, now }: Scope,
  { version, weights, reason, validFrom, adoptedBy }: MatchPolicy,
): Promise<boolean> {
  const inserted = await db
    .insert(matchPolicies)
    .values({ communityId, version, weights, reason: reason ?? '', validFrom: validFrom ?? now(), createdBy: adoptedBy })
    .onConflictDoNothing()
    .returning({ version: matchPolicies.version });
  return inserted.length === 1;
}

/** The policy that is valid now, with the default written down if it was not yet, so that plans can point at it. */
export async function ensurePolicy(tx: Scope): Promise<MatchPolicy> {
  await insertPolicy(tx, DEFAULT);
  return currentPolicy(tx);
}

export const NEWEST_POLICIES: ListOrder<Pick<MatchPolicy, 'version'>> = {
  name: 'matchPolicies.NEWEST',
  columns: [matchPolicies.version],
  cursor: [anInteger],
  descending: true,
  values: ({ version }) => [version],
};

/** All versions, newest first; of a community that has written none down, the default. */
export async function pageOfPolicies(scope: Scope, window: PageWindow): Promise<Page<MatchPolicy>> {
  const part = keyset(NEWEST_POLICIES, window);
  const rows = await scope.db
    .select(policy)
    .from(matchPolicies)
    .where(and(eq(matchPolicies.communityId, scope.communityId), part.where))
    .orderBy(...part.orderBy)
    .limit(part.limit);
  const isUnwritten = !rows.length && window.from === null && (await newestVersion(scope)) === DEFAULT.version;
  return toPage(NEWEST_POLICIES, window, isUnwritten ? [DEFAULT].slice(0, window.limit) : rows.map(toPolicy), row => row);
}
