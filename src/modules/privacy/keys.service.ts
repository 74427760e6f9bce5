import type { KeyedTable, SealedTable } from '../../db/sealed-table.js';
import { ok } from '../../kernel/result.js';
import { NO_COMMUNITY } from '../../kernel/vault.js';
import type { Scope } from '../../scope/scope.js';
import { indexedLinks, indexedResets, sealedTotps } from '../identity/identity.service.js';
import { sealedOverrideNotes } from '../matching/plan-overrides.service.js';
import { sealedNeedDetails } from '../needs/needs.service.js';
import { sealedServiceRatings } from '../referrals/ratings.service.js';
import { sealedResidents } from '../residents/residents.service.js';
import { logAccess } from './access.service.js';
import { isAnyStale, type KeyUse, keyUseOf, lockStale, type SealedRow, saveColumns } from './keys.repo.js';
import { sealedRequests } from './requests.repo.js';

export type { KeyUse } from './keys.repo.js';

/** Every table with sealed columns; a test compares them, and the ones below, with the catalogue. */
export const SEALED_TABLES: readonly SealedTable[] = [
  sealedResidents,
  sealedNeedDetails,
  sealedOverrideNotes,
  sealedServiceRatings,
  sealedRequests,
  sealedTotps,
];
/** Everything under keys; what is here only is counted but not made anew. */
export const KEYED_TABLES: readonly KeyedTable[] = [...SEALED_TABLES, indexedLinks, indexedResets];

/** What rotation did to a table of one community, or of none. */
export interface Renewed {
  readonly table: string;
  readonly renewed: number;
  /** Rows that do not open: altered, moved, or under a key that is gone. They stay as they are, and their key must stay. */
  readonly unreadable: number;
}

export interface RotationOptions {
  /** Rows of a transaction: few, so that nobody waits long for a row. */
  readonly batch?: number;
  readonly onBatch?: (table: string, rows: number) => unknown;
}
const BATCH = 100;

/**
 * Seals and indexes anew whatever is not under the current keys (NIST SP 800-57 part 1 §5.3.4: a key's period of use ends), in short
 * transactions under the purpose `key-rotation`, while the house serves. Each value says itself under which key it is, so there is
 * no progress to keep: what was committed stays done when the process dies, and the next run does the rest. Two runs at once
 * share the work.
 */
export async function rotateKeys(scope: Scope, { batch = BATCH, onBatch = () => undefined }: RotationOptions = {}) {
  const sys = scope.asSystem('key-rotation');
  const report: Renewed[] = [];
  for (const table of SEALED_TABLES) {
    let [renewed, unreadable, after] = [0, 0, null as string | null];
    for (let isLeft = true; isLeft; ) {
      const turn = await renewSome(sys, table, { after, limit: batch });
      renewed += turn.renewed;
      unreadable += turn.unreadable;
      after = turn.last;
      isLeft = turn.isLeft;
      if (turn.renewed) await onBatch(table.name, turn.renewed);
    }
    report.push({ table: table.name, renewed, unreadable });
  }
  await noteRotation(sys, report);
  return report;
}

async function renewSome(
  sys: Scope,
  table: SealedTable,
  window: { readonly after: string | null; readonly limit: number },
): Promise<{ readonly renewed: number; readonly unreadable: number; readonly last: string | null; readonly isLeft: boolean }> {
  const { value } = await sys.transaction(async tx => {
    const rows = await lockStale(tx, table, window);
    const anew = rows.flatMap(row => {
      const columns = renewedColumns(tx, table, row);
      return columns ? [{ id: row.id, columns }] : [];
    });
    await Promise.all(anew.map(({ id, columns }) => saveColumns(tx, table, id, columns)));
    if (rows.length) await logAccess(tx, { action: 'KEYS_ROTATED', detail: { table: table.name, rows: rows.length } });
    const last = rows.at(-1)?.id ?? window.after;
    return ok({
      renewed: anew.length,
      unreadable: rows.length - anew.length,
      last,
      isLeft: rows.length > 0 || (await isAnyStale(tx, table, last)),
    });
  });
  return value;
}

/** The columns of a row under the current keys; null when the row does not open. */
function renewedColumns(tx: Scope, { name, withoutCommunity, sealed, indexes }: SealedTable, { id, values }: SealedRow) {
  const { vault } = tx;
  const communityId = withoutCommunity ? NO_COMMUNITY : tx.communityId;
  const placeOf = (column: string) => ({ table: name, column, communityId, rowId: id });
  try {
    const texts = Object.fromEntries(
      sealed.map(column => {
        const value = values[column];
        return [column, value ? vault.open(placeOf(column), value) : null];
      }),
    );
    return {
      ...Object.fromEntries(
        sealed.map(column => {
          const text = texts[column] ?? null;
          return [column, text === null ? null : vault.seal(placeOf(column), text)];
        }),
      ),
      ...Object.fromEntries(Object.entries(indexes).map(([column, { of }]) => [column, of({ vault, communityId, texts })])),
    };
  } catch {
    return null;
  }
}

const noteRotation = (sys: Scope, report: readonly Renewed[]) =>
  sys.transaction(async tx => {
    const sum = (of: 'renewed' | 'unreadable'): number => report.reduce((total, row) => total + row[of], 0);
    const { data, index } = tx.vault.current;
    await tx.append({
      kind: 'KEYS_ROTATED',
      subject: { type: 'Community', id: tx.communityId },
      data: { dataKey: data, indexKey: index, renewed: sum('renewed'), unreadable: sum('unreadable') },
    });
    return ok(null);
  });

/** How many values of this community, and of none, are under which key: a key may be retired when no community uses it. */
export async function keysInUse(scope: Scope): Promise<readonly (KeyUse & { readonly table: string })[]> {
  return scope.asSystem('key-rotation').reading(async sys => {
    const found = await Promise.all(
      KEYED_TABLES.map(async table => (await keyUseOf(sys, table)).map(use => ({ ...use, table: table.name }))),
    );
    return found.flat();
  });
}
