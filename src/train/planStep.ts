/**
 * The training step as plans: the gradients of a batch, then clip and update, replayed from prepared commands. Nothing is
 * created after the first step; the CPU writes a few hundred bytes, encodes, submits, and reads the loss when the GPU is
 * done with it, some steps later.
 *
 * What is not here: the loop (trainer.ts), what the graphs contain (stepGraph.ts).
 */
import type { Arenas } from '../gpu/arenas.ts';
import type { HalfType } from '../gpu/graph.ts';
import { HYPER } from '../gpu/kernels/optimizer.ts';
import type { Target } from '../gpu/kernels/kernel.ts';
import { type External, Plan, planGraph, type PlanSketch } from '../gpu/plan.ts';
import type { ModelConfig } from '../model/config.ts';
import type { StepOutcome } from './engine.ts';
import { type BatchSource, traceGradients, traceUpdate } from './stepGraph.ts';

/** Steps that may be under way at once: enough for the GPU never to wait, few enough for stop to be immediate. */
export const STEPS_IN_FLIGHT = 3;

export interface StepNumbers {
  learningRate: number;
  beta1: number;
  beta2: number;
  weightDecay: number;
  gradClip: number;
  /** 1 for the first update. */
  step: number;
  /** What the loss is multiplied with before its gradient is taken; 1 in f32. */
  lossScale: number;
}

/** Everything that is known of a step before anything is allocated. */
export interface StepSketch {
  gradients: PlanSketch;
  update: PlanSketch;
}

export function sketchStep(
  model: ModelConfig,
  source: BatchSource,
  micro: number,
  arenas: Arenas['layout'],
  target: Target,
  half?: HalfType,
): StepSketch {
  return {
    gradients: planGraph(traceGradients(model, source, micro > 1, half), target),
    update: planGraph(traceUpdate(arenas, half), target),
  };
}

/** Data of one micro-batch, to be filled in by the caller. */
export interface MicroBatch {
  /** Where the windows begin in the corpus. */
  offsets: Uint32Array;
  /** Where batches come `direct`. */
  inputs: Int32Array;
  targets: Int32Array;
  seed: number;
}

export class PlanStep {
  readonly gradients: Plan;
  readonly update: Plan;
  readonly #device: GPUDevice;
  readonly #arenas: Arenas;
  readonly #buffers: StepBuffers;
  readonly #micro: number;
  readonly #data: MicroBatch;
  readonly #hyper = new Float32Array(HYPER.length);
  /** Submits of a batch: more where one would keep the page from painting. */
  slices = 1;
  #turn = 0;

