import { type Side, type Sides, sidesOf } from './sides.js';
import type { Problem } from './types.js';

/** What the members of one side have of the plan. */
export interface Owners extends Side {
  /** By member: of a need what no session serves, of a session the places that nobody holds. */
  readonly spare: Float64Array;
  /** Holdings of each member, as a linked list; -1 ends it. */
  readonly first: Int32Array;
  readonly next: Int32Array;
  /** By holding: the member of this side. */
  readonly ownerOf: Int32Array;
}

/** Who holds what, ready to be walked both ways. A holding is a pair with a quantity. */
export interface Holdings {
  readonly needs: Owners;
  readonly sessions: Owners;
  /** By pair, as in the problem. */
  readonly pairQuantity: Float64Array;
  /** By holding. */
  readonly pairOf: Int32Array;
  /** Adds to what a need holds of a session by a pair. What is spare is the caller's to mind, here and in `take`. */
  readonly give: (pair: number, need: number, session: number, quantity: number) => void;
  /** Takes from a holding, which is no more when nothing is left. */
  readonly take: (holding: number, quantity: number) => void;
}

interface Lists {
  readonly first: Int32Array;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly ownerOf: Int32Array;
}

const listsOf = (members: number, holdings: number): Lists => ({
  first: new Int32Array(members).fill(-1),
  next: new Int32Array(holdings),
  previous: new Int32Array(holdings),
  ownerOf: new Int32Array(holdings),
});

const link = ({ first, next, previous, ownerOf }: Lists, owner: number, holding: number): void => {
  const head = first[owner]!;
  ownerOf[holding] = owner;
  next[holding] = head;
  previous[holding] = -1;
  if (head >= 0) previous[head] = holding;
  first[owner] = holding;
};

const unlink = ({ first, next, previous, ownerOf }: Lists, holding: number): void => {
  const [before, after] = [previous[holding]!, next[holding]!];
  if (before >= 0) next[before] = after;
  else first[ownerOf[holding]!] = after;
  if (after >= 0) previous[after] = before;
};

/** The holdings of a plan, which is copied. What it leaves to spare follows from it. */
export const holdingsOf = (problem: Problem, planned: Float64Array): Holdings => {
  const pairCount = problem.pairSession.length;
  const sides: Sides = sidesOf(problem);
  const ownersOf = (side: Side, quantities: Float64Array) => {
    const spare = new Float64Array(side.count);
    for (let member = 0; member < side.count; member++) spare[member] = quantities[side.numberOf[member]!]!;
    return { ...side, ...listsOf(side.count, pairCount), spare };
  };
  const needs = ownersOf(sides.needs, problem.needQuantity);
  const sessions = ownersOf(sides.sessions, problem.sessionCapacity);
  const pairQuantity = new Float64Array(pairCount);
  const pairOf = new Int32Array(pairCount);
  // Holdings are numbered densely, however many pairs there are; new ones get the numbers of those that are no more.
  const vacant: number[] = [];
  let numbered = 0;

  const give = (pair: number, need: number, session: number, quantity: number): void => {
    if (pairQuantity[pair] === 0) {
      const holding = vacant.pop() ?? numbered++;
      pairOf[holding] = pair;
      link(needs, need, holding);
      link(sessions, session, holding);
    }
    pairQuantity[pair] = pairQuantity[pair]! + quantity;
  };

  const take = (holding: number, quantity: number): void => {
    const pair = pairOf[holding]!;
    pairQuantity[pair] = pairQuantity[pair]! - quantity;
    if (pairQuantity[pair]! > 0) return;
    unlink(needs, holding);
    unlink(sessions, holding);
    vacant.push(holding);
  };

  for (let need = 0; need < needs.count; need++) {
    const number = needs.numberOf[need]!;
    for (let pair = problem.pairStart[number]!; pair < problem.pairStart[number + 1]!; pair++) {
      const quantity = planned[pair]!;
      if (quantity === 0) continue;
      const session = sessions.memberOf[problem.pairSession[pair]!]!;
      give(pair, need, session, quantity);
      needs.spare[need] = needs.spare[need]! - quantity;
      sessions.spare[session] = sessions.spare[session]! - quantity;
    }
  }
  return { needs, sessions, pairQuantity, pairOf, give, take };
};
