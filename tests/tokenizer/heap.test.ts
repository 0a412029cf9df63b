import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap } from '../../src/tokenizer/heap.ts';

test('a heap gives back what was put in, least first, while more comes in', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer())), (steps) => {
      const heap = new Heap<number>((a, b) => a < b);
      const model: number[] = [];
      const popped: [unknown, unknown][] = [];
      for (const item of steps) {
        if (item === null) popped.push([heap.pop(), model.shift()]);
        else {
          heap.push(item);
          model.push(item);
          model.sort((a, b) => a - b);
        }
      }
      for (const [item, expected] of popped) expect(item).toBe(expected);
      for (const item of model) expect(heap.pop()).toBe(item);
      expect(heap.pop()).toBeUndefined();
    }),
  );
});
