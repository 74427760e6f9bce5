/**
 * What a flow cannot hold by itself. Needs, sessions and pairs are those of the problem, by index; every list may be empty, also
 * those by session or by need, which then ask nothing. The objective stays the same: served quantities lexicographically best in
 * rank order, then fewest changes, then least cost, among the plans that obey all of this.
 */
export interface Constraints {
  /** By session: held with at least so much, or not at all (minimum attendance). 0 asks nothing. */
  readonly sessionMinimum: Float64Array;
  /** By need: served with at least so much, or not at all (minimum portion); its whole quantity means all or nothing. */
  readonly needMinimum: Float64Array;
  /** Two by two: pairs of which at most one may be used, such as one person in two sessions that overlap. */
  readonly exclusivePairs: Int32Array;
  /** Two by two: sessions of which at most one may be held, such as one helper or one room at the same time. */
  readonly exclusiveSessions: Int32Array;
  /**
   * Two by two: needs that are served whole by one and the same session, or neither is served at all. A need for nothing (its
   * quantity is 0) asks nothing of the other.
   */
  readonly togetherNeeds: Int32Array;
  /** Needs that may not be served more than `limit` all together: one person's use of a much-wanted category in a period. */
  readonly caps: readonly { readonly needs: Int32Array; readonly limit: number }[];
  /** By need: the group it belongs to, such as its branch; groups are numbered from 0. */
  readonly needGroup: Int32Array;
  /**
   * Places of a session that only needs of one group may take (branch quota); the places beyond all quotas are open to all. All
   * quotas of a session together are at most its capacity.
   */
  readonly quotas: readonly { readonly session: number; readonly group: number; readonly places: number }[];
}
