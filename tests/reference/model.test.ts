import { describe, expect, it } from 'vitest';
import { parameterSpecs, validateModelConfig } from '../../src/model/config.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import type { ReferenceParameters } from './adamW.ts';
import { finiteDifferences, maxRelativeError } from './finiteDifferences.ts';
import { gelu } from './gelu.ts';
import { referenceForward, referenceLossAndGradients } from './model.ts';
import { randomArrays, randomParameters } from './randomArrays.ts';

const llama: ModelConfig = {
  family: 'llama',
  vocabSize: 9,
  blockSize: 6,
  nLayer: 2,
  nHead: 4,
  nKvHead: 2,
  nEmbd: 16, // heads of 4: with heads of 2 the only rotary frequency is 1, whatever ropeTheta is
  intermediateSize: 10,
  dropout: 0,
  bias: false,
  gelu: 'tanh',
  ropeTheta: 10000,
  normEps: 1e-5,
  tiedHead: true,
};
const gpt2: ModelConfig = { ...llama, family: 'gpt2', nHead: 2, nKvHead: 2, bias: true, gelu: 'exact' };

const variants: [string, ModelConfig][] = [
  ['llama with grouped queries and tied head', llama],
  ['llama with full heads and its own head', { ...llama, nKvHead: 4, tiedHead: false }],
  ['gpt2 with biases and exact GELU', gpt2],
  [
    'gpt2 without biases, with tanh GELU and its own head',
    { ...gpt2, bias: false, gelu: 'tanh', tiedHead: false },
  ],
];
const B = 2;
const T = 5; // shorter than the block
const random = randomArrays(11);
const tokens = random.integers(B * T, llama.vocabSize);
const targets = random.integers(B * T, llama.vocabSize);
const docIds = Int32Array.of(0, 0, 0, 1, 1, 4, 5, 5, 5, 5);

describe.each(variants)('%s', (_, config) => {
  const params = randomParameters(config, 12);

  it.each([
    ['one document', null],
    ['several documents', docIds],
  ])('gradient of every parameter matches finite differences: %s', (_name, ids) => {
    validateModelConfig(config);
    const { gradients } = referenceLossAndGradients(config, params, tokens, targets, B, T, { docIds: ids });
    expect([...gradients.keys()]).toEqual([...parameterSpecs(config).keys()]);
    const loss = () => referenceLossAndGradients(config, params, tokens, targets, B, T, { docIds: ids }).loss;
    for (const [name, { data }] of params) {
      const gradient = gradients.get(name)!;
      expect(gradient.length).toBe(data.length);
      const indices = Array.from({ length: 5 }, () => Math.floor(random.uniform() * data.length));
      indices.push(gradient.reduce((best, g, i) => (Math.abs(g) > Math.abs(gradient[best]!) ? i : best), 0));
      const numeric = finiteDifferences(loss, data, { indices });
      expect(
        maxRelativeError(
          Float64Array.from(indices, (i) => gradient[i]!),
          numeric,
        ),
        name,
      ).toBeLessThan(1e-6);
    }
  });

  it('never lets a later token change an earlier logit', () => {
    const V = config.vocabSize;
    const before = referenceForward(config, params, tokens, B, T);
    const changed = tokens.slice();
    changed[3] = (changed[3]! + 1) % V; // sequence 0, position 3
    const after = referenceForward(config, params, changed, B, T);
    expect(after.slice(0, 3 * V)).toEqual(before.slice(0, 3 * V));
    expect(after.slice(T * V)).toEqual(before.slice(T * V));
    expect(after.slice(3 * V, 4 * V)).not.toEqual(before.slice(3 * V, 4 * V));
    expect(after.slice(4 * V, 5 * V)).not.toEqual(before.slice(4 * V, 5 * V));
  });

  it('gives the same logits with and without the loss', () => {
    const { logits } = referenceLossAndGradients(config, params, tokens, targets, B, T, { docIds });
    expect(referenceForward(config, params, tokens, B, T, { docIds })).toEqual(logits);
    expect(referenceForward(config, params, tokens, B, T)).not.toEqual(logits);
  });
});

