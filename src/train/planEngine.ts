/**
 * Training through plans: the arenas, the plan of a step and that of an evaluation, and the token ids on the GPU. The first
 * step runs on small programs that compile in a second; better ones are compiled meanwhile and take over between two steps.
 */
import { Arenas, layoutArenas } from '../gpu/arenas.ts';
import { autotune, chooser, type TuneCache } from '../gpu/autotune.ts';
import type { HalfType } from '../gpu/graph.ts';
import type { Target } from '../gpu/kernels/kernel.ts';
import { productOf } from '../gpu/kernels/matmul.ts';
import type { Plan } from '../gpu/plan.ts';
import { type ModelConfig, parameterSpecs } from '../model/config.ts';
import { type BatchShape, randomOffsets, type RunData } from './batches.ts';
import type { TrainConfig } from './config.ts';
import {
  batchShape,
  dropoutSeed,
  type Engine,
  type ModelValues,
  type Moments,
  type PlanFigures,
  type StepOutcome,
} from './engine.ts';
import { corpusBytes, type GpuCorpus, uploadCorpus } from './gpuCorpus.ts';
import { LossPlan } from './lossPlan.ts';
import { agree, fillShadow, LossScale } from './mixedPrecision.ts';
import { type MicroBatch, PlanStep, sketchStep, type StepSketch, STEPS_IN_FLIGHT } from './planStep.ts';
import { requireRoom } from './requireRoom.ts';
import type { BatchSource } from './stepGraph.ts';

/** The device, and what to make of it. */
export interface Gpu {
  device: GPUDevice;
  target: Target;
  /** A rough bound on what may be allocated, bytes. */
  memoryLimitBytes: number;
  /** A submit may keep the GPU from the page's own painting for so long, ms. */
  submitBudgetMs: number;
  /** Try kernels on this device: its name, and where to keep what was found. Absent: not worth it (a program on the CPU). */
  tune?: { adapter: string; cache: TuneCache };
  /** 16-bit numbers, where the device has them. */
  half?: HalfType;
}

/** What `prepare` made for one run. */
interface Prepared {
  /** Mixed precision is in use. */
  half: HalfType | undefined;
  train: TrainConfig;
  shape: BatchShape;
  source: BatchSource;
  step: PlanStep;
  sketch: StepSketch;
  corpus: GpuCorpus;
  /** Plans of evaluation by batch size. */
  losses: Map<number, Promise<LossPlan>>;
}

export class PlanEngine implements Engine {
  readonly gpu: Gpu;
  readonly arenas: Arenas;
  readonly #model: ModelConfig;
  #run: Prepared | undefined;
  /** Programs in use. */
  #target: Target;
  #upgrade: Promise<void> | undefined;
  #msPerStep = 0;
  readonly #lossScale = new LossScale();
  #lastDone = 0;

  /** @throws {GpuError} */
  constructor(gpu: Gpu, model: ModelConfig, { parameters, moments }: ModelValues) {
    this.gpu = gpu;
    this.#model = model;
    this.#target = quick(gpu.target);
    this.arenas = new Arenas(
      gpu.device,
      layoutOf(model),
      moments ? ['parameters', 'm', 'v'] : ['parameters'],
      gpu.half,
    );
    for (const [name, data] of parameters) this.arenas.write('parameters', name, data);
    for (const [name, { m, v }] of moments ?? []) {
      this.arenas.write('m', name, m);
      this.arenas.write('v', name, v);
    }
  }

