import type { Constraints } from './constraints.js';
import { createDisjointSets, type DisjointSets } from './disjoint.js';
import type { Block } from './draft.js';
import type { Instance } from './instance.js';
import type { Problem } from './types.js';

/** Sets of needs (by their numbers) and sessions (theirs above those of all needs), united by pairs and caps. */
export const blocksOf = (problem: Problem, constraints: Constraints): DisjointSets => {
  const blocks = createDisjointSets(problem.needCount + problem.sessionCount);
  for (let need = 0; need < problem.needCount; need++)
    for (let pair = problem.pairStart[need]!; pair < problem.pairStart[need + 1]!; pair++)
      blocks.unite(need, problem.needCount + problem.pairSession[pair]!);
  for (const { needs } of constraints.caps) for (const need of needs) blocks.unite(needs[0]!, need);
  return blocks;
};

export interface Members {
  readonly needs: Int32Array;
  readonly sessions: Int32Array;
}

/** The members of some sets, needs in rank order. */
export const membersOf = (
  problem: Problem,
  sets: DisjointSets,
  order: Int32Array,
  leaders: ReadonlySet<number>,
): ReadonlyMap<number, Members> => {
  const lists = new Map<number, { needs: number[]; sessions: number[] }>();
  for (const leader of leaders) lists.set(leader, { needs: [], sessions: [] });
  for (const need of order) lists.get(sets.find(need))?.needs.push(need);
  for (let session = 0; session < problem.sessionCount; session++)
    lists.get(sets.find(problem.needCount + session))?.sessions.push(session);
  return new Map(
    [...lists].map(([leader, { needs, sessions }]) => [
      leader,
      { needs: Int32Array.from(needs), sessions: Int32Array.from(sessions) },
    ]),
  );
};

/** The blocks that make up an instance. */
export const blocksInside = (instance: Instance, whole: Problem, sets: DisjointSets): readonly Block[] => {
  const lists = new Map<number, { needs: number[]; columns: number[]; caps: Block['caps'][number][] }>();
  const listOf = (leader: number) => {
    const known = lists.get(leader) ?? { needs: [], columns: [], caps: [] };
    lists.set(leader, known);
    return known;
  };
  for (const [need, original] of instance.needs.entries()) listOf(sets.find(original)).needs.push(need);
  for (const [column, session] of instance.columnSession.entries())
    listOf(sets.find(whole.needCount + instance.sessions[session]!)).columns.push(column);
  for (const cap of instance.rules.caps)
    if (cap.needs.length > 0) listOf(sets.find(instance.needs[cap.needs[0]!]!)).caps.push(cap);
  return [...lists.values()].map(({ needs, columns, caps }) => ({
    needs: Int32Array.from(needs),
    columns: Int32Array.from(columns),
    caps,
  }));
};
