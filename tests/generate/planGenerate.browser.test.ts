/** Generation on the GPU: cached logits and whole completions, against the reference and the eager path. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { generateTokens } from '../../src/generate/generate.ts';
import { PlanGenerator } from '../../src/generate/planGenerate.ts';
import { Arenas, layoutArenas } from '../../src/gpu/arenas.ts';
import { type ModelConfig, parameterSpecs } from '../../src/model/config.ts';
import { parametersFrom } from '../../src/model/gpt.ts';
import { startBackend } from '../../src/workers/model/backends.ts';
import { TARGETS, testDevice } from '../gpu/support.ts';
import { relativeError } from '../ops/support.ts';
import { referenceForward } from '../reference/model.ts';
import { randomArrays, randomParameters } from '../reference/randomArrays.ts';

const llama: ModelConfig = {
  family: 'llama',
  vocabSize: 23,
  blockSize: 48,
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
const models: [string, ModelConfig][] = [
  ['llama with grouped queries', llama],
  ['gpt2 with biases', { ...llama, family: 'gpt2', nKvHead: 4, bias: true, intermediateSize: 64 }],
  ['gpt2 of odd widths', { ...llama, family: 'gpt2', nHead: 3, nKvHead: 3, nEmbd: 27, intermediateSize: 37 }],
];
const targets = Object.entries(TARGETS);

async function arenasFor(model: ModelConfig, seed = 5) {
  const layout = layoutArenas([...parameterSpecs(model)].map(([name, { shape }]) => [name, shape]));
  const arenas = new Arenas(await testDevice(), layout, ['parameters']);
  const values = randomParameters(model, seed);
  for (const { data } of values.values()) data.forEach((value, i) => (data[i] = Math.fround(value)));
  for (const [name, { data }] of values) arenas.write('parameters', name, Float32Array.from(data));
  return { arenas, values };
}

const greedy = { temperature: 0, topK: 0, topP: 1, seed: 1 };

async function collect(stream: AsyncGenerator<number>): Promise<number[]> {
  const all: number[] = [];
  for await (const token of stream) all.push(token);
  return all;
}

describe('cached logits on the GPU', () => {
  it.each(
    models.flatMap(([name, model]) => targets.map(([kind, target]) => [name, kind, model, target] as const)),
  )('%s, %s: equal the full forward pass', async (_name, _kind, model, target) => {
    const { arenas, values } = await arenasFor(model);
    const generator = await PlanGenerator.create(await testDevice(), arenas, model, target);
    // one token, a few, and more than a chunk
    for (const length of [1, 3, 40]) {
      const tokens = randomArrays(length).integers(length, model.vocabSize);
      const full = referenceForward(model, values, tokens, 1, length);
      const V = model.vocabSize;
      expect(relativeError(await generator.logits(tokens), full.slice(-V))).toBeLessThan(1e-4);
    }
    generator.dispose();
    arenas.dispose();
  });
});

describe('PlanGenerator', () => {
  beforeAll(() => startBackend('cpu'));

  it.each(models)(
    '%s: writes what the eager path writes, beyond a full context too',
    async (_name, model) => {
      const { arenas, values } = await arenasFor(model);
      const generator = await PlanGenerator.create(await testDevice(), arenas, model, targets[1]![1]);
      const params = parametersFrom(model, (name) => Float32Array.from(values.get(name)!.data));
      for (const [prompt, maxNewTokens] of [
        [[4], 12],
        [[...randomArrays(1).integers(40, model.vocabSize)], 30],
      ] as const) {
        const options = { ...greedy, maxNewTokens };
        const want = await collect(generateTokens(params, model, prompt, options));
        expect(await collect(generator.tokens(prompt, options))).toEqual(want);
        // a token of these ends it
        const stopToken = want[Math.floor(want.length / 2)]!;
        expect(await collect(generator.tokens(prompt, { ...options, stopToken }))).toEqual(
          want.slice(0, want.indexOf(stopToken)),
        );
      }
      generator.dispose();
      arenas.dispose();
    },
  );

  it('writes with the weights of when it began, can be left early, and takes up nothing more', async () => {
    const { arenas } = await arenasFor(llama);
    const other = randomParameters(llama, 9);
    const generator = await PlanGenerator.create(await testDevice(), arenas, llama, targets[1]![1]);
    const options = { ...greedy, temperature: 1, maxNewTokens: 25 };
    const want = await collect(generator.tokens([1, 2], options));
    const { bytes } = generator;
    const device = await testDevice();
    const made = [vi.spyOn(device, 'createBuffer'), vi.spyOn(device, 'createBindGroup')];
    const got: number[] = [];
    for await (const token of generator.tokens([1, 2], options)) {
      if (got.push(token) === 3)
        for (const [name, { data }] of other) arenas.write('parameters', name, Float32Array.from(data));
    }
    expect(got).toEqual(want);
    const after = await collect(generator.tokens([1, 2], options));
    expect(after).not.toEqual(want); // the new weights
    for await (const token of generator.tokens([1, 2], options)) {
      expect(token).toBe(after[0]);
      break;
    }
    expect(await collect(generator.tokens([1, 2], options))).toEqual(after);
    expect(generator.bytes).toBe(bytes);
    for (const spy of made) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
    generator.dispose();
    arenas.dispose();
  });

  it('tells how far compiling is', async () => {
    const { arenas } = await arenasFor(llama);
    const steps: [number, number][] = [];
    const device = await testDevice();
    const generator = await PlanGenerator.create(device, arenas, llama, targets[1]![1], (...step) =>
      steps.push(step),
    );
    const all = steps[0]![1];
    expect(steps).toEqual(Array.from({ length: all }, (_, i) => [i + 1, all]));
    generator.dispose();
    arenas.dispose();
  });

  it('says so when the GPU has no room', async () => {
    const { arenas } = await arenasFor(llama);
    const device = await testDevice();
    const { popErrorScope } = device;
    device.popErrorScope = async () => {
      device.popErrorScope = popErrorScope;
      await popErrorScope.call(device);
      return new GPUOutOfMemoryError('full');
    };
    await expect(PlanGenerator.create(device, arenas, llama, targets[1]![1])).rejects.toThrow(
      /no room for the/,
    );
    arenas.dispose();
  });

  it('wants a prompt', async () => {
    const { arenas } = await arenasFor(llama);
    const generator = await PlanGenerator.create(await testDevice(), arenas, llama, targets[1]![1]);
    await expect(collect(generator.tokens([], { ...greedy, maxNewTokens: 1 }))).rejects.toThrow(
      /begins with a token/,
    );
    generator.dispose();
    arenas.dispose();
  });
});
