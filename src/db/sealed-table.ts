import type { Vault } from '../kernel/vault.js';

/** What of a row is open to whoever makes its indexes: the clear text of each sealed column, by the column's name. */
export type ClearTexts = Readonly<Record<string, string | null>>;

type IndexKind = 'bytea' | 'integer[]';

/**
 * A table with columns that are under keys; the names are those of the database. One that is only this has blind indexes of what
 * is kept nowhere: its rows cannot be made anew, and their key stays until they are gone, or used and so put under the current one.
 */
export interface KeyedTable {
  /** With its schema; also what sealed values are bound to. */
  readonly name: string;
  /** Rows are of no community, as accounts are: no column says one, and values are bound to `NO_COMMUNITY`. */
  readonly withoutCommunity?: true;
  readonly sealed: readonly string[];
  /** Blind indexes: bytes, or the tokens of an array. */
  readonly indexes: Readonly<Record<string, { readonly kind: IndexKind }>>;
}

/** A table whose sealed columns and indexes can be made anew from each row, as the change of keys does. */
export interface SealedTable extends KeyedTable {
  /** The column that, with the community if rows have one, tells the row. */
  readonly id: string;
  /** Each made from clear texts of its row. */
  readonly indexes: Readonly<
    Record<string, { readonly kind: IndexKind; readonly of: (row: RowToIndex) => Buffer | number[] | null }>
  >;
}

export interface RowToIndex {
  readonly vault: Vault;
  readonly communityId: string;
  readonly texts: ClearTexts;
}
