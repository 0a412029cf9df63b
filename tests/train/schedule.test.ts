import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../src/train/schedule.ts';

const config = { learningRate: 1e-3, minLr: 1e-4, warmupSteps: 100, lrDecaySteps: 5000 };

describe('learningRateAt()', () => {
  it('warms up linearly, one step ahead of zero', () => {
    expect(learningRateAt(0, config)).toBeCloseTo(1e-3 / 101, 12);
    expect(learningRateAt(49, config)).toBeCloseTo((1e-3 * 50) / 101, 12);
    expect(learningRateAt(99, config)).toBeCloseTo((1e-3 * 100) / 101, 12);
  });

  it('falls along a cosine from learningRate to minLr', () => {
    expect(learningRateAt(100, config)).toBeCloseTo(1e-3, 12);
    expect(learningRateAt(2550, config)).toBeCloseTo((1e-3 + 1e-4) / 2, 12); // half way
    expect(learningRateAt(5000, config)).toBe(1e-4);
    expect(learningRateAt(99_999, config)).toBe(1e-4);
  });

  it('begins at learningRate without a warm-up', () => {
    expect(learningRateAt(0, { ...config, warmupSteps: 0 })).toBe(1e-3);
  });
});
