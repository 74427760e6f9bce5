import type { Layers } from './layers.js';

/** Who has lost the layer. Their marks are negative. */
interface Lost {
  readonly nears: readonly number[];
  readonly fars: readonly number[];
}

/**
 * Puts layers right after a way was gone, some of whose holdings are no more. All that could be reached must be known, and every
 * way be a shortest one: then nobody comes nearer, for what the way turns around leads back to an earlier layer only. So first
 * those are found who lost all that led to them from the layer before, then they are reached anew (after Ramalingam and Reps 1996),
 * or no longer.
 */
export const createRelayer = (layers: Layers): ((through: readonly number[]) => void) => {
  const { near, far, nearMark, farMark } = layers;
  const askedFor = new Int32Array(far.count);
  let question = 0;

  const isNearLed = (member: number): boolean => {
    const mark = nearMark[member]! - 1;
    let holding = near.first[member]!;
    while (holding >= 0 && farMark[far.ownerOf[holding]!] !== mark) holding = near.next[holding]!;
    return holding >= 0;
  };

  const isFarLed = (member: number): boolean => {
    const mark = farMark[member]!;
    const end = far.start[member + 1]!;
    let at = far.start[member]!;
    while (at < end && nearMark[far.other[at]!] !== mark) at++;
    return at < end;
  };

  /** @param through of the near side, one of each layer from 1 on: one of the holdings that led there may be no more. */
  const lose = (through: readonly number[]): Lost => {
    const nears: number[] = [];
    const fars: number[] = [];
    let [nearsDone, farsDone] = [0, 0];
    for (let step = 1, doubtful: number[] = []; step <= through.length || doubtful.length > 0; step++) {
      const mark = layers.floor + step;
      if (step <= through.length) doubtful.push(through[step - 1]!);
      for (const member of doubtful) {
        if (nearMark[member] !== mark || isNearLed(member)) continue;
        nearMark[member] = -mark;
        nears.push(member);
      }
      question++;
      for (; nearsDone < nears.length; nearsDone++) {
        const member = nears[nearsDone]!;
        for (let at = near.start[member]!; at < near.start[member + 1]!; at++) {
          const led = near.other[at]!;
          if (farMark[led] !== mark || askedFor[led] === question) continue;
          askedFor[led] = question;
          if (isFarLed(led)) continue;
          farMark[led] = -mark;
          fars.push(led);
        }
      }
      doubtful = [];
      for (; farsDone < fars.length; farsDone++)
        for (let holding = far.first[fars[farsDone]!]!; holding >= 0; holding = far.next[holding]!)
          doubtful.push(near.ownerOf[holding]!);
    }
    return { nears, fars };
  };

  /** The nearest layer from which a holding leads to a member now, and so the one of the member is. */
  const nearest = (member: number): number => {
    let least = Number.POSITIVE_INFINITY;
    for (let holding = near.first[member]!; holding >= 0; holding = near.next[holding]!) {
      const mark = farMark[far.ownerOf[holding]!]!;
      if (mark >= layers.floor && mark < least) least = mark;
    }
    return least + 1;
  };

  const farthest = (member: number): number => {
    // Nothing leads there from where it was or nearer.
    const best = 1 - farMark[member]!;
    let least = Number.POSITIVE_INFINITY;
    for (let at = far.start[member]!; at < far.start[member + 1]! && least > best; at++) {
      const mark = nearMark[far.other[at]!]!;
      if (mark >= layers.floor && mark < least) least = mark;
    }
    return least;
  };

  return through => {
    const { floor } = layers;
    const lost = lose(through);
    // By layer: who may be in it, if not in an earlier one.
    const [nearsAt, farsAt]: [number[][], number[][]] = [[], []];
    const note = (at: number[][], mark: number, member: number): void => {
      if (mark === Number.POSITIVE_INFINITY) return;
      const list = at[mark - floor];
      if (list) list.push(member);
      else at[mark - floor] = [member];
    };
    for (const member of lost.nears) note(nearsAt, nearest(member), member);
    for (const member of lost.fars) note(farsAt, farthest(member), member);
    for (let step = 0; step < nearsAt.length || step < farsAt.length; step++) {
      const mark = floor + step;
      for (const member of nearsAt[step] ?? []) {
        if (nearMark[member]! >= floor) continue;
        nearMark[member] = mark;
        for (let at = near.start[member]!; at < near.start[member + 1]!; at++)
          if (farMark[near.other[at]!]! < floor) note(farsAt, mark, near.other[at]!);
      }
      for (const member of farsAt[step] ?? []) {
        if (farMark[member]! >= floor) continue;
        farMark[member] = mark;
        for (let holding = far.first[member]!; holding >= 0; holding = far.next[holding]!)
          if (nearMark[near.ownerOf[holding]!]! < floor) note(nearsAt, mark + 1, near.ownerOf[holding]!);
      }
    }
  };
};
