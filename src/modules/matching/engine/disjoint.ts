/** Disjoint sets of the numbers from 0 to `count - 1` (union by least member, path halving). */
export interface DisjointSets {
  /** The least member of a number's set. */
  readonly find: (member: number) => number;
  readonly unite: (one: number, other: number) => void;
}

export const createDisjointSets = (count: number): DisjointSets => {
  const leader = Int32Array.from({ length: count }, (_, i) => i);
  const find = (member: number): number => {
    let at = member;
    while (leader[at]! !== at) {
      leader[at] = leader[leader[at]!]!;
      at = leader[at]!;
    }
    return at;
  };
  const unite = (one: number, other: number): void => {
    const [a, b] = [find(one), find(other)];
    leader[Math.max(a, b)] = Math.min(a, b);
  };
  return { find, unite };
};
