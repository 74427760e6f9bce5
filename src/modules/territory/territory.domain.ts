import { normalize } from '../../kernel/text.js';

export const AREA_CODES = ['EAST', 'WEST'] as const;
export type AreaCode = (typeof AREA_CODES)[number];

/** 社区: the tenant. */
export interface Community {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly subdistrictName: string;
  readonly districtCode: string;
  readonly subdistrictCode: string;
  readonly adminCode12: string | null;
  readonly builtAround: number | null;
}

/** 片区: part of the estate in which officers are stationed. */
export interface Area {
  readonly id: string;
  readonly code: AreaCode;
  readonly name: string;
}

/** 小区党总支: the scope of matching. */
export interface Branch {
  readonly id: string;
  readonly areaId: string;
  readonly code: string;
  readonly name: string;
}

/** 楼栋: one stairwell. Places are metres east and north of the service centre. */
export interface Building {
  readonly id: string;
  readonly branchId: string;
  readonly blockNo: number;
  readonly entranceNo: number;
  readonly storeys: number;
  readonly dwellings: number;
  readonly hasLift: boolean;
  readonly eastM: number;
  readonly northM: number;
}

/** What an address says; without `entranceNo` it means the whole block. */
export interface Address {
  readonly blockNo: number;
  readonly entranceNo: number | null;
}

const ADDRESS = /^(\d{1,4})\s*(?:幢|栋|号楼)\s*(?:(\d{1,2})\s*(?:单元|门))?$|^(\d{1,4})\s*-\s*(\d{1,2})$/u;

/**
 * Reads `9幢2单元`, `9-2`, `48幢` and their full-width and spaced forms (`９幢 ２单元`, `9－2`); null for anything else,
 * also for numbers of zero.
 */
export function parseAddress(text: string): Address | null {
  const found = ADDRESS.exec(normalize(text).replace(/[‐‑‒–—−]/gu, '-'));
  if (!found) return null;
  const blockNo = Number(found[1] ?? found[3]);
  const entrance = found[2] ?? found[4];
  const entranceNo = entrance === undefined ? null : Number(entrance);
  return blockNo > 0 && entranceNo !== 0 ? { blockNo, entranceNo } : null;
}

/** How people write it: `9幢2单元`. */
export const addressOf = ({ blockNo, entranceNo }: Address): string =>
  `${blockNo}幢${entranceNo === null ? '' : `${entranceNo}单元`}`;
