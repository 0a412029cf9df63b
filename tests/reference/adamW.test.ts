import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../src/model/config.ts';
import { adamWStep, clipByGlobalNorm, createAdamWState, referenceLearningRate } from './adamW.ts';
import type { ReferenceParameters } from './adamW.ts';
import { referenceLossAndGradients } from './model.ts';
import { randomArrays, randomParameters } from './randomArrays.ts';
import { referenceTrain } from './train.ts';

const f64 = (...values: number[]) => Float64Array.from(values);

describe('adamWStep()', () => {
  const options = { learningRate: 0.1, beta1: 0.9, beta2: 0.95, weightDecay: 0.1 };

  it('equals two steps by hand, with decay on matrices only', () => {
    const params: ReferenceParameters = new Map([
      ['matrix', { shape: [1, 1], data: f64(1) }],
      ['vector', { shape: [1], data: f64(1) }],
    ]);
    const state = createAdamWState(params);
    const step = (g: number) =>
      adamWStep(
        params,
        new Map([
          ['matrix', f64(g)],
          ['vector', f64(g)],
        ]),
        state,
        options,
      );
    // step 1: mHat = 0.5, vHat = 0.25, so the move is 0.1 * 0.5 / (0.5 + 1e-8) = 0.099999998
    step(0.5);
    expect(params.get('vector')!.data[0]).toBeCloseTo(0.900000002, 12);
    expect(params.get('matrix')!.data[0]).toBeCloseTo(0.890000002, 12); // 1 - 0.1 * 0.1 = 0.99 first
    // step 2: m = 0.045 - 0.025 = 0.02, over 1 - 0.81; v = 0.011875 + 0.003125 = 0.015, over 1 - 0.9025
    step(-0.25);
    const move = (0.1 * (0.02 / 0.19)) / (Math.sqrt(0.015 / 0.0975) + 1e-8);
    expect(move).toBeCloseTo(0.026837, 6);
    expect(params.get('vector')!.data[0]).toBeCloseTo(0.900000002 - move, 12);
    expect(params.get('matrix')!.data[0]).toBeCloseTo(0.890000002 * 0.99 - move, 12);
    expect(state.t).toBe(2);
  });

  it('adds eps after the root, so that a tiny gradient moves less', () => {
    const params: ReferenceParameters = new Map([['p', { shape: [1], data: f64(0) }]]);
    adamWStep(params, new Map([['p', f64(1e-8)]]), createAdamWState(params), options);
    expect(params.get('p')!.data[0]).toBeCloseTo(-0.05, 12); // 1e-8 / (1e-8 + 1e-8) = 1/2
  });
});

describe('clipByGlobalNorm()', () => {
  const gradients = () =>
    new Map([
      ['a', f64(3)],
      ['b', f64(0, 4)],
    ]);

  it('scales everything by one factor when the norm is too large', () => {
    const g = gradients();
    expect(clipByGlobalNorm(g, 1)).toBe(5);
    expect(g.get('a')![0]).toBeCloseTo(3 / (5 + 1e-6), 14);
    expect(g.get('b')![1]).toBeCloseTo(4 / (5 + 1e-6), 14);
  });

  it('leaves small gradients, and all of them when the clip is 0', () => {
    for (const clip of [6, 0]) {
      const g = gradients();
      expect(clipByGlobalNorm(g, clip)).toBe(5);
      expect(g).toEqual(gradients());
    }
  });
});

describe('referenceLearningRate()', () => {
  const schedule = { learningRate: 1e-3, minLr: 1e-4, warmupSteps: 9, lrDecaySteps: 109 };

  it('rises to the peak, halves the way in the middle and ends at the minimum', () => {
    expect(referenceLearningRate(0, schedule)).toBeCloseTo(1e-4, 16);
    expect(referenceLearningRate(8, schedule)).toBeCloseTo(9e-4, 16);
    expect(referenceLearningRate(9, schedule)).toBeCloseTo(1e-3, 16);
    expect(referenceLearningRate(59, schedule)).toBeCloseTo(5.5e-4, 16);
    expect(referenceLearningRate(108, schedule)).toBeGreaterThan(1e-4);
    for (const step of [109, 110, 100000]) expect(referenceLearningRate(step, schedule)).toBe(1e-4);
  });

  it('starts at the peak without a warm-up, and works when the decay ends with the warm-up', () => {
    expect(referenceLearningRate(0, { ...schedule, warmupSteps: 0 })).toBeCloseTo(1e-3, 16);
    expect(referenceLearningRate(9, { ...schedule, lrDecaySteps: 9 })).toBe(1e-4);
  });
});

describe('referenceTrain()', () => {
  const config: ModelConfig = {
    family: 'llama',
    vocabSize: 7,
    blockSize: 6,
    nLayer: 1,
    nHead: 2,
    nKvHead: 1,
    nEmbd: 8,
    intermediateSize: 12,
    dropout: 0,
    bias: false,
    gelu: 'tanh',
    ropeTheta: 10000,
    normEps: 1e-5,
    tiedHead: true,
  };
  const trainConfig = {
    batchSize: 2,
    gradAccumSteps: 1,
    learningRate: 3e-2,
    minLr: 3e-3,
    warmupSteps: 2,
    lrDecaySteps: 40,
    beta1: 0.9,
    beta2: 0.95,
    weightDecay: 0.1,
    gradClip: 1,
  };
  const random = randomArrays(8);
  const params = randomParameters(config, 9);
  const batch = (B: number) => {
    const tokens = random.integers(B * 6, config.vocabSize);
    return { tokens, targets: tokens.map((token) => (3 * token + 1) % config.vocabSize) };
  };

  it('starts at the loss of the given parameters, learns, and leaves them as they were', () => {
    const untouched = structuredClone(params);
    const batches = Array.from({ length: 40 }, () => batch(2));
    const { losses, learningRates, params: trained } = referenceTrain(config, params, batches, trainConfig);
    const { tokens, targets } = batches[0]!;
    expect(losses.length).toBe(40);
    expect(losses[0]).toBe(referenceLossAndGradients(config, params, tokens, targets, 2, 6).loss);
    expect(losses[39]).toBeLessThan(0.5 * losses[0]!);
    expect(learningRates[0]).toBeCloseTo(1e-2, 16);
    expect(params).toEqual(untouched);
    expect(trained).not.toEqual(params);
  });

  it('of two accumulated halves equals one step over the whole', () => {
    const whole = batch(4);
    const halves = [0, 12].map((from) => ({
      tokens: whole.tokens.slice(from, from + 12),
      targets: whole.targets.slice(from, from + 12),
    }));
    const together = referenceTrain(config, params, [whole], { ...trainConfig, batchSize: 4 });
    const accumulated = referenceTrain(config, params, halves, { ...trainConfig, gradAccumSteps: 2 });
    expect(accumulated.losses[0]).toBeCloseTo(together.losses[0]!, 12);
    expect(accumulated.gradNorms[0]).toBeCloseTo(together.gradNorms[0]!, 12);
    for (const [name, { data }] of together.params)
      data.forEach((value, i) => expect(accumulated.params.get(name)!.data[i]).toBeCloseTo(value, 6));
  });
});
