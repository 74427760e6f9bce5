import type { Vault } from '../kernel/vault.js';

/** What of a row is open to whoever makes its indexes: the clear text of each sealed column, by the column's name. */
export type ClearTexts = Readonly<Record<string, string | null>>;

/** A table with sealed columns, as the change of keys sees it: the names are those of the database. */
export interface SealedTable {
  /** With its schema; also what the values are bound to. */
  readonly name: string;
  /** The column that, with the community, tells the row. */
  readonly id: string;
  readonly sealed: readonly string[];
  /** Blind indexes, each made from clear texts of its row: bytes, or the tokens of an array. */
  readonly indexes: Readonly<
    Record<string, { readonly kind: 'bytea' | 'integer[]'; readonly of: (row: RowToIndex) => Buffer | number[] | null }>
  >;
}

export interface RowToIndex {
  readonly vault: Vault;
  readonly communityId: string;
  readonly texts: ClearTexts;
}
