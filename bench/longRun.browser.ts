/** Is step 1,000 as fast as step 100? A thousand steps of a small model through plans, medians at both ends. */
import { isSoftwareAdapter, openDevice } from '../src/gpu/device.ts';
import { targetFor } from '../src/gpu/target.ts';
import { MODEL_PRESETS } from '../src/model/config.ts';
import { initialValues } from '../src/model/gpt.ts';
import { TRAIN_PRESETS } from '../src/train/config.ts';
import { PlanEngine } from '../src/train/planEngine.ts';

const median = (list: number[]) => list.toSorted((a, b) => a - b)[list.length >> 1]!;

export async function bench(steps = '1000'): Promise<void> {
  const { device, info } = await openDevice();
  // small programs only: none is replaced on the way
  const target = {
    ...targetFor(info, device.features, isSoftwareAdapter(info)),
    effort: 'quick' as const,
  };
  const model = { ...MODEL_PRESETS.nano, vocabSize: 256, blockSize: 32, nLayer: 1 };
  const gpu = { device, target, memoryLimitBytes: 2 ** 31, submitBudgetMs: 200 };
  const engine = new PlanEngine(gpu, model, { parameters: initialValues(model, 1) });
  const ids = Uint16Array.from({ length: 50_000 }, (_, i) => (i * i * 31) % model.vocabSize);
  await engine.prepare({ ...TRAIN_PRESETS.nano, batchSize: 4 }, { train: ids, validation: ids });
  const times: number[] = [];
  for (let step = 0; step < Number(steps); step++) {
    const started = performance.now();
    await engine.step(step, 1e-4);
    times.push(performance.now() - started);
  }
  const [early, late] = [median(times.slice(50, 150)), median(times.slice(-100))];
  console.log(
    `median of steps 50 to 150: ${early.toFixed(2)} ms; of the last 100 of ${steps}: ${late.toFixed(2)} ms (${((100 * late) / early - 100).toFixed(1)} %)`,
  );
  engine.dispose();
}
