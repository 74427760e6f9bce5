import type { Owners } from './holdings.js';

/**
 * Once those who are not reached yet have fewer pairs than this many times those of who was reached last, they look for somebody
 * who is reached, which ends with the first one found, instead of being looked for (Beamer, Asanović and Patterson 2012). So hardly
 * more is read of a component than it takes to come by everybody. As measured.
 */
const EAGERNESS = 2;

/** Once as many have been raised as this share of all who were reached, it is less work to reach them anew. As measured. */
const WORN = 0.25;

/** Marks are told apart by searches up to this one; then all are wiped. */
const LAST_MARK = 2 ** 30;

/**
 * What can be reached from a member of the near side by alternating paths, layer by layer: by a pair to the far side, by a
 * holding back. From a need these are the sessions that it could have and those who would have to leave them; from a session the
 * needs that could come and the sessions that they would leave.
 */
export class Layers {
  readonly near: Owners;
  readonly far: Owners;
  /** By member: `floor` and the number of its layer, 0 for the root and all that its pairs lead to; below `floor`: it is not reached. */
  readonly nearMark: Int32Array;
  readonly farMark: Int32Array;
  floor = 1;
  /** Members in the order they were reached, of each side so many. */
  readonly nearReached: Int32Array;
  readonly farReached: Int32Array;
  nearCount = 0;
  farCount = 0;
  /** By layer: how many of the near side are in it. */
  readonly #sizes: number[] = [];
  #raised = 0;
  #nearDone = 0;
  #farDone = 0;
  /** Of the far side: how many pairs those have that are not reached, and who they are once that matters. */
  #pairsLeft = 0;
  #leftCount = -1;
  readonly #left: Int32Array;

  constructor(near: Owners, far: Owners) {
    this.near = near;
    this.far = far;
    // Filled with what is there: memory is given out when it is first written, and no search should wait for it.
    this.nearMark = new Int32Array(near.count).fill(0);
    this.farMark = new Int32Array(far.count).fill(0);
    this.nearReached = new Int32Array(near.count).fill(0);
    this.farReached = new Int32Array(far.count).fill(0);
    this.#left = new Int32Array(far.count).fill(0);
  }

  /** Forgets the search before; only the root is reached. */
  begin(root: number): void {
    // There are no more layers than members.
    this.floor += this.nearCount + 1;
    if (this.floor > LAST_MARK) {
      this.nearMark.fill(0);
      this.farMark.fill(0);
      this.floor = 1;
    }
    const { start, componentOf, componentStart } = this.near;
    const component = componentOf[root]!;
    this.#pairsLeft = start[componentStart[component + 1]!]! - start[componentStart[component]!]!;
    this.#leftCount = -1;
    this.nearReached[0] = root;
    this.nearMark[root] = this.floor;
    this.nearCount = 1;
    this.farCount = 0;
    this.#sizes.length = 0;
    this.#sizes.push(1);
    this.#nearDone = 0;
    this.#farDone = 0;
    this.#raised = 0;
  }

