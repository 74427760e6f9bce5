import { expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { between } from '../../../../tests/support/matching.js';
import { Heap } from './heap.js';

it('gives the best first, and of equals the one that came first', () => {
  const random = createRandom(51);
  for (let round = 0; round < 50; round++) {
    const heap = new Heap<{ readonly worth: number; readonly number: number }>((one, other) => one.worth > other.worth);
    let left: { readonly worth: number; readonly number: number }[] = [];
    for (let number = 0; number < 200; number++) {
      if (left.length > 0 && random() < 0.4) {
        left.sort((one, other) => other.worth - one.worth || one.number - other.number);
        expect(heap.size).toBe(left.length);
        expect(heap.first).toBe(left[0]);
        expect(heap.pop()).toBe(left[0]);
        left = left.slice(1);
      } else {
        const item = { worth: between(random, 0, 5), number };
        heap.push(item);
        left.push(item);
      }
    }
  }
});
