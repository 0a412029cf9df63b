/** How long until the first step? Tracing, planning and compiling the training step of each workload, from a cold start. */
import { Arenas, layoutArenas } from '../src/gpu/arenas.ts';
import { isSoftwareAdapter, openDevice } from '../src/gpu/device.ts';
import { targetFor } from '../src/gpu/target.ts';
import { parameterSpecs } from '../src/model/config.ts';
import { PlanStep, sketchStep } from '../src/train/planStep.ts';
import { batchNumber, initialWeights, WORKLOADS } from './engines/engine.ts';

export async function bench(names = 'tiny,small,wide'): Promise<void> {
  console.log(
    'workload  programs   trace+plan ms  pipelines ms  first step ms  in all ms  better ones ms later',
  );
  for (const name of names.split(',')) {
    const { model, train } = WORKLOADS[name]!;
    // a device of its own: no program of the last workload is there
    const { device, info } = await openDevice();
    const best = targetFor(info, device.features, isSoftwareAdapter(info));
    const quick = { ...best, effort: 'quick' as const };
    const B = train.batchSize;
    const layout = layoutArenas([...parameterSpecs(model)].map(([key, { shape }]) => [key, shape]));
    const arenas = new Arenas(device, layout, ['parameters', 'gradients', 'm', 'v']);
    for (const [key, { data }] of initialWeights(model)) arenas.write('parameters', key, data);
    const source = { B, T: model.blockSize, from: 'direct' as const };
    const times = [performance.now()];
    const mark = () => times.push(performance.now());
    const sketch = sketchStep(model, source, 1, layout, quick);
    mark();
    const step = await PlanStep.create(device, arenas, sketch, source, 1);
    mark();
    const { tokens, targets } = batchNumber(0, model, B);
    await step.step({ ...train, step: 1, lossScale: 1 }, (data) => {
      data.inputs.set(tokens);
      data.targets.set(targets);
    });
    mark();
    await step.use(best);
    mark();
    const [traced, compiled, stepped, better] = times.slice(1).map((time, i) => time - times[i]!);
    const programs = sketch.gradients.stats.pipelines + sketch.update.stats.pipelines;
    console.log(
      name.padEnd(9),
      String(programs).padStart(8),
      ...[traced!, compiled!, stepped!, traced! + compiled! + stepped!, better!].map((ms) =>
        ms.toFixed(0).padStart(13),
      ),
    );
    step.dispose();
    arenas.dispose();
    device.destroy();
  }
}
