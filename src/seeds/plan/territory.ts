import type { BuildingPlan, EstatePlan } from './plan.js';

export const COMMUNITY: EstatePlan['community'] = {
  code: 'cangji',
  name: '仓基新村社区',
  subdistrictName: '湖墅街道',
  districtCode: '330105',
  subdistrictCode: '330105002',
  adminCode12: null,
  builtAround: 1985,
};

export const AREAS: EstatePlan['areas'] = [
  { code: 'EAST', name: '东片' },
  { code: 'WEST', name: '西片' },
];

export const BRANCHES: EstatePlan['branches'] = [
  { code: 'B1', name: '第一小区党总支', area: 'EAST' },
  { code: 'B2', name: '第二小区党总支', area: 'EAST' },
  { code: 'B3', name: '第三小区党总支', area: 'WEST' },
  { code: 'B4', name: '第四小区党总支', area: 'WEST' },
];

/** Where a branch's own events take place. */
export const VENUES: Readonly<Record<string, { readonly building: string; readonly place: string }>> = {
  B1: { building: '3-1', place: '小区书苑' },
  B2: { building: '27-1', place: '邻里邻亲议事厅' },
  B3: { building: '45-1', place: '阳光食堂旁活动室' },
  B4: { building: '66-1', place: '社区党群服务中心' },
};

const BLOCKS_PER_BRANCH = 18;
/** Each branch has two short blocks. */
const SHORT_BLOCKS = [6, 18];
const BLOCKS_PER_ROW = 3;
const ROWS_PER_BRANCH = BLOCKS_PER_BRANCH / BLOCKS_PER_ROW;
const SERVICE_CENTRE_BLOCK = 66;

/** Rows of blocks, numbered to and fro; the canal runs a little aslant, and the rows follow it. Metres from the south-west corner. */
function corner(blockNo: number): { readonly east: number; readonly north: number } {
  const branch = Math.floor((blockNo - 1) / BLOCKS_PER_BRANCH);
  const inBranch = (blockNo - 1) % BLOCKS_PER_BRANCH;
  const row = Math.floor(inBranch / BLOCKS_PER_ROW);
  const along = inBranch % BLOCKS_PER_ROW;
  const column = (row % 2 ? BLOCKS_PER_ROW - 1 - along : along) + (branch < 2 ? BLOCKS_PER_ROW : 0);
  const northward = (branch % 2 ? 0 : ROWS_PER_BRANCH) + ROWS_PER_BRANCH - 1 - row;
  return { east: column * 56 + northward * 4 + (branch < 2 ? 18 : 0), north: northward * 27 + (branch % 2 ? 0 : 12) };
}

/** 208 stairwells in 72 blocks (domain.md §5.1): twelve dwellings each, over shops or stores where there are seven storeys. */
export function planBuildings(): readonly BuildingPlan[] {
  const centre = corner(SERVICE_CENTRE_BLOCK);
  return BRANCHES.flatMap(({ code }, branch) =>
    Array.from({ length: BLOCKS_PER_BRANCH }, (_, i) => i + 1).flatMap(inBranch => {
      const blockNo = branch * BLOCKS_PER_BRANCH + inBranch;
      const { east, north } = corner(blockNo);
      const entrances = SHORT_BLOCKS.includes(inBranch) ? 2 : 3;
      return Array.from({ length: entrances }, (_, i) => ({
        key: `${blockNo}-${i + 1}`,
        branch: code,
        blockNo,
        entranceNo: i + 1,
        storeys: blockNo % 3 === 1 ? 7 : 6,
        dwellings: 12,
        hasLift: blockNo === 9 && i === 1,
        eastM: east - centre.east + i * 13,
        northM: north - centre.north,
      }));
    }),
  );
}
