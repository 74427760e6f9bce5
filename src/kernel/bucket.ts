import { LRUCache } from 'lru-cache';

/** How long a full bucket takes to run empty, in milliseconds. */
export const MINUTE = 60_000;
/** Buckets that are remembered: far more than callers within a minute. */
const REMEMBERED = 100_000;

export interface Pour {
  readonly key: string;
  readonly points: number;
  /** What the bucket holds, in points; as much runs out of it in a minute. Above 0. */
  readonly capacity: number;
  /** The moment, in milliseconds since 1970. */
  readonly at: number;
  /** What finds no room runs over, instead of being turned away whole. */
  readonly mayRunOver?: boolean;
}

/** How a bucket stands after somebody poured. */
export interface Standing {
  readonly capacity: number;
  /** Whole points that there is room for. */
  readonly room: number;
  /** Milliseconds until what was turned away finds room; 0 when it went in. */
  readonly waitMs: number;
  /** Milliseconds until the bucket is empty. */
  readonly emptyInMs: number;
}

/**
 * Leaky buckets by key. A bucket runs empty evenly, so that a caller never has more than it holds at once, as at the border
 * of two counted minutes. Processes that share a budget share a store behind this port; what it keeps of a bucket is a level
 * and a moment.
 */
export interface Buckets {
  pour(pour: Pour): Standing | Promise<Standing>;
}

/**
 * Buckets in this process. When too many are in use the one that was longest not poured into is forgotten: after a minute
 * without a drop it was empty anyhow.
 */
export function createBuckets(remembered: number = REMEMBERED): Buckets {
  const levels = new LRUCache<string, { readonly level: number; readonly at: number }>({ max: remembered });
  return {
    pour({ key, points, capacity, at, mayRunOver = false }) {
      const before = levels.get(key);
      const perMs = capacity / MINUTE;
      const found = before ? Math.max(0, before.level - Math.max(0, at - before.at) * perMs) : 0;
      const missing = found + points - capacity;
      const isTaken = missing <= 0 || mayRunOver;
      const level = isTaken ? Math.min(capacity, found + points) : Math.min(capacity, found);
      if (isTaken) levels.set(key, { level, at: Math.max(at, before?.at ?? at) });
      return {
        capacity,
        room: Math.floor(capacity - level),
        waitMs: isTaken ? 0 : Math.ceil(missing / perMs),
        emptyInMs: Math.ceil(level / perMs),
      };
    },
  };
}