  /** Goes on until a member of the far side is reached; false when it cannot be, and then all that can be is. */
  reach(member: number): boolean {
    while (this.farMark[member]! < this.floor) {
      if (this.#farDone < this.farCount) this.back();
      if (!this.cross()) return false;
    }
    return true;
  }

  /** Goes on until all is reached that can be. */
  reachAll(): void {
    do if (this.#farDone < this.farCount) this.back();
    while (this.cross());
  }

  /** Reaches the far side from who of the near side was reached last; false when that is nobody new. */
  cross(): boolean {
    const known = this.farCount;
    const { start } = this.near;
    let pairs = 0;
    for (let i = this.#nearDone; i < this.nearCount; i++)
      pairs += start[this.nearReached[i]! + 1]! - start[this.nearReached[i]!]!;
    if (this.#pairsLeft < EAGERNESS * pairs) this.#crossBackwards();
    else this.#crossForwards();
    this.#nearDone = this.nearCount;
    for (let i = known; i < this.farCount; i++)
      this.#pairsLeft -= this.far.start[this.farReached[i]! + 1]! - this.far.start[this.farReached[i]!]!;
    return this.farCount > known;
  }

  /** Reaches back to the near side from who of the far side was reached last. */
  back(): void {
    const { nearMark, nearReached, farReached, farCount } = this;
    const { first, next } = this.far;
    const { ownerOf } = this.near;
    const mark = this.floor + this.#sizes.length;
    let count = this.nearCount;
    for (let i = this.#farDone; i < farCount; i++) {
      for (let holding = first[farReached[i]!]!; holding >= 0; holding = next[holding]!) {
        const owner = ownerOf[holding]!;
        if (nearMark[owner]! >= this.floor) continue;
        nearMark[owner] = mark;
        nearReached[count++] = owner;
      }
    }
    this.#sizes.push(count - this.nearCount);
    this.nearCount = count;
    this.#farDone = farCount;
  }

  /** Puts members into the layer after theirs, once all that can be reached is known; see `createWays` for when. */
  raise(nears: readonly number[], fars: readonly number[]): void {
    this.#raised += nears.length + fars.length;
    if (this.#raised > WORN * (this.nearCount + this.farCount)) {
      this.begin(this.nearReached[0]!);
      this.reachAll();
    } else this.#raise(nears, fars);
  }

  /** Ways pass every layer; when one has become empty, nobody beyond it is reached any more. */
  #raise(nears: readonly number[], fars: readonly number[]): void {
    const { nearMark, farMark, nearReached, farReached, floor } = this;
    const sizes = this.#sizes;
    for (const member of nears) {
      const layer = nearMark[member]! - floor;
      nearMark[member] = nearMark[member]! + 1;
      sizes[layer] = sizes[layer]! - 1;
      sizes[layer + 1] = (sizes[layer + 1] ?? 0) + 1;
    }
    const gap = sizes.indexOf(0);
    if (gap > 0) {
      sizes.length = gap;
      for (let i = 0; i < this.nearCount; i++) if (nearMark[nearReached[i]!]! > floor + gap) nearMark[nearReached[i]!] = 0;
      for (let i = 0; i < this.farCount; i++) if (farMark[farReached[i]!]! >= floor + gap) farMark[farReached[i]!] = 0;
    }
    const end = floor + sizes.length;
    for (const member of fars) if (farMark[member]! > 0) farMark[member] = farMark[member]! + 1 < end ? farMark[member]! + 1 : 0;
  }

  #crossForwards(): void {
    const { nearReached, nearCount, farMark, farReached, floor } = this;
    const { start, other } = this.near;
    const mark = floor + this.#sizes.length - 1;
    let count = this.farCount;
    for (let i = this.#nearDone; i < nearCount; i++) {
      const end = start[nearReached[i]! + 1]!;
      for (let at = start[nearReached[i]!]!; at < end; at++) {
        const member = other[at]!;
        if (farMark[member]! >= floor) continue;
        farMark[member] = mark;
        farReached[count++] = member;
      }
    }
    this.farCount = count;
  }

  #crossBackwards(): void {
    const { nearMark, farMark, farReached, floor } = this;
    const { start, other } = this.far;
    const left = this.#left;
    if (this.#leftCount < 0) this.#listLeft();
    const mark = floor + this.#sizes.length - 1;
    let count = this.farCount;
    let kept = 0;
    for (let i = 0; i < this.#leftCount; i++) {
      const member = left[i]!;
      if (farMark[member]! >= floor) continue;
      const end = start[member + 1]!;
      let at = start[member]!;
      while (at < end && nearMark[other[at]!]! < floor) at++;
      if (at === end) left[kept++] = member;
      else {
        farMark[member] = mark;
        farReached[count++] = member;
      }
    }
    this.farCount = count;
    this.#leftCount = kept;
  }

  #listLeft(): void {
    const component = this.near.componentOf[this.nearReached[0]!]!;
    const end = this.far.componentStart[component + 1]!;
    this.#leftCount = 0;
    for (let member = this.far.componentStart[component]!; member < end; member++)
      if (this.farMark[member]! < this.floor) this.#left[this.#leftCount++] = member;
  }
}
