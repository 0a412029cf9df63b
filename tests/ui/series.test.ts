import { describe, expect, it } from 'vitest';
import { chartRows, type Columns, decimate, smooth, toCsv } from '../../src/ui/chart/series.ts';

const columns = (n: number, evalSteps: number[] = []): Columns => {
  const step = Float64Array.from({ length: n }, (_, i) => i + 1);
  return {
    step,
    loss: step.map((s) => 10 / s),
    learningRate: step.map(() => 1e-3),
    gradNorm: step.map(() => 2),
    tokens: step.map((s) => 512 * s),
    timeMs: step.map((s) => 50 * s),
    evalStep: Float64Array.from(evalSteps),
    validationLoss: Float64Array.from(evalSteps, (s) => 11 / s),
    heldoutLoss: Float64Array.from(evalSteps, () => NaN),
  };
};

describe('smooth()', () => {
  it('leaves values as they are at weight 0', () => {
    expect([...smooth([3, 1, 2], 0)]).toEqual([3, 1, 2]);
  });
  it('starts at the first value and not at zero', () => {
    expect(smooth([5, 5, 5], 0.99).every((value) => Math.abs(value - 5) < 1e-12)).toBe(true);
  });
  it('is the weighted mean of what came before', () => {
    expect(smooth([1, 3], 0.5)[1]).toBeCloseTo((0.25 * 1 + 0.5 * 3) / 0.75, 12);
  });
});

describe('decimate()', () => {
  it('keeps short curves whole', () => {
    expect(decimate([5, 1, 4], 10)).toEqual([0, 1, 2]);
  });
  it('keeps the extremes of every part, the order, and the last point', () => {
    const values = Float64Array.from({ length: 100_000 }, (_, i) => Math.sin(i / 50));
    values[54_321] = 99; // a spike of a single step
    const kept = decimate(values, 500);
    expect(kept.length).toBeLessThanOrEqual(1001);
    expect(kept).toContain(54_321);
    expect(kept.at(-1)).toBe(99_999);
    expect(kept.every((index, i) => i === 0 || index > kept[i - 1]!)).toBe(true);
  });
});

describe('chartRows()', () => {
  it('puts an evaluation into the row of its step', () => {
    const rows = chartRows(columns(4, [2, 4]), 'step', 0, 100);
    expect(rows.x).toEqual([1, 2, 3, 4]);
    expect(rows.validation).toEqual([null, 5.5, null, 2.75]);
    expect(rows.heldout).toEqual([null, null, null, null]);
    expect(rows.raw).toEqual([10, 5, 10 / 3, 2.5]);
  });
  it('moves everything to tokens or seconds', () => {
    expect(chartRows(columns(3, [2]), 'tokens', 0, 100).x).toEqual([512, 1024, 1536]);
    expect(chartRows(columns(3, [2]), 'time', 0, 100).x).toEqual([0.05, 0.1, 0.15]);
  });
  it('keeps evaluations of thinned curves, in order', () => {
    const evalSteps = Array.from({ length: 50 }, (_, i) => 200 * (i + 1));
    const rows = chartRows(columns(10_000, evalSteps), 'step', 0.9, 100);
    expect(rows.validation.filter((value) => value !== null).length).toBe(50);
    expect(rows.x.every((x, i) => i === 0 || x > rows.x[i - 1]!)).toBe(true);
    expect(rows.x.length).toBeLessThanOrEqual(251);
  });
  it('is empty for an empty run', () => {
    expect(chartRows(columns(0), 'step', 0.9, 100).x).toEqual([]);
  });
});

describe('toCsv()', () => {
  it('has a line for each step, evaluations with theirs', () => {
    const lines = toCsv(columns(2, [2]))
      .trim()
      .split('\n');
    expect(lines).toEqual([
      'step,tokens,time_ms,train_loss,learning_rate,grad_norm,validation_loss,heldout_loss',
      '1,512,50,10,0.001,2,,',
      '2,1024,100,5,0.001,2,5.5,',
    ]);
  });
});
