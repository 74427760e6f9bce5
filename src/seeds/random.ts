/** A stream of numbers that depends on its name alone, so that a seed gives the same estate every time. */
export interface Random {
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  weighted<T extends { readonly weight: number }>(list: readonly T[]): T;
  /** The same elements in another order. */
  shuffled<T>(list: readonly T[]): T[];
  /** Another stream; what is drawn from one does not move the other. */
  fork(name: string): Random;
}

/** 32 bits that spread over all of a text (FNV-1a with a final mix). */
export function digest(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** sfc32 (Chris Doty-Humphrey's small fast counter), started from a name. */
export function createRandom(name: string): Random {
  let a = digest(`${name}|a`);
  let b = digest(`${name}|b`);
  let c = digest(`${name}|c`);
  let counter = 1;
  const next = (): number => {
    const t = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return (t >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) next();
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    between,
    chance: probability => next() < probability,
    pick(list) {
      const found = list[between(0, list.length - 1)];
      if (found === undefined) throw new RangeError('nothing to pick from');
      return found;
    },
    weighted(list) {
      let left = next() * list.reduce((total, { weight }) => total + weight, 0);
      const last = list.at(-1);
      if (last === undefined) throw new RangeError('nothing to pick from');
      for (const item of list) {
        left -= item.weight;
        if (left < 0) return item;
      }
      return last;
    },
    shuffled(list) {
      const order = [...list];
      for (let i = order.length - 1; i > 0; i--) {
        const other = between(0, i);
        [order[i], order[other]] = [order[other]!, order[i]!];
      }
      return order;
    },
    fork: part => createRandom(`${name}/${part}`),
  };
}

/** Splits a whole number by weights so that the parts add up to it (largest remainder). */
export function share(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const exact = weights.map(weight => (total * weight) / sum);
  const parts = exact.map(Math.floor);
  const byRemainder = exact
    .map((value, at) => ({ at, rest: value - Math.floor(value) }))
    .sort((x, y) => y.rest - x.rest || x.at - y.at);
  const missing = total - parts.reduce((a, b) => a + b, 0);
  for (const { at } of byRemainder.slice(0, missing)) parts[at]!++;
  return parts;
}
