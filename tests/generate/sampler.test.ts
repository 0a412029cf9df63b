import { describe, expect, it } from 'vitest';
import { sampleToken } from '../../src/generate/sampler.ts';
import { createRng } from '../../src/lib/rng.ts';

const logits = Float32Array.from([0.2, 0.5, 0.1, 0.15, 0.05].map(Math.log));
const all = { temperature: 1, topK: 0, topP: 1 };

function frequencies(options: typeof all, draws = 20_000): number[] {
  const rng = createRng(5);
  const counts = new Array<number>(5).fill(0);
  for (let i = 0; i < draws; i++) counts[sampleToken(logits, options, rng)]!++;
  return counts.map((n) => n / draws);
}
const expectClose = (got: number[], want: number[]) =>
  want.forEach((p, i) => expect(got[i]).toBeCloseTo(p, 1.7));

describe('sampleToken()', () => {
  it('is greedy at temperature 0, the lowest id among equals', () => {
    expect(sampleToken(logits, { ...all, temperature: 0 }, createRng(1))).toBe(1);
    expect(sampleToken(Float32Array.from([1, 3, 3]), { ...all, temperature: 0 }, createRng(1))).toBe(1);
  });

  it('draws with the probabilities of the softmax', () => {
    expectClose(frequencies(all), [0.2, 0.5, 0.1, 0.15, 0.05]);
  });

  it('sharpens below temperature 1', () => {
    const squared = [0.04, 0.25, 0.01, 0.0225, 0.0025];
    const total = squared.reduce((a, b) => a + b);
    expectClose(
      frequencies({ ...all, temperature: 0.5 }),
      squared.map((p) => p / total),
    );
  });

  it('keeps only the k most likely tokens', () => {
    expectClose(frequencies({ ...all, topK: 2 }), [2 / 7, 5 / 7, 0, 0, 0]);
    expect(frequencies({ ...all, topK: 2 }, 500).slice(2)).toEqual([0, 0, 0]);
  });

  it('keeps the smallest set that reaches p, at least one token', () => {
    expect(frequencies({ ...all, topP: 0.7 }, 500).slice(2)).toEqual([0, 0, 0]); // 0.5 + 0.2
    expect(frequencies({ ...all, topP: 0.0001 }, 100)).toEqual([0, 1, 0, 0, 0]);
  });

  it('gives the same draws for the same seed', () => {
    const draws = (seed: number) => {
      const rng = createRng(seed);
      return Array.from({ length: 50 }, () => sampleToken(logits, all, rng));
    };
    expect(draws(3)).toEqual(draws(3));
    expect(draws(3)).not.toEqual(draws(4));
  });

  it('survives logits far from zero', () => {
    const huge = Float32Array.from([1e4, -1e4, 9e3]);
    expect(sampleToken(huge, all, createRng(1))).toBe(0);
  });
});