  private constructor(
    device: GPUDevice,
    arenas: Arenas,
    buffers: StepBuffers,
    plans: { gradients: Plan; update: Plan },
    source: BatchSource,
    micro: number,
  ) {
    this.#device = device;
    this.#arenas = arenas;
    this.#buffers = buffers;
    this.gradients = plans.gradients;
    this.update = plans.update;
    this.#micro = micro;
    const direct = source.from === 'direct' ? source.B * source.T : 0;
    this.#data = {
      offsets: new Uint32Array(source.B),
      inputs: new Int32Array(direct),
      targets: new Int32Array(direct),
      seed: 0,
    };
  }

  /** @throws {GpuError} */
  static async create(
    device: GPUDevice,
    arenas: Arenas,
    sketch: StepSketch,
    source: BatchSource,
    micro: number,
    corpus?: External,
    onProgress?: (ready: number, all: number) => void,
  ): Promise<PlanStep> {
    const buffers = createBuffers(device, source, micro);
    const external = (name: string): External => {
      const [kind, ...rest] = name.split('/') as [string, string];
      if (kind === 'arena') return { buffer: arenas.buffer(rest[0] as 'gradients') };
      if (kind === 'parameters' || kind === 'gradients' || kind === 'shadow')
        return arenas.place(kind, rest.join('/'));
      if (kind === 'corpus') return corpus!;
      return { buffer: buffers[name as 'loss'] };
    };
    const count = sketch.gradients.stats.pipelines + sketch.update.stats.pipelines;
    let ready = 0;
    const tick = () => onProgress?.(++ready, count);
    try {
      const [gradients, update] = await Promise.all([
        Plan.compile(device, sketch.gradients, external, tick),
        Plan.compile(device, sketch.update, external, tick),
      ]);
      return new PlanStep(device, arenas, buffers, { gradients, update }, source, micro);
    } catch (error) {
      disposeBuffers(buffers);
      throw error;
    }
  }

  /**
   * One update. Returns once all commands are submitted; the promise resolves when the GPU has run them. `fill` is called for
   * each micro-batch and writes its data.
   */
  step(numbers: StepNumbers, fill: (data: MicroBatch, micro: number) => void): Promise<StepOutcome> {
    const { queue } = this.#device;
    const { loss, scale, results, staging } = this.#buffers;
    const micro = this.#micro;
    this.#writeHyper(numbers);
    const out = staging[this.#turn++ % staging.length]!;
    for (let i = 0; i < micro; i++) {
      fill(this.#data, i);
      this.#writeData();
      const last = i === micro - 1;
      for (let slice = 0; slice < this.slices; slice++) {
        const encoder = this.#device.createCommandEncoder();
        if (slice === 0 && i === 0 && micro > 1) this.#arenas.clear(encoder, 'gradients');
        const pass = encoder.beginComputePass();
        this.gradients.encode(pass, this.#border(slice), this.#border(slice + 1));
        if (last && slice === this.slices - 1) this.update.encode(pass);
        pass.end();
        if (slice === this.slices - 1) {
          encoder.copyBufferToBuffer(loss, 0, results, 4 * i, 4);
          if (last) {
            encoder.copyBufferToBuffer(scale, 4, results, 4 * micro, 4);
            encoder.copyBufferToBuffer(results, 0, out, 0, 4 * micro + 4);
          }
        }
        queue.submit([encoder.finish()]);
      }
    }
    return out.mapAsync(GPUMapMode.READ).then(() => {
      const numbers = new Float32Array(out.getMappedRange());
      let sum = 0;
      for (let i = 0; i < micro; i++) sum += numbers[i]!;
      const outcome = { loss: sum / micro, gradNorm: numbers[micro]! };
      out.unmap();
      return outcome;
    });
  }

  /** Replaces the programs between two steps: compiled in the background, in use when they are ready. */
  async use(target: Target): Promise<void> {
    for (const plan of [this.gradients, this.update])
      await plan.use(planGraph(plan.sketch.graph, target).dispatches);
  }

  /** Index of the first dispatch of a slice: slices do about equal work. */
  #border(slice: number): number {
    if (slice === 0) return 0;
    if (slice === this.slices) return this.gradients.length;
    const { work } = this.gradients;
    const wanted = (work.at(-1)! * slice) / this.slices;
    return work.findIndex((done) => done >= wanted);
  }

  /** Bytes on the GPU besides the arenas. */
  get bytes(): number {
    const { staging, ...own } = this.#buffers;
    const buffers = [...Object.values(own), ...staging] as GPUBuffer[];
    return this.gradients.bytes + this.update.bytes + buffers.reduce((sum, buffer) => sum + buffer.size, 0);
  }

  dispose(): void {
    this.gradients.dispose();
    this.update.dispose();
    disposeBuffers(this.#buffers);
  }

  #writeHyper({ learningRate, beta1, beta2, weightDecay, gradClip, step, lossScale }: StepNumbers): void {
    const named: Record<(typeof HYPER)[number], number> = {
      learningRate,
      beta1,
      beta2,
      weightDecay,
      correction1: beta1 < 1 ? 1 / (1 - beta1 ** step) : 1,
      correction2: beta2 < 1 ? 1 / (1 - beta2 ** step) : 1,
      gradClip,
      gradScale: 1 / (this.#micro * lossScale),
    };
    HYPER.forEach((name, i) => (this.#hyper[i] = named[name]));
    this.#device.queue.writeBuffer(this.#buffers.hyper, 0, this.#hyper);
    this.#device.queue.writeBuffer(this.#buffers.lossScale, 0, Float32Array.of(lossScale));
  }

  #writeData(): void {
    const { queue } = this.#device;
    const { offsets, inputs, targets, seed } = this.#buffers;
    const data = this.#data;
    if (data.inputs.length > 0) {
      queue.writeBuffer(inputs, 0, data.inputs as Int32Array<ArrayBuffer>);
      queue.writeBuffer(targets, 0, data.targets as Int32Array<ArrayBuffer>);
    } else queue.writeBuffer(offsets, 0, data.offsets as Uint32Array<ArrayBuffer>);
    queue.writeBuffer(seed, 0, Int32Array.of(data.seed));
  }
}

interface StepBuffers {
  offsets: GPUBuffer;
  inputs: GPUBuffer;
  targets: GPUBuffer;
  seed: GPUBuffer;
  hyper: GPUBuffer;
  lossScale: GPUBuffer;
  loss: GPUBuffer;
  scale: GPUBuffer;
  /** Losses of the micro-batches, then the norm. */
  results: GPUBuffer;
  /** Read by the CPU, one for each step in flight. */
  staging: GPUBuffer[];
}

function createBuffers(device: GPUDevice, { B, T, from }: BatchSource, micro: number): StepBuffers {
  const { STORAGE, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
  const make = (label: string, numbers: number, usage = STORAGE | COPY_DST | COPY_SRC) =>
    device.createBuffer({ label, size: 16 * Math.ceil(numbers / 4), usage });
  const ids = from === 'direct' ? B * T : 4;
  return {
    offsets: make('offsets', B),
    inputs: make('inputs', ids),
    targets: make('targets', ids),
    seed: make('seed', 1),
    hyper: make('hyper', HYPER.length),
    lossScale: make('lossScale', 1),
    loss: make('loss', 1),
    scale: make('scale', 2),
    results: make('results', micro + 1),
    staging: Array.from({ length: STEPS_IN_FLIGHT }, (_, i) =>
      make(`staging ${i}`, micro + 1, MAP_READ | COPY_DST),
    ),
  };
}

function disposeBuffers({ staging, ...buffers }: StepBuffers): void {
  for (const buffer of [...(Object.values(buffers) as GPUBuffer[]), ...staging]) buffer.destroy();
}
