import { newId } from '../../src/kernel/ids.js';
import { DEFAULT_WEIGHTS } from '../../src/modules/matching/planner/scoring.js';
import type { TestDatabase } from './database.js';
import { NOW, WORLD } from './world.js';

export interface Proposals {
  readonly sessionId: string;
  readonly offerId: string;
  readonly planId: string;
  readonly needIds: readonly string[];
  readonly matchIds: readonly string[];
}

/** A published plan of branch 1 that proposes one session of the clinic to many needs, one place each, past all walls. */
export async function insertProposals(
  { owner }: TestDatabase,
  { capacity, count }: { readonly capacity: number; readonly count: number },
): Promise<Proposals> {
  const c = WORLD.community;
  const [offerId, sessionId, planId] = [newId(), newId(), newId()];
  const needIds = Array.from({ length: count }, () => newId());
  const matchIds = Array.from({ length: count }, () => newId());
  const starts = new Date(NOW.getTime() + 4 * 86_400_000);
  const ends = new Date(starts.getTime() + 3 * 3_600_000);
  await owner.begin(async tx => {
    await tx`insert into offer (community_id, id, organization_id, category_code, title, state, modes, valid_from, valid_until, filing_number, filing_valid_until, created_at, published_at)
      values (${c}, ${offerId}, ${WORLD.clinic}, 'FREE_CLINIC', '周六义诊', 'PUBLISHED', '{ON_SITE}', '2026-11-01', '2027-03-31', 'F-1', '2027-03-31', ${NOW}, ${NOW})`;
    await tx`insert into session (community_id, id, offer_id, starts_at, ends_at, capacity, building_id, place, created_at) values (${c}, ${sessionId}, ${offerId}, ${starts}, ${ends}, ${capacity}, ${WORLD.building1}, '服务中心', ${NOW})`;
    await tx`insert into match_policy (community_id, version, weights, reason, valid_from) values (${c}, 1, ${tx.json(DEFAULT_WEIGHTS)}, 'test', ${NOW}) on conflict do nothing`;
    await tx`insert into match_plan (community_id, id, branch_id, state, policy_version, horizon_start, horizon_end, created_at, published_at) values (${c}, ${planId}, ${WORLD.branch1}, 'PUBLISHED', 1, ${NOW}, ${ends}, ${NOW}, ${NOW})`;
    await tx`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, modes, submitted_at, opened_at)
      select ${c}, id, 'T-' || id, ${WORLD.branch1}, 'FREE_CLINIC', 'GROUP', 'OFFICER', 'COUNTER', 'OPEN', 'P3', 1, '{ON_SITE}', ${NOW}, ${NOW} from unnest(${needIds}::uuid[]) id`;
    await tx`insert into personal.need_detail (community_id, need_id, branch_id, description_sealed) select ${c}, id, ${WORLD.branch1}, '' from unnest(${needIds}::uuid[]) id`;
    await tx`insert into match (community_id, id, plan_id, need_id, session_id, organization_id, branch_id, quantity, state, rank_position, tier, points, cost, explanation)
      select ${c}, m, ${planId}, n, ${sessionId}, ${WORLD.clinic}, ${WORLD.branch1}, 1, 'PROPOSED', i, 3, 0, 0, '{}' from unnest(${matchIds}::uuid[], ${needIds}::uuid[]) with ordinality as t(m, n, i)`;
  });
  return { sessionId, offerId, planId, needIds, matchIds };
}
