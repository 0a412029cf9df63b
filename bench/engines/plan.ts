/** Our engine: the model traced once, planned, and replayed from prepared commands (src/gpu/, src/train/planStep.ts). */
import { Arenas, layoutArenas } from '../../src/gpu/arenas.ts';
import { isSoftwareAdapter, openDevice } from '../../src/gpu/device.ts';
import type { Target } from '../../src/gpu/kernels/kernel.ts';
import { targetFor } from '../../src/gpu/target.ts';
import { parameterSpecs } from '../../src/model/config.ts';
import { PlanStep, sketchStep } from '../../src/train/planStep.ts';
import type { BatchSource } from '../../src/train/stepGraph.ts';
import type { Engine } from './engine.ts';

/** The engine under `name`, with the kernels of this device but for what `changes` says. */
const planEngine = (name: string, changes: Partial<Target> = {}): Engine => ({
  name,
  gpu: true,
  async init(model, train, weights, B) {
    const { device, info } = await openDevice();
    const target = { ...targetFor(info, device.features, isSoftwareAdapter(info)), ...changes };
    const layout = layoutArenas([...parameterSpecs(model)].map(([name, { shape }]) => [name, shape]));
    const source: BatchSource = { B, T: model.blockSize, from: 'direct' };
    // as in the page: small programs first, better ones before the second step
    const sketch = sketchStep(model, source, 1, layout, { ...target, effort: 'quick' });
    const arenas = new Arenas(device, layout, ['parameters', 'gradients', 'm', 'v']);
    for (const [name, { data }] of weights) arenas.write('parameters', name, data);
    const plan = await PlanStep.create(device, arenas, sketch, source, 1);
    let step = 0;
    return {
      async resume() {
        if (step === 1) await plan.use(target);
      },
      async step(tokens, targets) {
        step++;
        const { learningRate, beta1, beta2, weightDecay, gradClip } = train;
        const { loss } = await plan.step(
          { learningRate, beta1, beta2, weightDecay, gradClip, step, lossScale: 1 },
          (data) => {
            data.inputs.set(tokens);
            data.targets.set(targets);
          },
        );
        return loss;
      },
      stats: () => ({
        dispatches: sketch.gradients.stats.dispatches + sketch.update.stats.dispatches,
        pipelines: sketch.gradients.stats.pipelines + sketch.update.stats.pipelines,
        temporaryMB: sketch.gradients.stats.temporaryBytes / 1e6,
        peakMB: sketch.gradients.stats.peakBytes / 1e6,
        totalMB: (arenas.bytes + plan.bytes) / 1e6,
        GFLOP: sketch.gradients.stats.flops / 1e9,
      }),
      dispose() {
        plan.dispose();
        arenas.dispose();
        device.destroy();
      },
    };
  },
});

export const engine = planEngine('plan');

/** As it computes where lanes cannot exchange registers; measured when asked for. */
export const withoutSubgroups = planEngine('plan-no-subgroups', { subgroupSize: 0 });