  async prepare(
    train: TrainConfig,
    data: RunData,
    onProgress?: (ready: number, all: number) => void,
  ): Promise<void> {
    this.#release();
    const { device } = this.gpu;
    const shape = batchShape(this.#model, train, data);
    const idBits = this.#model.vocabSize <= 1 << 16 ? 16 : 32;
    const source: BatchSource = {
      B: shape.B,
      T: shape.T,
      from: { corpus: { idBits, separator: shape.separator } },
    };
    const micro = train.gradAccumSteps;
    const wanted = train.precision === 'f16' ? this.gpu.half : undefined;
    const sketchOf = (B: number, half: HalfType | undefined) =>
      sketchStep(this.#model, { ...source, B }, micro, this.arenas.layout, this.#target, half);
    const fixedBytes = 16 * this.arenas.layout.size + corpusBytes(data, idBits);
    const sketch = requireRoom(this.gpu, fixedBytes, shape.B, (B) => sketchOf(B, wanted));

    this.arenas.add('gradients', 'm', 'v', ...(wanted ? (['shadow'] as const) : []));
    const corpus = uploadCorpus(device, data, idBits, shape, train.evalBatches);
    const ids = { buffer: corpus.train, size: corpus.train.size };
    const create = (from: StepSketch) =>
      PlanStep.create(device, this.arenas, from, source, micro, ids, onProgress);
    const run = { train, shape, source, corpus, losses: new Map() };
    try {
      let [half, used, step] = [wanted, sketch, await create(sketch)];
      if (half) {
        await fillShadow(device, this.arenas, half, this.#target);
        const plain = sketchOf(shape.B, undefined);
        const reference = await create(plain);
        if (await agree(step, reference, this.#lossScale.value, fillFrom(run, 0))) reference.dispose();
        else {
          step.dispose();
          [half, used, step] = [undefined, plain, reference];
        }
      }
      this.#run = { ...run, half, step, sketch: used };
    } catch (error) {
      corpus.dispose();
      throw error;
    }
  }

  step(step: number, learningRate: number): Promise<StepOutcome> {
    const { train, half, step: plan } = this.#run!;
    const startedAt = performance.now();
    const parts = Math.ceil(this.#msPerStep / train.gradAccumSteps / this.gpu.submitBudgetMs);
    plan.slices = Math.max(1, Math.min(plan.gradients.length, parts));
    const lossScale = half ? this.#lossScale.value : 1;
    const outcome = plan.step(
      { ...train, learningRate, step: step + 1, lossScale },
      fillFrom(this.#run!, step * train.gradAccumSteps),
    );
    void outcome.then(
      ({ gradNorm }) => {
        const now = performance.now();
        const ms = now - Math.max(startedAt, this.#lastDone);
        this.#msPerStep = this.#msPerStep ? 0.8 * this.#msPerStep + 0.2 * ms : ms;
        this.#lastDone = now;
        this.#lossScale.learn(gradNorm);
        this.#improve(plan);
      },
      () => undefined, // the loop hears of it
    );
    return outcome;
  }

  /** A step that is a frame or more long needs no queue behind it, and a short one would leave the GPU idle without. */
  get stepsInFlight(): number {
    return this.#msPerStep > 250 ? 1 : this.#msPerStep > 60 ? 2 : STEPS_IN_FLIGHT;
  }

  async evaluate(split: 'validation' | 'heldout', breathe: () => Promise<void>): Promise<number> {
    const { source, corpus, losses } = this.#run!;
    const { windows, evaluation } = corpus;
    let sum = 0;
    let count = 0;
    for (const offsets of windows.get(split) ?? []) {
      await breathe();
      const B = offsets.length; // the last batch may be smaller
      let plan = losses.get(B);
      if (!plan) {
        const text = { buffer: evaluation, size: evaluation.size };
        plan = LossPlan.create(
          this.gpu.device,
          this.arenas,
          this.#model,
          { ...source, B },
          text,
          this.#target,
        );
        losses.set(B, plan);
      }
      sum += (await (await plan).run(offsets)) * B;
      count += B;
    }
    return sum / count;
  }

  parameters(): Promise<Map<string, Float32Array>> {
    return this.arenas.read('parameters');
  }

  async moments(): Promise<Map<string, Moments>> {
    this.arenas.add('m', 'v');
    const m = await this.arenas.read('m');
    const v = await this.arenas.read('v');
    return new Map([...m].map(([name, values]) => [name, { m: values, v: v.get(name)! }]));
  }

  get bytes(): number {
    const run = this.#run;
    return this.arenas.bytes + (run ? run.step.bytes + run.corpus.bytes : 0);
  }

  get figures(): PlanFigures | undefined {
    if (!this.#run) return undefined;
    const { gradients, update } = this.#run.sketch;
    const micro = this.#run.train.gradAccumSteps;
    return {
      precision: this.#run.half ? 'f16' : 'f32',
      dispatches: micro * gradients.stats.dispatches + update.stats.dispatches,
      pipelines: gradients.stats.pipelines + update.stats.pipelines,
      flops: micro * gradients.stats.flops + update.stats.flops,
      bytesMoved: micro * gradients.stats.bytesMoved + update.stats.bytesMoved,
      memoryBytes: this.bytes,
      peakBytes: gradients.stats.peakBytes,
      temporaryBytes: gradients.stats.temporaryBytes,
    };
  }

  dispose(): void {
    this.#release();
    this.arenas.dispose();
  }

  /** Once, after the first step: better programs, found and compiled while training goes on. Those in use serve until then. */
  #improve(plan: PlanStep): void {
    if (this.#upgrade || this.#target.effort === this.gpu.target.effort) return;
    const better = async () => {
      const target = await this.#tuned(plan.gradients);
      await plan.use(target);
      this.#target = target;
    };
    // the programs in use are right, only slower; a lost device is reported by its owner
    this.#upgrade = better().catch(() => undefined);
  }

  /** What this device wants, with the kernels that won on it for the products of this plan. */
  async #tuned({ sketch }: Plan): Promise<Target> {
    const { device, target, tune } = this.gpu;
    if (!tune) return target;
    const products = sketch.graph.nodes
      .filter(({ op }) => op === 'Linear' || op === 'Product')
      .map((node) => productOf(node));
    return { ...target, choose: chooser(await autotune(device, products, { target, ...tune }), target) };
  }

  #release(): void {
    const run = this.#run;
    if (!run) return;
    this.#run = undefined;
    this.#upgrade = undefined;
    run.step.dispose();
    for (const plan of run.losses.values()) void plan.then((made) => made.dispose());
    run.corpus.dispose();
  }
}

/** Data of the micro-batches of a step whose first has number `first`. */
const fillFrom =
  ({ train, shape, corpus }: Pick<Prepared, 'train' | 'shape' | 'corpus'>, first: number) =>
  (data: MicroBatch, i: number): void => {
    data.offsets.set(randomOffsets(corpus.trainTokens, shape, train.seed, first + i));
    data.seed = dropoutSeed(first + i, train);
  };

const quick = (target: Target): Target => ({ ...target, effort: 'quick' });

const layoutOf = (model: ModelConfig) =>
  layoutArenas([...parameterSpecs(model)].map(([name, { shape }]) => [name, shape]));
