import type { Problem, Solution } from '../engine/solver.js';

/** Sessions that are full together, and the needs that hold them; positions as in the problem. */
export interface ClosedPart {
  readonly sessions: readonly number[];
  readonly holders: readonly number[];
}

/**
 * Answers for every need what the engine's `certificate` says of one, at the price of one pass over all pairs: sessions from
 * which one can reach each other (session → who holds it → wherever that need could go) form parts with the same answer
 * (strongly connected components, Tarjan 1972 without recursion), and what a need can reach is a union of parts. All sessions
 * of one holder lie in one part, so counts over parts add up.
 */
export function closedParts(
  problem: Problem,
  { pairQuantity }: Pick<Solution, 'pairQuantity'>,
): (need: number) => readonly ClosedPart[] {
  const { needCount, sessionCount, pairStart, pairSession } = problem;
  const holders: number[][] = Array.from({ length: sessionCount }, () => []);
  for (let need = 0; need < needCount; need++)
    for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++)
      if (pairQuantity[pair]! > 0) holders[pairSession[pair]!]!.push(need);

  // Nodes: sessions, then needs.
  const count = sessionCount + needCount;
  const width = (node: number): number =>
    node < sessionCount ? holders[node]!.length : pairStart[node - sessionCount + 1]! - pairStart[node - sessionCount]!;
  const next = (node: number, at: number): number =>
    node < sessionCount ? sessionCount + holders[node]![at]! : pairSession[pairStart[node - sessionCount]! + at]!;

  const partOf = new Int32Array(count).fill(-1);
  const index = new Int32Array(count);
  const low = new Int32Array(count);
  const cursor = new Int32Array(count);
  const open: number[] = [];
  const parts: { readonly sessions: number[]; readonly holders: number[]; readonly after: Set<number> }[] = [];
  let visited = 0;
  const enter = (node: number, path: number[]): void => {
    index[node] = low[node] = ++visited;
    open.push(node);
    path.push(node);
  };
  for (let root = 0; root < sessionCount; root++) {
    if (index[root]! > 0) continue;
    const path: number[] = [];
    enter(root, path);
    while (path.length) {
      const node = path.at(-1)!;
      if (cursor[node]! < width(node)) {
        const to = next(node, cursor[node]!++);
        if (index[to] === 0) enter(to, path);
        else if (partOf[to]! < 0) low[node] = Math.min(low[node]!, index[to]!);
        continue;
      }
      path.pop();
      const before = path.at(-1);
      if (before !== undefined) low[before] = Math.min(low[before]!, low[node]!);
      if (low[node] === index[node]) closePart(node);
    }
  }

  function closePart(root: number): void {
    const part = { sessions: [] as number[], holders: [] as number[], after: new Set<number>() };
    const members = open.splice(open.lastIndexOf(root));
    for (const member of members) {
      partOf[member] = parts.length;
      if (member < sessionCount) part.sessions.push(member);
      else part.holders.push(member - sessionCount);
    }
    for (const member of members)
      for (let at = 0; at < width(member); at++) {
        const to = partOf[next(member, at)]!;
        if (to !== parts.length) part.after.add(to);
      }
    parts.push(part);
  }

  return need => {
    const reached = new Set<number>();
    for (let pair = pairStart[need]!; pair < pairStart[need + 1]!; pair++) reached.add(partOf[pairSession[pair]!]!);
    // A set is walked in the order of insertion, what is added on the way included.
    for (const part of reached) for (const after of parts[part]!.after) reached.add(after);
    return [...reached].map(part => parts[part]!);
  };
}
