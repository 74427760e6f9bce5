import { type SQL, sql } from 'drizzle-orm';
import type { KeyedTable, SealedTable } from '../../db/sealed-table.js';
import type { Scope } from '../../scope/scope.js';

/** A row as rotation reads it: its id, and its sealed columns by name. */
export interface SealedRow {
  readonly id: string;
  readonly values: Readonly<Record<string, Buffer | null>>;
}

const tableOf = ({ name }: KeyedTable): SQL =>
  sql.join(
    name.split('.').map(part => sql.identifier(part)),
    sql`.`,
  );
/** Rows of the scope's community; of what belongs to none, all. */
const inReach = ({ communityId }: Scope, { withoutCommunity }: KeyedTable): SQL =>
  withoutCommunity ? sql`true` : sql`community_id = ${communityId}::uuid`;
const byteOf = (number: number): SQL => sql`${Buffer.of(number)}::bytea`;

/** True for rows of which something is under another key than new values are. */
function isStale({ sealed, indexes }: SealedTable, { vault }: Scope): SQL {
  const { data, index } = vault.current;
  const startsOtherwise = (column: string, number: number): SQL =>
    sql`(${sql.identifier(column)} is not null and substring(${sql.identifier(column)} from 1 for 1) <> ${byteOf(number)})`;
  return sql.join(
    [
      ...sealed.map(column => startsOtherwise(column, data)),
      ...Object.entries(indexes).map(([column, { kind }]) =>
        kind === 'bytea' ? startsOtherwise(column, index) : sql`${sql.identifier(column)}[1] is distinct from ${-index}::integer`,
      ),
    ],
    sql` or `,
  );
}

const staleAfter = (tx: Scope, table: SealedTable, after: string | null): SQL => {
  const id = sql.identifier(table.id);
  return sql`${inReach(tx, table)} and (${after}::uuid is null or ${id} > ${after}::uuid) and (${isStale(table, tx)})`;
};

/** The next stale rows by id, locked, so that an edit comes before or after and never in between. */
export async function lockStale(
  tx: Scope,
  table: SealedTable,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<readonly SealedRow[]> {
  const id = sql.identifier(table.id);
  const columns = sql.join([id, ...table.sealed.map(column => sql.identifier(column))], sql`, `);
  const rows = await tx.db.execute<Record<string, Buffer | null> & Record<typeof table.id, string>>(sql`
    select ${columns} from ${tableOf(table)}
    where ${staleAfter(tx, table, after)}
    order by ${id} limit ${limit} for update`);
  return rows.map(row => ({
    id: String(row[table.id]),
    values: Object.fromEntries(table.sealed.map(column => [column, row[column] ?? null])),
  }));
}

/** Rows that somebody else renews while we wait for them drop out of what was locked, so that nothing locked is not yet nothing left. */
export async function isAnyStale(tx: Scope, table: SealedTable, after: string | null): Promise<boolean> {
  const [row] = await tx.db.execute<{ left: boolean }>(
    sql`select exists (select from ${tableOf(table)} where ${staleAfter(tx, table, after)}) as left`,
  );
  return row?.left ?? false;
}

/** Writes the columns of a row that was locked. */
export async function saveColumns(
  tx: Scope,
  table: SealedTable,
  id: string,
  columns: Readonly<Record<string, Buffer | number[] | null>>,
): Promise<void> {
  const set = Object.entries(columns).map(([column, value]) => {
    const type = table.indexes[column]?.kind ?? 'bytea';
    return sql`${sql.identifier(column)} = ${sql.param(value)}::${sql.raw(type)}`;
  });
  await tx.db.execute(sql`
    update ${tableOf(table)} set ${sql.join(set, sql`, `)}
    where ${inReach(tx, table)} and ${sql.identifier(table.id)} = ${id}::uuid`);
}

/** How many values of a table are under which key; number 0: under none, which nobody can open. */
export interface KeyUse {
  readonly kind: 'data' | 'index';
  readonly number: number;
  readonly values: number;
}

export async function keyUseOf(scope: Scope, table: KeyedTable): Promise<readonly KeyUse[]> {
  const numberOf = (column: string, kind: 'bytea' | 'integer[]'): SQL => {
    const name = sql.identifier(column);
    return kind === 'bytea'
      ? sql`case when length(${name}) > 0 then get_byte(${name}, 0) else 0 end`
      : sql`coalesce(-${name}[1], 0)`;
  };
  const part = (kind: KeyUse['kind'], column: string, type: 'bytea' | 'integer[]'): SQL =>
    sql`select ${kind}::text as kind, ${numberOf(column, type)} as number from ${tableOf(table)}
      where ${inReach(scope, table)} and ${sql.identifier(column)} is not null`;
  const parts = [
    ...table.sealed.map(column => part('data', column, 'bytea')),
    ...Object.entries(table.indexes).map(([column, { kind }]) => part('index', column, kind)),
  ];
  const rows = await scope.db.execute<{ kind: KeyUse['kind']; number: number; values: number }>(sql`
    select kind, number, count(*)::int as values from (${sql.join(parts, sql` union all `)}) each_value
    group by kind, number order by kind, number`);
  return rows.map(({ kind, number, values }) => ({ kind, number, values }));
}
