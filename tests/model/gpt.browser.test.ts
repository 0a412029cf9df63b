/** The whole model against the float64 reference: logits, loss, every gradient, and twenty steps of training. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateTokens, nextLogits } from '../../src/generate/generate.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import {
  forward,
  initialValues,
  type KvCache,
  parametersFrom,
  type Parameters,
} from '../../src/model/gpt.ts';
import { randomBatch, type RunData } from '../../src/train/batches.ts';
import { TRAIN_PRESETS, type TrainConfig } from '../../src/train/config.ts';
import { EagerEngine, lossAndGradients } from '../../src/train/eagerEngine.ts';
import { type Run, type StepResult, type TrainHooks, trainLoop } from '../../src/train/trainer.ts';
import { startBackend } from '../../src/workers/model/backends.ts';
import { BACKENDS, relativeError } from '../ops/support.ts';
import type { ReferenceParameters } from '../reference/adamW.ts';
import { referenceForward, referenceLossAndGradients } from '../reference/model.ts';
import { randomArrays, randomParameters } from '../reference/randomArrays.ts';
import { referenceTrain } from '../reference/train.ts';

const llama: ModelConfig = {
  family: 'llama',
  vocabSize: 23,
  blockSize: 8,
  nLayer: 2,
  nHead: 4,
  nKvHead: 2,
  nEmbd: 16,
  intermediateSize: 24,
  dropout: 0,
  bias: false,
  gelu: 'tanh',
  ropeTheta: 10000,
  normEps: 1e-5,
  tiedHead: true,
};
const gpt2: ModelConfig = { ...llama, family: 'gpt2', nKvHead: 4, bias: true, intermediateSize: 64 };

const models: [string, ModelConfig][] = [
  ['llama with grouped queries', llama],
  ['llama with its own head', { ...llama, nKvHead: 4, tiedHead: false }],
  ['gpt2 with biases, tanh', gpt2],
  ['gpt2 without biases, exact', { ...gpt2, bias: false, gelu: 'exact' }],
];

/** Random parameters, norms and biases included, the same on both sides to the last bit of float32. */
function bothParameters(config: ModelConfig): { params: Parameters; wanted: ReferenceParameters } {
  const wanted = randomParameters(config, 5);
  for (const { data } of wanted.values()) data.forEach((value, i) => (data[i] = Math.fround(value)));
  return { params: parametersFrom(config, (name) => Float32Array.from(wanted.get(name)!.data)), wanted };
}

/** Hooks of a loop that nobody watches. */
const unwatched: TrainHooks = {
  turn: async () => true,
  breathe: async () => {},
  onStep: () => {},
  onEvaluation: () => {},
  sample: async () => {},
};

/** A run on tfjs that is ready to begin. */
async function eagerRun(
  model: ModelConfig,
  train: TrainConfig,
  parameters: Map<string, Float32Array>,
  data: RunData,
): Promise<Run> {
  const engine = new EagerEngine(model, { parameters });
  await engine.prepare(train, data);
  return { model, train, engine, step: 0, tokens: 0, timeMs: 0 };
}

const B = 3;
const T = llama.blockSize;
const documents = Int32Array.from({ length: B * T }, (_, n) => (n % T < 3 ? 0 : 1));

