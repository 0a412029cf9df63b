/** A long run through plans: what it may never take more of, and what ends it clearly. */
import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../src/model/config.ts';
import { initialValues } from '../../src/model/gpt.ts';
import { TRAIN_PRESETS } from '../../src/train/config.ts';
import { EagerEngine } from '../../src/train/eagerEngine.ts';
import { type Gpu, PlanEngine } from '../../src/train/planEngine.ts';
import { type Run, type StepResult, trainLoop } from '../../src/train/trainer.ts';
import { startBackend } from '../../src/workers/model/backends.ts';
import { TARGETS, testDevice } from '../gpu/support.ts';
import { randomArrays } from '../reference/randomArrays.ts';

const model: ModelConfig = {
  family: 'llama',
  vocabSize: 23,
  blockSize: 8,
  nLayer: 1,
  nHead: 2,
  nKvHead: 1,
  nEmbd: 16,
  intermediateSize: 24,
  dropout: 0.1,
  bias: false,
  gelu: 'tanh',
  ropeTheta: 10000,
  normEps: 1e-5,
  tiedHead: true,
};
const train = { ...TRAIN_PRESETS.nano, batchSize: 2, maxSteps: 60, evalInterval: 20, sampleInterval: 0 };
const ids = Uint16Array.from(randomArrays(8).integers(500, model.vocabSize));
const data = { train: ids, validation: ids.subarray(0, 150), heldout: ids.subarray(200, 300), separator: 0 };

const gpu = async (more: Partial<Gpu> = {}): Promise<Gpu> => ({
  device: await testDevice(),
  target: TARGETS['lanes of four']!,
  memoryLimitBytes: 2 ** 30,
  submitBudgetMs: 200,
  ...more,
});

async function loop(run: Run, hooks: Partial<Parameters<typeof trainLoop>[1]> = {}) {
  const steps: StepResult[] = [];
  const evaluations: number[] = [];
  const end = await trainLoop(run, {
    turn: async () => true,
    breathe: async () => {},
    onStep: (result) => steps.push(result),
    onEvaluation: (_step, ...losses) => evaluations.push(...losses),
    sample: async () => {},
    ...hooks,
  });
  return { end, steps, evaluations };
}

const runOf = (engine: Run['engine'], config = train): Run => ({
  model,
  train: config,
  engine,
  step: 0,
  tokens: 0,
  timeMs: 0,
});

