import { describe, expect, it } from 'vitest';
import {
  MODEL_PRESETS,
  modelCost,
  type ModelConfig,
  parameterSpecs,
  requireFits,
  validateModelConfig,
} from '../../src/model/config.ts';

const nano: ModelConfig = { ...MODEL_PRESETS.nano, vocabSize: 512 };

describe('presets', () => {
  it('the nanoGPT presets have exactly the parameters of nanoGPT with 65 characters', () => {
    expect(modelCost({ ...MODEL_PRESETS['nanogpt-gpu'], vocabSize: 65 }, 1).parameters).toBe(10_745_088);
    expect(modelCost({ ...MODEL_PRESETS['nanogpt-cpu'], vocabSize: 65 }, 1).parameters).toBe(804_096);
  });

  it('nanoGPT on a GPU needs 70.96 MFLOP a token', () => {
    expect(modelCost({ ...MODEL_PRESETS['nanogpt-gpu'], vocabSize: 65 }, 1).flopsPerToken / 1e6).toBeCloseTo(
      70.96,
      1,
    );
  });

  it.each([
    ['nano', 512, 0.1e6],
    ['micro', 2048, 1e6],
    ['small', 4096, 10e6],
    ['medium', 8192, 30e6],
  ] as const)('%s with %d tokens is about its size', (preset, vocabSize, size) => {
    const config = { ...MODEL_PRESETS[preset], vocabSize };
    validateModelConfig(config);
    const { parameters } = modelCost(config, 1);
    expect(parameters / size).toBeGreaterThan(0.8);
    expect(parameters / size).toBeLessThan(1.5);
  });
});

describe('parameterSpecs()', () => {
  it('has biases and zeros only where the family has them', () => {
    const names = (config: ModelConfig) => [...parameterSpecs(config).keys()];
    expect(names(nano).some((name) => name.endsWith('.bias'))).toBe(false);
    const gpt2 = { ...MODEL_PRESETS['nanogpt-cpu'], vocabSize: 65 };
    expect(names(gpt2).some((name) => name.endsWith('.bias'))).toBe(false);
    expect(names({ ...gpt2, bias: true }).filter((name) => name.endsWith('.bias')).length).toBe(4 * 6 + 1);
    expect(names({ ...nano, tiedHead: false }).at(-1)).toBe('lm_head.weight');
  });
});

describe('validateModelConfig()', () => {
  it.each([
    [{ nHead: 3 }, /nEmbd \(64\) must be a multiple of nHead \(3\); 63 would work/],
    [{ nLayer: 0 }, /nLayer: expected a whole number from 1 to 96, got 0/],
    [{ nKvHead: 3 }, /nHead \(4\) must be a multiple of nKvHead \(3\)/],
    [{ nHead: 64, nKvHead: 64 }, /head size nEmbd \/ nHead must be even, got 1/],
    [{ dropout: 1 }, /dropout: expected a probability/],
    [{ blockSize: 2.5 }, /blockSize: expected a whole number/],
    [{ vocabSize: NaN }, /vocabSize/],
    [{ bias: true }, /llama has no biases/],
    [{ family: 'rnn' as 'llama' }, /family: expected "llama" or "gpt2", got "rnn"/],
  ])('refuses %o with a sentence', (change, message) => {
    expect(() => validateModelConfig({ ...nano, ...change })).toThrow(message);
  });

  it('accepts grouped queries', () => {
    expect(() => validateModelConfig({ ...nano, nKvHead: 2 })).not.toThrow();
  });
});

describe('requireFits()', () => {
  const medium = { ...MODEL_PRESETS.medium, vocabSize: 8192 };

  it('accepts what fits', () => {
    expect(() => requireFits(nano, 8, 2 ** 30)).not.toThrow();
  });

  it('names the need, the limit and a batch that would fit', () => {
    expect(() => requireFits(medium, 64, 4 * 2 ** 30)).toThrow(
      /needs about .* GiB, this device allows 4.00 GiB. A batch of \d+ would fit/,
    );
  });

  it('says so when no batch fits', () => {
    expect(() => requireFits(medium, 16, 2 ** 26)).toThrow(/Choose a smaller model/);
  });
});
