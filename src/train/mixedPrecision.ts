/**
 * What mixed precision needs besides 16-bit plans (gpu/half.ts): the 16-bit copy of the weights, a check before it is trusted,
 * and a loss scale that follows what happens.
 */
import type { Arenas } from '../gpu/arenas.ts';
import type { HalfType } from '../gpu/graph.ts';
import type { Target } from '../gpu/kernels/kernel.ts';
import { Plan, planGraph } from '../gpu/plan.ts';
import type { MicroBatch, PlanStep, StepNumbers } from './planStep.ts';
import { traceShadow } from './stepGraph.ts';

const GROWTH_STEPS = 1000;
const LARGEST = 2 ** 20;
/** Relative; rounding to 11 bits leaves differences ten times smaller, a mistake larger ones. */
const TOLERANCE = { loss: 0.01, gradNorm: 0.05 };

/** Keeps small gradients from becoming zero: halved when one overflowed, doubled after many good steps. */
export class LossScale {
  value = 1024;
  #goodSteps = 0;

  learn(gradNorm: number): void {
    if (Number.isFinite(gradNorm)) {
      if (++this.#goodSteps % GROWTH_STEPS === 0) this.value = Math.min(LARGEST, 2 * this.value);
      return;
    }
    this.#goodSteps = 0;
    this.value = Math.max(1, this.value / 2); // the GPU skipped that update by itself
  }
}

/** The 16-bit copy of the parameters, as they are now; each update renews it. */
export async function fillShadow(
  device: GPUDevice,
  arenas: Arenas,
  half: HalfType,
  target: Target,
): Promise<void> {
  const external = (name: string) => ({ buffer: arenas.buffer(name.slice('arena/'.length) as 'shadow') });
  const plan = await Plan.compile(device, planGraph(traceShadow(arenas.layout, half), target), external);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  plan.encode(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  plan.dispose();
}

/** Do loss and gradient of one batch agree in 16 and in 32 bits? Moves nothing: learning rate 0, moments kept. */
export async function agree(
  half: PlanStep,
  plain: PlanStep,
  lossScale: number,
  fill: (data: MicroBatch, micro: number) => void,
): Promise<boolean> {
  const still: StepNumbers = {
    learningRate: 0,
    weightDecay: 0,
    beta1: 1,
    beta2: 1,
    gradClip: 0,
    step: 1,
    lossScale: 1,
  };
  const got = await half.step({ ...still, lossScale }, fill);
  const want = await plain.step(still, fill);
  return (
    Math.abs(got.loss - want.loss) < TOLERANCE.loss * want.loss &&
    Math.abs(got.gradNorm - want.gradNorm) < TOLERANCE.gradNorm * want.gradNorm
  );
}
