import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBuckets, MINUTE, type Standing } from './bucket.js';

const CAPACITY = 600;
const PER_SECOND = CAPACITY / 60;

/** A bucket of 600 points, so ten a second. */
function bucketOf(remembered = 10) {
  const buckets = createBuckets(remembered);
  return (points: number, seconds: number, { key = 'k', mayRunOver = false } = {}) =>
    buckets.pour({ key, points, capacity: CAPACITY, at: seconds * 1000, mayRunOver }) as Standing;
}

describe('a bucket', () => {
  it('takes a minute at once, and then what has run out', () => {
    const pour = bucketOf();
    expect(pour(600, 0)).toEqual({ capacity: 600, room: 0, waitMs: 0, emptyInMs: MINUTE });
    expect(pour(1, 0)).toMatchObject({ room: 0, waitMs: 100 });
    expect(pour(20, 1)).toMatchObject({ room: 10, waitMs: 1000 });
    expect(pour(20, 2)).toMatchObject({ room: 0, waitMs: 0 });
    expect(pour(0, 62)).toEqual({ capacity: 600, room: 600, waitMs: 0, emptyInMs: 0 });
  });

  it('turns away whole what finds no room, and it finds it after the time that it was told', () => {
    const pour = bucketOf();
    pour(500, 0);
    const { waitMs } = pour(300, 0);
    expect(waitMs).toBe(20_000);
    expect(pour(300, (waitMs - 1) / 1000).waitMs).toBeGreaterThan(0);
    expect(pour(300, waitMs / 1000).waitMs).toBe(0);
  });

  it('may run over', () => {
    const pour = bucketOf();
    pour(595, 0);
    expect(pour(10, 0, { mayRunOver: true })).toEqual({ capacity: 600, room: 0, waitMs: 0, emptyInMs: MINUTE });
  });

  it('does not fill or run out by a clock that goes back', () => {
    const pour = bucketOf();
    pour(300, 100);
    expect(pour(0, 50).room).toBe(300);
    expect(pour(0, 100).room).toBe(300);
  });

  it('is its own for each key, and the one longest unused is forgotten first', () => {
    const pour = bucketOf(2);
    for (const key of ['a', 'b', 'a', 'c']) pour(100, 0, { key });
    expect(['a', 'c', 'b'].map(key => pour(0, 0, { key }).room)).toEqual([400, 500, 600]);
  });

  it('never takes more in a stretch of time than it holds and what runs out meanwhile', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 30 })), { maxLength: 30 });
    fc.assert(
      fc.property(steps, given => {
        const pour = bucketOf();
        let now = 0;
        const taken = given.map(([points, after]) => {
          now += after;
          return { at: now, points: pour(points, now).waitMs === 0 ? points : 0 };
        });
        const surpluses = taken.flatMap(({ at: start }, from) => {
          let total = 0;
          return taken.slice(from).map(({ at, points }) => {
            total += points;
            return total - CAPACITY - (at - start) * PER_SECOND;
          });
        });
        expect(Math.max(0, ...surpluses)).toBeLessThan(1e-6);
      }),
    );
  });
});
