/**
 * Mixed precision, on an adapter without 16-bit numbers: the same graphs with every stored number rounded to 16 bits
 * (quantizeToF16), and the real programs with `f16` read as `f32`, which must compile.
 */
import { describe, expect, it } from 'vitest';
import { layoutArenas } from '../../src/gpu/arenas.ts';
import { type HalfType, storageOf } from '../../src/gpu/graph.ts';
import { type ModelConfig, parameterSpecs } from '../../src/model/config.ts';
import { initialValues } from '../../src/model/gpt.ts';
import { TRAIN_PRESETS } from '../../src/train/config.ts';
import { PlanEngine } from '../../src/train/planEngine.ts';
import { sketchStep } from '../../src/train/planStep.ts';
import { learningRateAt } from '../../src/train/schedule.ts';
import { randomArrays } from '../reference/randomArrays.ts';
import { TARGETS, testDevice } from './support.ts';

const llama: ModelConfig = {
  family: 'llama',
  vocabSize: 24,
  blockSize: 8,
  nLayer: 2,
  nHead: 2,
  nKvHead: 1,
  nEmbd: 16,
  intermediateSize: 24,
  dropout: 0,
  bias: false,
  gelu: 'tanh',
  ropeTheta: 10000,
  normEps: 1e-5,
  tiedHead: true,
};
const gpt2: ModelConfig = {
  ...llama,
  family: 'gpt2',
  nKvHead: 2,
  bias: true,
  intermediateSize: 64,
  dropout: 0.1,
};
const models = [
  ['llama', llama],
  ['gpt2', gpt2],
] as const;
const target = TARGETS['no subgroups, quick']!;
const ids = Uint16Array.from(randomArrays(8).integers(400, llama.vocabSize));

async function engineFor(model: ModelConfig, precision: 'f32' | 'f16', half: HalfType = 'emulated16') {
  const engine = new PlanEngine(
    { device: await testDevice(), target, memoryLimitBytes: 2 ** 30, submitBudgetMs: 200, half },
    model,
    { parameters: initialValues(model, 3) },
  );
  await engine.prepare(
    { ...TRAIN_PRESETS.nano, batchSize: 4, precision },
    { train: ids, validation: ids.subarray(0, 60) },
  );
  return engine;
}

describe('mixed precision', () => {
  it.each(models)('%s: follows 32 bits to the precision of 16, and learns as fast', async (_name, model) => {
    const wide = await engineFor(model, 'f32');
    const half = await engineFor(model, 'f16');
    expect(wide.figures!.precision).toBe('f32');
    expect(half.figures!.precision).toBe('f16');
    let last = { wide: 0, half: 0 };
    for (let step = 0; step < 40; step++) {
      const rate = learningRateAt(step, TRAIN_PRESETS.nano);
      last = { wide: (await wide.step(step, rate)).loss, half: (await half.step(step, rate)).loss };
      if (step < 10) expect(Math.abs(last.half - last.wide) / last.wide).toBeLessThan(0.01);
      if (step === 0) expect(last.half).not.toBe(last.wide); // it is rounded at all
    }
    expect(last.half).toBeLessThan(last.wide + 0.1);
    for (const engine of [wide, half]) engine.dispose();
  });

  it('is left alone where the first batch comes out differently', async () => {
    // activations beyond 65504, the largest 16-bit number
    const parameters = initialValues(gpt2, 3);
    for (const [name, data] of parameters) if (name.endsWith('c_fc.weight')) data.fill(1e5);
    const engine = new PlanEngine(
      {
        device: await testDevice(),
        target,
        memoryLimitBytes: 2 ** 30,
        submitBudgetMs: 200,
        half: 'emulated16',
      },
      gpt2,
      { parameters },
    );
    await engine.prepare(
      { ...TRAIN_PRESETS.nano, batchSize: 4, precision: 'f16' },
      { train: ids, validation: ids.subarray(0, 60) },
    );
    expect(engine.figures!.precision).toBe('f32');
    engine.dispose();
  });

  it.each(models)(
    '%s: halves what passes between layers, and leaves sums and parameters wide',
    (_name, model) => {
      const layout = layoutArenas([...parameterSpecs(model)].map(([name, { shape }]) => [name, shape]));
      const source = { B: 4, T: 8, from: 'direct' } as const;
      const wide = sketchStep(model, source, 1, layout, target).gradients;
      const half = sketchStep(model, source, 1, layout, target, 'float16').gradients;
      expect(half.stats.temporaryBytes).toBeLessThan(0.85 * wide.stats.temporaryBytes);
      for (const { outputs } of half.graph.nodes)
        for (const value of Object.values(outputs))
          if (storageOf(value).external) expect(value.dtype).toBe('float32'); // loss and gradients
    },
  );

  it.each(
    models.flatMap(([name, model]) =>
      Object.entries(TARGETS).map(([kind, to]) => [name, kind, model, to] as const),
    ),
  )('%s, %s: the programs for hardware with f16 are well formed', async (_name, _kind, model, to) => {
    const device = await testDevice();
    const layout = layoutArenas([...parameterSpecs(model)].map(([name, { shape }]) => [name, shape]));
    const { gradients, update } = sketchStep(model, { B: 4, T: 8, from: 'direct' }, 1, layout, to, 'float16');
    const codes = new Set([...gradients.dispatches, ...update.dispatches].map(({ code }) => code));
    const inHalf = [...codes].filter((code) => /\bf16\b/.test(code));
    expect(inHalf.length).toBeGreaterThan(8);
    for (const code of inHalf) {
      expect(code.startsWith('enable f16;')).toBe(true);
      device.pushErrorScope('validation');
      const module = device.createShaderModule({
        code: code.replace('enable f16;', '').replace(/\bf16\b/g, 'f32'),
      });
      const { messages } = await module.getCompilationInfo();
      expect(messages.filter(({ type }) => type === 'error').map(({ message }) => message)).toEqual([]);
      expect(await device.popErrorScope()).toBeNull();
    }
  });
});