describe.each(BACKENDS)('the model on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  it.each(models)(
    '%s: loss and the gradient of every parameter equal the reference',
    async (_name, config) => {
      const { params, wanted } = bothParameters(config);
      const random = randomArrays(3);
      const inputs = random.integers(B * T, config.vocabSize);
      const targets = random.integers(B * T, config.vocabSize);
      for (const docIds of [undefined, documents]) {
        const result = lossAndGradients({ model: config, params }, { inputs, targets, documents: docIds }, 0);
        const reference = referenceLossAndGradients(config, wanted, inputs, targets, B, T, {
          docIds: docIds ?? null,
        });
        expect(relativeError(await result.loss.data(), [reference.loss])).toBeLessThan(1e-5);
        for (const [name, gradient] of result.gradients)
          expect(relativeError(await gradient.data(), reference.gradients.get(name)!), name).toBeLessThan(
            1e-4,
          );
      }
    },
  );

  it.each(models)('%s: changing a token never changes logits before it', async (_name, config) => {
    const { params } = bothParameters(config);
    const tokens = randomArrays(4).integers(T, config.vocabSize);
    const logits = async (ids: Int32Array) =>
      forward(params, config, tf.tensor1d(ids, 'int32'), { T }).array();
    const before = await logits(tokens);
    for (const at of [1, 4, T - 1]) {
      const after = await logits(tokens.map((id, i) => (i === at ? (id + 1) % config.vocabSize : id)));
      expect(after.slice(0, at)).toEqual(before.slice(0, at));
      expect(after[at]).not.toEqual(before[at]);
    }
  });

  it.each(models)('%s: logits with a cache equal those of the full forward pass', async (_name, config) => {
    const { params, wanted } = bothParameters(config);
    const tokens = randomArrays(6).integers(T, config.vocabSize);
    const full = referenceForward(config, wanted, tokens, 1, T);
    const cache: KvCache = { layers: [], length: 0 };
    for (const [from, to] of [
      [0, 3],
      [3, 4],
      [4, T],
    ] as const) {
      const logits = await nextLogits(params, config, [...tokens.slice(from, to)], cache);
      const V = config.vocabSize;
      expect(relativeError(logits, full.slice((to - 1) * V, to * V))).toBeLessThan(1e-5);
    }
  });

  const steps = backend === 'webgpu' ? 6 : 20; // the software adapter takes half a second for each
  it.each([
    ['llama', llama, 1],
    ['gpt2', gpt2, 3],
  ] as const)(
    `%s: ${steps} steps of training follow the reference to 1e-4`,
    async (_name, config, gradAccumSteps) => {
      const { wanted } = bothParameters(config);
      const train: TrainConfig = {
        ...TRAIN_PRESETS.nano,
        batchSize: 2,
        gradAccumSteps,
        maxSteps: steps,
        learningRate: 3e-3,
        minLr: 3e-4,
        warmupSteps: 4,
        lrDecaySteps: 15,
        gradClip: 0.5,
        evalInterval: 1000,
        sampleInterval: 0,
      };
      const ids = Uint16Array.from(randomArrays(8).integers(400, config.vocabSize));
      const values = new Map([...wanted].map(([name, { data }]) => [name, Float32Array.from(data)]));
      const run = await eagerRun(config, train, values, { train: ids, validation: ids });
      const results: StepResult[] = [];
      await trainLoop(run, { ...unwatched, onStep: (result) => results.push(result) });
      const batches = Array.from({ length: steps * gradAccumSteps }, (_, i) => {
        const { inputs, targets } = randomBatch(ids, { B: 2, T }, train.seed, i);
        return { tokens: inputs, targets };
      });
      const reference = referenceTrain(config, wanted, batches, train);
      expect(results.length).toBe(steps);
      for (const [i, result] of results.entries()) {
        expect(Math.abs(result.loss - reference.losses[i]!), `loss of step ${i}`).toBeLessThan(1e-4);
        expect(result.learningRate).toBeCloseTo(reference.learningRates[i]!, 12);
        expect(Math.abs(result.gradNorm / reference.gradNorms[i]! - 1)).toBeLessThan(1e-3);
      }
    },
  );
});

describe('training', () => {
  beforeAll(() => startBackend('wasm'));

  it('leaves no tensors behind, step after step, with dropout and accumulation', async () => {
    const config = { ...gpt2, dropout: 0.1 };
    const train = {
      ...TRAIN_PRESETS.nano,
      batchSize: 2,
      gradAccumSteps: 2,
      maxSteps: 6,
      evalInterval: 2,
      maskDocuments: true,
    };
    const ids = Uint16Array.from(randomArrays(8).integers(400, config.vocabSize));
    const data = { train: ids, validation: ids, separator: 0 };
    const run = await eagerRun(config, train, initialValues(config, 1), data);
    const counts: number[] = [];
    await trainLoop(run, { ...unwatched, turn: async () => counts.push(tf.memory().numTensors) > 0 });
    expect(new Set(counts).size).toBe(1);
  });

  it('says what to do when the loss stops being a number', async () => {
    const values = initialValues(llama, 1);
    values.get('model.norm.weight')!.fill(NaN);
    const train = { ...TRAIN_PRESETS.nano, batchSize: 2, maxSteps: 5 };
    const ids = Uint16Array.from(randomArrays(8).integers(400, llama.vocabSize));
    const run = await eagerRun(llama, train, values, { train: ids, validation: ids });
    await expect(trainLoop(run, unwatched)).rejects.toThrow(
      /The loss stopped being a number at step \d: training has diverged.*Lower the learning rate/,
    );
  });
});

describe('generateTokens()', () => {
  beforeAll(() => startBackend('wasm'));

  it('goes on beyond the context, repeats for the same seed, and leaves no tensors behind', async () => {
    const { params } = bothParameters(llama);
    const collect = async () => {
      const ids: number[] = [];
      const options = { maxNewTokens: 30, temperature: 1, topK: 0, topP: 1, seed: 3 };
      for await (const id of generateTokens(params, llama, [1, 2, 3], options)) ids.push(id);
      return ids;
    };
    const before = tf.memory().numTensors;
    const first = await collect();
    expect(first.length).toBe(30);
    expect(await collect()).toEqual(first);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('the greedy continuation is the most likely token of the reference, as long as the context lasts', async () => {
    const { params, wanted } = bothParameters(llama);
    const ids = [4, 9];
    const options = { maxNewTokens: T - 2, temperature: 0, topK: 0, topP: 1, seed: 1 };
    for await (const id of generateTokens(params, llama, [4, 9], options)) {
      const logits = referenceForward(llama, wanted, Int32Array.from(ids), 1, ids.length).slice(
        -llama.vocabSize,
      );
      expect(id).toBe(logits.indexOf(Math.max(...logits)));
      ids.push(id);
    }
    expect(ids.length).toBe(T);
  });
});