describe('referenceForward()', () => {
  it('of a llama with document ids equals one run per document, since positions are relative', () => {
    const params = randomParameters(llama, 13);
    const together = referenceForward(llama, params, tokens, B, T, { docIds });
    const separate = (
      [
        [0, 3],
        [3, 5],
        [5, 6],
        [6, 10],
      ] as const
    ).flatMap(([from, to]) => [...referenceForward(llama, params, tokens.slice(from, to), 1, to - from)]);
    expect(maxRelativeError(together, separate)).toBeLessThan(1e-10);
  });

  it('turns queries and keys of a llama by the configured frequencies', () => {
    const params = randomParameters(llama, 15);
    const usual = referenceForward(llama, params, tokens, B, T);
    const other = referenceForward({ ...llama, ropeTheta: 20 }, params, tokens, B, T);
    const V = llama.vocabSize;
    expect(other.slice(0, V)).toEqual(usual.slice(0, V)); // position 0 sees only itself
    expect(maxRelativeError(other.slice(V, 5 * V), usual.slice(V, 5 * V))).toBeGreaterThan(1e-3);
  });

  it('names the parameter that is missing or misshapen', () => {
    const params = randomParameters(llama, 14);
    params.delete('model.norm.weight');
    expect(() => referenceForward(llama, params, tokens, B, T)).toThrow('model.norm.weight');
  });

  /** Smallest possible models at one position, where attention returns its value: every number by hand. */
  const tiny = { vocabSize: 2, nLayer: 1, nHead: 1, nKvHead: 1, nEmbd: 2, intermediateSize: 1 } as const;
  const fill = (entries: [string, number[], number[]][]): ReferenceParameters =>
    new Map(entries.map(([name, shape, data]) => [name, { shape, data: Float64Array.from(data) }]));

  it('of a llama equals the block written out', () => {
    const config: ModelConfig = { ...llama, ...tiny, normEps: 0.5, tiedHead: true };
    const params = fill([
      ['model.embed_tokens.weight', [2, 2], [0.5, -1, 2, 1]],
      ['model.layers.0.input_layernorm.weight', [2], [1.5, 0.5]],
      ['model.layers.0.self_attn.qkv_proj.weight', [2, 6], [9, 9, 9, 9, 1, 2, 9, 9, 9, 9, 3, 4]],
      ['model.layers.0.self_attn.o_proj.weight', [2, 2], [1, -1, 0.5, 2]],
      ['model.layers.0.post_attention_layernorm.weight', [2], [2, 1]],
      ['model.layers.0.mlp.gate_up_proj.weight', [2, 2], [1, 0.25, -1, 0.5]],
      ['model.layers.0.mlp.down_proj.weight', [1, 2], [3, -2]],
      ['model.norm.weight', [2], [1, 3]],
    ]);
    const rms = (a: number, b: number) => Math.sqrt((a * a + b * b) / 2 + 0.5);
    let [a, b] = [2, 1]; // embedding of token 1
    const [n0, n1] = [(1.5 * a) / rms(a, b), (0.5 * b) / rms(a, b)];
    const [v0, v1] = [n0 * 1 + n1 * 3, n0 * 2 + n1 * 4];
    [a, b] = [a + v0 * 1 + v1 * 0.5, b - v0 + v1 * 2];
    const [m0, m1] = [(2 * a) / rms(a, b), b / rms(a, b)];
    const gate = m0 - m1;
    const hidden = (gate / (1 + Math.exp(-gate))) * (0.25 * m0 + 0.5 * m1);
    [a, b] = [a + 3 * hidden, b - 2 * hidden];
    const [f0, f1] = [a / rms(a, b), (3 * b) / rms(a, b)];
    const expected = [0.5 * f0 - f1, 2 * f0 + f1];
    expect(maxRelativeError(referenceForward(config, params, Int32Array.of(1), 1, 1), expected)).toBeLessThan(
      1e-13,
    );
  });

  it.each(['exact', 'tanh'] as const)('of a gpt2 with %s GELU equals the block written out', (kind) => {
    const config: ModelConfig = { ...gpt2, ...tiny, gelu: kind, blockSize: 1, normEps: 0.5, tiedHead: false };
    const params = fill([
      ['transformer.wte.weight', [2, 2], [0.5, -1, 2, 1]],
      ['transformer.wpe.weight', [1, 2], [0.25, -0.75]],
      ['transformer.h.0.ln_1.weight', [2], [1.5, 0.5]],
      ['transformer.h.0.ln_1.bias', [2], [0.1, 0.2]],
      ['transformer.h.0.attn.c_attn.weight', [2, 6], [9, 9, 9, 9, 1, 2, 9, 9, 9, 9, 3, 4]],
      ['transformer.h.0.attn.c_attn.bias', [6], [9, 9, 9, 9, 0.3, -0.4]],
      ['transformer.h.0.attn.c_proj.weight', [2, 2], [1, -1, 0.5, 2]],
      ['transformer.h.0.attn.c_proj.bias', [2], [0.6, 0.7]],
      ['transformer.h.0.ln_2.weight', [2], [2, 1]],
      ['transformer.h.0.ln_2.bias', [2], [-0.1, 0.3]],
      ['transformer.h.0.mlp.c_fc.weight', [2, 1], [1, -0.5]],
      ['transformer.h.0.mlp.c_fc.bias', [1], [0.2]],
      ['transformer.h.0.mlp.c_proj.weight', [1, 2], [3, -2]],
      ['transformer.h.0.mlp.c_proj.bias', [2], [-0.5, 0.8]],
      ['transformer.ln_f.weight', [2], [1, 3]],
      ['transformer.ln_f.bias', [2], [0.4, -0.6]],
      ['lm_head.weight', [2, 2], [1, 2, -3, 4]],
    ]);
    // of two numbers the mean is half their sum and the deviation half their difference
    const hat = (a: number, b: number) => (a - b) / 2 / Math.sqrt(((a - b) / 2) ** 2 + 0.5);
    let [a, b] = [2.25, 0.25];
    const [n0, n1] = [1.5 * hat(a, b) + 0.1, -0.5 * hat(a, b) + 0.2];
    const [v0, v1] = [n0 * 1 + n1 * 3 + 0.3, n0 * 2 + n1 * 4 - 0.4];
    [a, b] = [a + v0 * 1 + v1 * 0.5 + 0.6, b - v0 + v1 * 2 + 0.7];
    const [m0, m1] = [2 * hat(a, b) - 0.1, -hat(a, b) + 0.3];
    const hidden = gelu(m0 - 0.5 * m1 + 0.2, kind);
    [a, b] = [a + 3 * hidden - 0.5, b - 2 * hidden + 0.8];
    const [f0, f1] = [hat(a, b) + 0.4, -3 * hat(a, b) - 0.6];
    const expected = [f0 + 2 * f1, -3 * f0 + 4 * f1];
    expect(maxRelativeError(referenceForward(config, params, Int32Array.of(1), 1, 1), expected)).toBeLessThan(
      1e-13,
    );
  });
});
