import type { Scope } from '../../scope/scope.js';
import { type Building, parseAddress } from './territory.domain.js';
import { buildingsAt } from './territory.repo.js';

// Territory is public (L0): reads carry no rule of their own.
export {
  allAreas,
  allBranches,
  allBuildings,
  areaById,
  BY_NUMBER,
  branchById,
  buildingById,
  communityById,
  communityIdByCode,
  pageOfBuildings,
} from './territory.repo.js';

/** The buildings that a typed address means, e.g. `9幢2单元`, `9-2` or `48幢`; empty when it is none or not of this community. */
export async function findBuildings(scope: Scope, address: string): Promise<readonly Building[]> {
  const parsed = parseAddress(address);
  return parsed ? buildingsAt(scope, parsed) : [];
}
