import type { Scope } from '../../scope/scope.js';
import { type Area, type Branch, type Building, type Community, parseAddress } from './territory.domain.js';
import { buildingsAt, insertAreas, insertBranches, insertBuildings, insertCommunity } from './territory.repo.js';

// Territory is public (L0): reads carry no rule of their own.
export {
  allAreas,
  allBranches,
  allBuildings,
  allCommunityIds,
  areaById,
  BY_NUMBER,
  branchById,
  buildingById,
  communityById,
  communityIdByCode,
  isUnsettled,
  pageOfBuildings,
} from './territory.repo.js';

/** The buildings that a typed address means, e.g. `9幢2单元`, `9-2` or `48幢`; empty when it is none or not of this community. */
export async function findBuildings(scope: Scope, address: string): Promise<readonly Building[]> {
  const parsed = parseAddress(address);
  return parsed ? buildingsAt(scope, parsed) : [];
}

export interface Territory {
  readonly community: Community;
  readonly areas: readonly Area[];
  readonly branches: readonly Branch[];
  readonly buildings: readonly Building[];
}

/** Founds the community of this scope with all that stands on its ground, in the caller's transaction; for seeds and imports. */
export async function settleTerritory(tx: Scope, { community, areas, branches, buildings }: Territory): Promise<void> {
  await insertCommunity(tx, community, tx.now());
  await insertAreas(tx, areas);
  await insertBranches(tx, branches);
  await insertBuildings(tx, buildings);
  await tx.append({
    kind: 'COMMUNITY_FOUNDED',
    subject: { type: 'Community', id: community.id },
    data: { branches: branches.length, buildings: buildings.length },
  });
}
