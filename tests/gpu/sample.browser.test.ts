/**
 * The draw on the GPU against generate/sampler.ts: which tokens are kept is asked of sampleToken, which of them a number
 * picks is computed here, so that every single token is known beforehand.
 */
import { describe, expect, it } from 'vitest';
import { sampleToken, type SamplingOptions } from '../../src/generate/sampler.ts';
import { trace } from '../../src/gpu/traceBackend.ts';
import { hash32 } from '../../src/lib/rng.ts';
import { randomArrays } from '../reference/randomArrays.ts';
import { runGraph, TARGETS } from './support.ts';

const SEED = 7;
const RING = 1024;
// one invocation, and a workgroup
const targets = Object.entries(TARGETS).filter(([name]) => name !== 'lanes of four');
const greedy = { temperature: 0, topK: 0, topP: 1 };

/** The first `count` tokens of a seed. The logits stay the same. */
async function draws(
  target: (typeof targets)[number][1],
  logits: Float32Array,
  { temperature, topK, topP }: SamplingOptions,
  count: number,
  seed = SEED,
): Promise<number[]> {
  const V = logits.length;
  const graph = trace((tracer) => {
    const drawn = tracer.record(
      'Sample',
      { logits: tracer.input('logits', [1, V]), controls: tracer.input('controls', [4]) },
      {
        y: { shape: [1], dtype: 'int32' },
        weights: { shape: [V] },
        state: { shape: [4], dtype: 'uint32' },
        tokens: { shape: [RING], dtype: 'uint32' },
      },
    );
    for (const name of ['y', 'weights', 'state', 'tokens']) tracer.output(name, drawn[name]!);
  });
  const data = {
    logits,
    controls: Float32Array.of(temperature, topK, topP, 0),
    y: new Int32Array(1),
    weights: new Float32Array(V),
    state: Uint32Array.of(seed, 0, 0, 0),
    tokens: new Uint32Array(RING),
  };
  const after = await runGraph(graph, data, target, count);
  return [...new Uint32Array(after['tokens']!.buffer, 0, count)];
}

/** Tokens that sampleToken can return, when none of them is less likely than one in ten thousand. */
function support(logits: Float32Array, options: SamplingOptions): Set<number> {
  const steps = 10_000;
  const at = (u: number) => ({ next: () => u, int: () => 0, normal: () => 0 });
  return new Set(Array.from({ length: steps }, (_, i) => sampleToken(logits, options, at(i / steps))));
}

/** The token that a number u in [0, 1) picks when the kept ones are walked by id, and its neighbours at u's rounding. */
function picker(logits: Float32Array, options: SamplingOptions) {
  const kept = [...support(logits, options)].toSorted((a, b) => a - b);
  const weights = kept.map((id) => Math.exp(logits[id]! / options.temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  const pick = (u: number) => {
    let rest = u * total;
    return kept[weights.findIndex((weight) => (rest -= weight) < 0)] ?? kept.at(-1)!;
  };
  return (u: number) => [pick(u), pick(Math.max(0, u - 1e-5)), pick(u + 1e-5)];
}

// a few likely tokens, two pairs of equals, a tail
const uneven = Float32Array.from(
  { length: 50 },
  (_, i) => [2.5, 1, 1, 3, 0.5, 0.5, -1][i] ?? -2 - (i % 7) / 7,
);
const random = randomArrays(3);
const many = Float32Array.from({ length: 300 }, () => 3 * random.uniform()); // more than a workgroup has lanes
const cases: [string, Float32Array, SamplingOptions][] = [
  ['everything', many, { temperature: 1, topK: 0, topP: 1 }],
  ['a temperature', uneven, { temperature: 0.7, topK: 0, topP: 1 }],
  ['the most likely', many, { temperature: 1.3, topK: 40, topP: 1 }],
  ['one of two equals left out', uneven, { temperature: 1, topK: 3, topP: 1 }],
  ['more than there are', uneven, { temperature: 1, topK: 80, topP: 1 }],
  ['a nucleus', many, { temperature: 0.8, topK: 0, topP: 0.7 }],
  ['a nucleus that ends between equals', uneven, { temperature: 1, topK: 0, topP: 0.8 }],
  ['a nucleus of one', uneven, { temperature: 1, topK: 0, topP: 0.01 }],
  ['a nucleus of nothing', uneven, { temperature: 1, topK: 0, topP: 0 }],
  ['a nucleus of the most likely', many, { temperature: 1.5, topK: 40, topP: 0.6 }],
  ['a small nucleus of the most likely', many, { temperature: 1, topK: 100, topP: 0.2 }],
  [
    'a nucleus of equals, some of them left out',
    new Float32Array(30),
    { temperature: 1, topK: 20, topP: 0.62 },
  ],
];

describe.each(targets)('the draw on the GPU, %s', (_kind, target) => {
  it.each(cases)('%s: every token is the one that the sampler would draw', async (_name, logits, options) => {
    const pick = picker(logits, options);
    for (const [i, token] of (await draws(target, logits, options, 60)).entries())
      expect(pick((hash32(i, SEED) >>> 8) / 2 ** 24), `draw ${i}`).toContain(token);
  });

  it('without temperature: the most likely, the first of equals', async () => {
    expect(await draws(target, uneven, greedy, 3)).toEqual([3, 3, 3]);
    expect(await draws(target, uneven.with(40, 3), greedy, 2)).toEqual([3, 3]);
    expect(await draws(target, many.with(299, 4).with(17, 4).with(280, 4), greedy, 2)).toEqual([17, 17]);
  });

  it('the seed decides', async () => {
    const options = { temperature: 1, topK: 0, topP: 1 };
    const first = await draws(target, many, options, 20);
    expect(await draws(target, many, options, 20)).toEqual(first);
    expect(await draws(target, many, options, 20, SEED + 1)).not.toEqual(first);
  });

  it('stays inside the vocabulary when the model has diverged', async () => {
    for (const options of [greedy, { temperature: 1, topK: 5, topP: 0.9 }])
      for (const token of await draws(target, new Float32Array(50).fill(NaN), options, 2))
        expect(token).toBeLessThan(50);
  });
});

describe('frequencies', () => {
  it('are those of the sampler', async () => {
    const options = { temperature: 1, topK: 0, topP: 1 };
    const count = 1000;
    const got = await draws(targets[0]![1], uneven, options, count);
    const total = uneven.reduce((sum, logit) => sum + Math.exp(logit), 0);
    for (const [id, logit] of uneven.entries()) {
      const p = Math.exp(logit) / total;
      const share = got.filter((token) => token === id).length / count;
      expect(Math.abs(share - p), `token ${id}`).toBeLessThan(
        4 * Math.sqrt((p * (1 - p)) / count) + 2 / count,
      );
    }
  });
});
