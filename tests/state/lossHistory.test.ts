import { beforeEach, describe, expect, it } from 'vitest';
import { lossHistory } from '../../src/state/lossHistory.ts';

const steps = (from: number, count: number) => {
  const step = Float64Array.from({ length: count }, (_, i) => from + i);
  const loss = Float32Array.from(step, (s) => 1 / s);
  return { step, loss, learningRate: loss, gradNorm: loss, tokens: step, timeMs: step };
};

describe('lossHistory', () => {
  beforeEach(() => lossHistory.replace());

  it('grows past its first allocation and keeps every step', () => {
    for (let from = 1; from <= 5000; from += 100) lossHistory.appendSteps(steps(from, 100));
    expect(lossHistory.steps).toBe(5000);
    const column = lossHistory.column('step');
    expect(column.length).toBe(5000);
    expect(column.every((value, i) => value === i + 1)).toBe(true);
  });

  it('tells its listeners of every change, until they leave', () => {
    let told = 0;
    const leave = lossHistory.subscribe(() => told++);
    lossHistory.appendSteps(steps(1, 1));
    lossHistory.appendEvaluation(1, 2.5, NaN);
    leave();
    lossHistory.appendSteps(steps(2, 1));
    expect(told).toBe(2);
    expect([...lossHistory.column('validationLoss')]).toEqual([2.5]);
    expect(lossHistory.evaluations).toBe(1);
  });

  it('shows another run after replace', () => {
    lossHistory.appendSteps(steps(1, 50));
    const version = lossHistory.version;
    lossHistory.replace({
      ...steps(1, 2),
      evalStep: Float64Array.of(2),
      validationLoss: Float32Array.of(3),
      heldoutLoss: Float32Array.of(4),
    });
    expect(lossHistory.steps).toBe(2);
    expect([...lossHistory.column('heldoutLoss')]).toEqual([4]);
    expect(lossHistory.version).toBeGreaterThan(version);
  });
});
