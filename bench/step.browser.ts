/**
 * Time of a training step, forward, backward and update, by preset and backend: `npm run bench -- step [presets] [backends]`,
 * comma-separated. In a page of the test browser; batch and vocabulary as the page would choose them.
 */
import { MODEL_PRESETS, modelCost, type ModelPreset } from '../src/model/config.ts';
import { initialValues } from '../src/model/gpt.ts';
import { TRAIN_PRESETS } from '../src/train/config.ts';
import { type Run, trainLoop } from '../src/train/trainer.ts';
import type { Backend } from '../src/workers/api.ts';
import { startBackend } from '../src/workers/model/backends.ts';
import { placeModel } from '../src/workers/model/onDevice.ts';

const VOCABULARY: Partial<Record<ModelPreset, number>> = {
  nano: 512,
  micro: 2048,
  small: 4096,
  medium: 8192,
};
const BUDGET_MS = 20_000; // for each row

export async function bench(presets = 'nano,micro,nanogpt-cpu', backends = 'wasm'): Promise<void> {
  console.log('preset        backend   parameters   tokens/step   first ms   median ms   tokens/s');
  for (const backend of backends.split(',') as Backend[])
    for (const preset of presets.split(',') as ModelPreset[]) await measure(preset, backend);
}

async function measure(preset: ModelPreset, backend: Backend): Promise<void> {
  await startBackend(backend);
  const model = { ...MODEL_PRESETS[preset], vocabSize: VOCABULARY[preset] ?? 65 };
  const train = { ...TRAIN_PRESETS[preset], maxSteps: 10_000, evalInterval: 100_000, sampleInterval: 0 };
  const { engine, dispose } = placeModel(model, { parameters: initialValues(model, 1) });
  const run: Run = { model, train, engine, step: 0, tokens: 0, timeMs: 0 };
  const ids = Uint16Array.from({ length: 50_000 }, (_, i) => (i * i * 31) % model.vocabSize);
  const times: number[] = [];
  const started = performance.now();
  await engine.prepare(train, { train: ids, validation: ids.subarray(0, model.blockSize + 1) });
  await trainLoop(run, {
    turn: async () => times.length < 3 || (times.length < 200 && performance.now() - started < BUDGET_MS),
    breathe: async () => {},
    onStep: ({ timeMs }) => times.push(timeMs),
    onEvaluation: () => {},
    sample: async () => {},
  });
  const steps = times.map((time, i) => time - (times[i - 1] ?? 0));
  const median = steps.slice(1).toSorted((a, b) => a - b)[(steps.length - 1) >> 1]!;
  const tokens = run.tokens / run.step;
  const { parameters } = modelCost(model, 1);
  console.log(
    [
      preset.padEnd(13),
      backend.padEnd(9),
      String(parameters).padStart(10),
      String(tokens).padStart(13),
      steps[0]!.toFixed(0).padStart(10),
      median.toFixed(1).padStart(11),
      ((1000 * tokens) / median).toFixed(0).padStart(10),
    ].join(' '),
  );
  dispose();
}
