import type { Problem } from '../../src/modules/matching/engine/solver.js';
import { allForOne, chain, estate, funds, oneForAll, tangle } from '../support/instances.js';

/** Supply over demand. */
export const SUPPLIES = [
  ['scarce', 0.75],
  ['balanced', 1],
  ['ample', 1.4],
] as const;

const SIZES = [
  ['community', 3000, 1000],
  ['subdistrict', 30_000, 10_000],
  ['district', 200_000, 60_000],
] as const;

const AIM = { estate: 0.6, shape: 1 };

export interface Case {
  readonly name: string;
  /** Our time over LEMON's, at most. */
  readonly aim: number;
  readonly make: () => Problem;
}

const SHAPES: readonly Omit<Case, 'aim'>[] = [
  ...SUPPLIES.map(([word, supply]) => ({
    name: `one giant component ${word}`,
    make: () => tangle({ needs: 30_000, sessions: 10_000, pairsPerNeed: 30, supply, costs: 9999, seed: 2 }),
  })),
  {
    name: 'all costs equal',
    make: () => tangle({ needs: 30_000, sessions: 10_000, pairsPerNeed: 30, supply: 1, costs: 0, seed: 3 }),
  },
  { name: 'alternating chain of 20,000', make: () => chain(20_000) },
  { name: 'one session for 200,000', make: () => oneForAll(200_000, 5000) },
  { name: 'one need for 200,000 sessions', make: () => allForOne(200_000) },
  ...SUPPLIES.map(([word, supply]) => ({
    name: `400 needs of money over 1,000 funds ${word}`,
    make: () => funds({ needs: 400, funds: 1000, largest: 10 ** 12, supply, seed: 4 }),
  })),
];

export const cases: readonly Case[] = [
  ...SIZES.flatMap(([size, needs, sessions]) =>
    SUPPLIES.map(([word, supply]) => ({
      name: `${size} ${word}`,
      aim: AIM.estate,
      make: () => estate({ needs, sessions, pairsPerNeed: 30, supply, seed: 1 }),
    })),
  ),
  ...SHAPES.map(shape => ({ ...shape, aim: AIM.shape })),
];
