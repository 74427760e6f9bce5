import { expect, it } from 'vitest';
import { Scratch } from './scratch.js';

/** Takes arrays of these lengths and says in which memory they lie, and where. */
const places = (lengths: readonly number[]) =>
  Scratch.lend(ArrayBuffer, scratch =>
    lengths.map(length => {
      const { buffer, byteOffset } = scratch.dirtyFloat64(length).fill(7);
      return [buffer, byteOffset] as const;
    }),
  );

it('lends the same memory again, piece by piece', () => {
  const lengths = [10, 1 << 18, 3, 0, 5];
  const first = places(lengths);
  const second = places(lengths);
  for (const [at, [buffer, byteOffset]] of first.entries()) {
    expect(second[at]![0]).toBe(buffer);
    expect(second[at]![1]).toBe(byteOffset);
  }
  expect(new Set(first.map(([, byteOffset]) => byteOffset)).size).toBeGreaterThan(1);
});

it('lends arrays that do not overlap, and clean ones clean', () => {
  places([100]);
  Scratch.lend(ArrayBuffer, scratch => {
    const arrays = [scratch.int32(7), scratch.int32(5, -1), scratch.dirtyFloat64(3).fill(0.5), scratch.int32(1)];
    expect(arrays.map(array => [...array])).toEqual([Array(7).fill(0), Array(5).fill(-1), Array(3).fill(0.5), [0]]);
  });
});

it('lends other memory to whoever asks meanwhile, and shared memory apart', () => {
  Scratch.lend(ArrayBuffer, outer => {
    const mine = outer.int32(4, 1);
    Scratch.lend(ArrayBuffer, inner => inner.int32(4, 2));
    Scratch.lend(SharedArrayBuffer, shared => expect(shared.int32(4, 3).buffer).toBeInstanceOf(SharedArrayBuffer));
    expect([...mine]).toEqual([1, 1, 1, 1]);
  });
});