describe('a run through plans', () => {
  it('tells the same losses and evaluations as one on tfjs, in order, programs swapped on the way', async () => {
    const values = { parameters: initialValues(model, 3) };
    const onPlans = new PlanEngine(await gpu(), model, values);
    await onPlans.prepare(train, data);
    const got = await loop(runOf(onPlans));
    await startBackend('cpu');
    const eager = new EagerEngine(model, values);
    await eager.prepare(train, data);
    const want = await loop(runOf(eager));
    expect(got.steps.map(({ step }) => step)).toEqual(want.steps.map(({ step }) => step));
    for (const [i, { loss, tokens }] of want.steps.entries()) {
      expect(Math.abs(got.steps[i]!.loss - loss)).toBeLessThan(2e-4);
      expect(got.steps[i]!.tokens).toBe(tokens);
    }
    expect(got.evaluations.length).toBe(6);
    for (const [i, loss] of want.evaluations.entries())
      expect(Math.abs(got.evaluations[i]! - loss)).toBeLessThan(2e-4);
    onPlans.dispose();
    eager.dispose();
  });

  it('follows the same curve when its products are chosen by trying them', async () => {
    const run = async (more: Partial<Gpu>) => {
      const engine = new PlanEngine(await gpu({ target: TARGETS['workgroups for rows']!, ...more }), model, {
        parameters: initialValues(model, 3),
      });
      await engine.prepare(train, data);
      const { steps } = await loop(runOf(engine));
      engine.dispose();
      return steps;
    };
    const kept = new Map<string, string>();
    const cache = {
      get: (key: string) => kept.get(key),
      set: (key: string, text: string) => void kept.set(key, text),
    };
    const tuned = await run({ tune: { adapter: 'test', cache } });
    const plain = await run({});
    for (const [i, { loss }] of plain.entries()) expect(Math.abs(tuned[i]!.loss - loss)).toBeLessThan(1e-4);
  });

  it('cut into slices computes the same bits', async () => {
    const run = async (submitBudgetMs: number) => {
      const engine = new PlanEngine(
        await gpu({ submitBudgetMs, target: { ...TARGETS['no subgroups, quick']! } }),
        model,
        {
          parameters: initialValues(model, 3),
        },
      );
      await engine.prepare({ ...train, gradAccumSteps: 2 }, data);
      const { steps } = await loop(runOf(engine, { ...train, gradAccumSteps: 2, maxSteps: 12 }));
      engine.dispose();
      return steps.map(({ loss }) => loss);
    };
    expect(await run(0.5)).toEqual(await run(1e9));
  });

  it('goes on from saved values and moments as if it had never stopped', async () => {
    const first = new PlanEngine(await gpu(), model, { parameters: initialValues(model, 3) });
    await first.prepare(train, data);
    const whole = await loop(runOf(first, { ...train, maxSteps: 20 }));
    const half = new PlanEngine(await gpu(), model, { parameters: initialValues(model, 3) });
    await half.prepare(train, data);
    await loop(runOf(half, { ...train, maxSteps: 10 }));
    const saved = { parameters: await half.parameters(), moments: await half.moments() };
    const second = new PlanEngine(await gpu(), model, saved);
    await second.prepare(train, data);
    const rest = await loop({ ...runOf(second, { ...train, maxSteps: 20 }), step: 10 });
    for (const [i, { loss }] of rest.steps.entries())
      expect(Math.abs(loss - whole.steps[10 + i]!.loss)).toBeLessThan(1e-5);
    for (const engine of [first, half, second]) engine.dispose();
  });

  it('of 1,000 steps makes nothing after the first ones: no buffer, no bind group, no memory', async () => {
    const { device } = await gpu();
    const engine = new PlanEngine(await gpu(), model, { parameters: initialValues(model, 3) });
    const config = { ...train, maxSteps: 1e6, evalInterval: 1e6 };
    await engine.prepare(config, data);
    const made: string[] = [];
    const restore = (['createBuffer', 'createBindGroup', 'createComputePipelineAsync'] as const).map(
      (name) => {
        const original = device[name].bind(device) as (...args: unknown[]) => unknown;
        Object.defineProperty(device, name, {
          configurable: true,
          value: (...args: unknown[]) => {
            made.push(name);
            return original(...args);
          },
        });
        return () => Reflect.deleteProperty(device, name);
      },
    );
    let bytesBefore = 0;
    let madeBefore = 0;
    let heapBefore = 0;
    const collect = (globalThis as { gc?: () => void }).gc;
    expect(collect, 'Chromium was started with --js-flags=--expose-gc').toBeDefined();
    const heap = () => {
      collect!();
      return (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize;
    };
    const run = runOf(engine, config);
    await loop(run, {
      onStep: () => {}, // nothing is kept by the test itself
      turn: async (settle) => {
        if (run.step === 200) {
          await settle(); // better programs are in use by now
          bytesBefore = engine.bytes;
          madeBefore = made.length;
          heapBefore = heap();
        }
        return run.step < 1000;
      },
    });
    expect(run.step).toBe(1000);
    expect(made.slice(madeBefore)).toEqual([]);
    expect(engine.bytes).toBe(bytesBefore);
    expect(heap() - heapBefore).toBeLessThan(200_000); // bytes; 800 steps that leak one object each leave more
    for (const undo of restore) undo();
    engine.dispose();
  });

  it('that cannot fit is refused with a batch that would, before anything is made', async () => {
    const engine = new PlanEngine(await gpu({ memoryLimitBytes: 700_000 }), model, {
      parameters: initialValues(model, 3),
    });
    const before = engine.bytes;
    const message = await engine.prepare({ ...train, batchSize: 256 }, data).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message).toMatch(
      /A training step of this model takes .* this one allows .* A batch of \d+ would fit/,
    );
    expect(engine.bytes).toBe(before);
    const batch = Number(/A batch of (\d+)/.exec(message)![1]);
    await engine.prepare({ ...train, batchSize: batch }, data);
    expect(engine.figures!.memoryBytes).toBeLessThan(700_000);
    engine.dispose();
  });
});
