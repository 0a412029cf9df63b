import { describe, expect, it } from 'vitest';
import { batchAt, evaluationBatches, randomBatch, requireOneWindow } from '../../src/train/batches.ts';

const count = (n: number) => Uint16Array.from({ length: n }, (_, i) => i);

describe('batchAt()', () => {
  it('targets are the inputs one position later', () => {
    const { inputs, targets } = batchAt(count(20), [3, 10], { T: 4 });
    expect([...inputs]).toEqual([3, 4, 5, 6, 10, 11, 12, 13]);
    expect([...targets]).toEqual([4, 5, 6, 7, 11, 12, 13, 14]);
  });

  it('numbers the documents of each window; a separator belongs to the document that it ends', () => {
    const ids = Uint16Array.from([1, 9, 2, 3, 9, 4, 5]);
    const { documents } = batchAt(ids, [0, 2], { T: 4, separator: 9 });
    expect([...documents!]).toEqual([0, 0, 1, 1, 0, 0, 0, 1]);
  });
});

describe('randomBatch()', () => {
  const shape = { B: 8, T: 16 };

  it('is a function of seed and index', () => {
    const ids = count(5000);
    expect(randomBatch(ids, shape, 1, 7)).toEqual(randomBatch(ids, shape, 1, 7));
    expect(randomBatch(ids, shape, 1, 7)).not.toEqual(randomBatch(ids, shape, 1, 8));
    expect(randomBatch(ids, shape, 2, 7)).not.toEqual(randomBatch(ids, shape, 1, 7));
  });

  it('reaches the first and the last window, and never past the end', () => {
    const ids = count(20);
    const seen = new Set<number>();
    for (let i = 0; i < 100; i++) {
      const { inputs, targets } = randomBatch(ids, shape, 3, i);
      for (let b = 0; b < 8; b++) seen.add(inputs[b * 16]!);
      expect(Math.max(...targets)).toBeLessThan(20);
    }
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  });
});

describe('evaluationBatches()', () => {
  it('covers a short text from beginning to end without overlap', () => {
    const batches = evaluationBatches(count(101), { B: 4, T: 10 }, 100);
    expect(batches.flatMap(({ inputs }) => [...inputs])).toEqual([...count(100)]);
    expect(batches.map(({ inputs }) => inputs.length)).toEqual([40, 40, 20]);
  });

  it('spreads over a long text', () => {
    const batches = evaluationBatches(count(10_001), { B: 2, T: 10 }, 5);
    const starts = batches.flatMap(({ inputs }) => [inputs[0]!, inputs[10]!]);
    expect(starts).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000]);
  });
});

describe('requireOneWindow()', () => {
  it('refuses a text that is shorter than a context and says what would work', () => {
    expect(() => requireOneWindow(count(64), 64, 'training')).toThrow(
      'The training text has 64 tokens, one context needs 65. Add more text, or choose a context (blockSize) of at most 63.',
    );
    expect(() => requireOneWindow(count(65), 64, 'training')).not.toThrow();
  });
});
