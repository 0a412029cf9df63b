import { describe, expect, it } from 'vitest';
import { HistoryRecorder } from '../../src/train/history.ts';

const step = (i: number) => ({
  step: i,
  loss: 5 - i / 1000,
  learningRate: 1e-3,
  gradNorm: 1,
  tokens: 512 * i,
  timeMs: 50 * i,
});

describe('HistoryRecorder', () => {
  it('keeps every step beyond the first allocation, in order', () => {
    const history = new HistoryRecorder();
    for (let i = 1; i <= 1000; i++) history.addStep(step(i));
    const { step: steps, loss } = history.columns();
    expect(steps.length).toBe(1000);
    expect(steps.every((value, i) => value === i + 1)).toBe(true);
    expect(loss[999]).toBeCloseTo(4, 6);
  });

  it('gives only what is new when asked from a step on', () => {
    const history = new HistoryRecorder();
    for (let i = 1; i <= 5; i++) history.addStep(step(i));
    expect([...history.columns(3).step]).toEqual([4, 5]);
  });

  it('goes on from the columns of a file', () => {
    const first = new HistoryRecorder();
    first.addStep(step(1));
    first.addEvaluation(1, 4.5, NaN);
    const second = new HistoryRecorder(first.columns());
    second.addStep(step(2));
    expect([...second.columns().step]).toEqual([1, 2]);
    expect(second.lastValidationLoss).toBeCloseTo(4.5, 6);
    expect(second.columns().heldoutLoss[0]).toBeNaN();
  });

  it('measures the rate over the last window only', () => {
    const history = new HistoryRecorder();
    expect(history.tokensPerSecond(1000)).toBe(0);
    for (let i = 1; i <= 100; i++) history.addStep(step(i)); // 512 tokens in 50 ms
    expect(history.tokensPerSecond(1000)).toBeCloseTo(10_240, 6);
    history.addStep({ ...step(101), timeMs: 50 * 100 + 4000 }); // one slow step
    expect(history.tokensPerSecond(1000)).toBeCloseTo(128, 6);
  });
});
