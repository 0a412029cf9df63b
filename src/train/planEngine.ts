/**
 * Training through plans: the arenas, the plan of a step and that of an evaluation, and the token ids on the GPU. The first
 * step runs on small programs that compile in a second; better ones are compiled meanwhile and take over between two steps.
 */
import { Arenas, layoutArenas } from '../gpu/arenas.ts';
import type { HalfType } from '../gpu/graph.ts';
import type { Target } from '../gpu/kernels/kernel.ts';
import { Plan, planGraph } from '../gpu/plan.ts';
import { ConfigError } from '../lib/errors.ts';
import { formatBytes } from '../lib/units.ts';
import { type ModelConfig, parameterSpecs } from '../model/config.ts';
import { type BatchShape, evaluationOffsets, randomOffsets, type RunData, type TokenIds } from './batches.ts';
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
import { LossPlan } from './lossPlan.ts';
import { type MicroBatch, PlanStep, sketchStep, type StepSketch, STEPS_IN_FLIGHT } from './planStep.ts';
import { type BatchSource, traceShadow } from './stepGraph.ts';

/** The device, and what to make of it. */
export interface Gpu {
  device: GPUDevice;
  target: Target;
  /** A rough bound on what may be allocated, bytes. */
  memoryLimitBytes: number;
  /** A submit may keep the GPU from the page's own painting for so long, ms. */
  submitBudgetMs: number;
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
  trainTokens: number;
  step: PlanStep;
  sketch: StepSketch;
  corpus: GPUBuffer;
  /** Validation and held-out text one behind the other, and the windows of each. */
  evaluation: GPUBuffer;
  windows: Map<string, number[][]>;
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
  /** Mixed precision: doubled after many good steps, halved when a gradient overflowed. */
  #lossScale = FIRST_LOSS_SCALE;
  #goodSteps = 0;
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
    const sketchOf = (B: number, half = wanted) =>
      sketchStep(this.#model, { ...source, B }, micro, this.arenas.layout, this.#target, half);
    const sketch = sketchOf(shape.B);
    const corpusBytes = 2 * (idBits / 16) * (data.train.length + data.validation.length);
    this.#requireRoom(sketch, corpusBytes, shape.B, sketchOf);

    this.arenas.add('gradients', 'm', 'v', ...(wanted ? (['shadow'] as const) : []));
    const corpus = uploadIds(device, data.train, idBits);
    const both = [...(data.heldout ? [data.validation, data.heldout] : [data.validation])];
    const evaluation = uploadIds(device, concatenate(both), idBits);
    const windows = new Map<string, number[][]>();
    const { length } = data.validation;
    windows.set('validation', evaluationOffsets(length, shape, train.evalBatches));
    if (data.heldout)
      windows.set(
        'heldout',
        evaluationOffsets(data.heldout.length, shape, train.evalBatches).map((batch) =>
          batch.map((offset) => offset + length),
        ),
      );
    const create = (from: StepSketch) =>
      PlanStep.create(
        device,
        this.arenas,
        from,
        source,
        micro,
        { buffer: corpus, size: corpus.size },
        onProgress,
      );
    const trainTokens = data.train.length;
    const run = { train, shape, source, trainTokens, corpus, evaluation, windows, losses: new Map() };
    try {
      let [half, used, step] = [wanted, sketch, await create(sketch)];
      if (half) {
        await this.#fillShadow(half);
        const plain = sketchStep(this.#model, source, micro, this.arenas.layout, this.#target);
        const reference = await create(plain);
        if (await this.#agree(step, reference, run)) reference.dispose();
        else {
          step.dispose();
          [half, used, step] = [undefined, plain, reference];
        }
      }
      this.#run = { ...run, half, step, sketch: used };
    } catch (error) {
      for (const buffer of [corpus, evaluation]) buffer.destroy();
      throw error;
    }
  }

  step(step: number, learningRate: number): Promise<StepOutcome> {
    const { train, half, step: plan } = this.#run!;
    const startedAt = performance.now();
    const parts = Math.ceil(this.#msPerStep / train.gradAccumSteps / this.gpu.submitBudgetMs);
    plan.slices = Math.max(1, Math.min(plan.gradients.length, parts));
    const lossScale = half ? this.#lossScale : 1;
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
        this.#scaleLoss(Number.isFinite(gradNorm));
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
    const { windows, source, evaluation, losses } = this.#run!;
    let sum = 0;
    let count = 0;
    for (const offsets of windows.get(split) ?? []) {
      await breathe();
      const B = offsets.length; // the last batch may be smaller
      let plan = losses.get(B);
      if (!plan) {
        const corpus = { buffer: evaluation, size: evaluation.size };
        plan = LossPlan.create(
          this.gpu.device,
          this.arenas,
          this.#model,
          { ...source, B },
          corpus,
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
    return this.arenas.bytes + (run ? run.step.bytes + run.corpus.size + run.evaluation.size : 0);
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

  #scaleLoss(finite: boolean): void {
    if (!finite) this.#lossScale = Math.max(1, this.#lossScale / 2); // the GPU skipped that update by itself
    this.#goodSteps = finite ? this.#goodSteps + 1 : 0;
    if (this.#goodSteps % GROWTH_STEPS === GROWTH_STEPS - 1)
      this.#lossScale = Math.min(2 ** 20, 2 * this.#lossScale);
  }

  /** The 16-bit copy of the parameters, as they are now; each update renews it. */
  async #fillShadow(half: HalfType): Promise<void> {
    const { device, target } = this.gpu;
    const graph = traceShadow(this.arenas.layout, half);
    const external = (name: string) => ({
      buffer: this.arenas.buffer(name.slice('arena/'.length) as 'shadow'),
    });
    const plan = await Plan.compile(device, planGraph(graph, target), external);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    plan.encode(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    plan.dispose();
  }

  /** Do loss and gradient of the first batch agree in 16 and in 32 bits? Moves nothing: learning rate 0, moments kept. */
  async #agree(
    half: PlanStep,
    plain: PlanStep,
    run: Pick<Prepared, 'train' | 'shape' | 'trainTokens'>,
  ): Promise<boolean> {
    const still = { ...run.train, learningRate: 0, weightDecay: 0, beta1: 1, beta2: 1, step: 1 };
    const got = await half.step({ ...still, lossScale: this.#lossScale }, fillFrom(run, 0));
    const want = await plain.step({ ...still, lossScale: 1 }, fillFrom(run, 0));
    return (
      Math.abs(got.loss - want.loss) < HALF_TOLERANCE.loss * want.loss &&
      Math.abs(got.gradNorm - want.gradNorm) < HALF_TOLERANCE.gradNorm * want.gradNorm
    );
  }

  /** Once, after the first step: larger programs, compiled while training goes on. Those in use serve until then. */
  #improve(plan: PlanStep): void {
    if (this.#upgrade || this.#target.effort === this.gpu.target.effort) return;
    this.#upgrade = plan.use(this.gpu.target).then(
      () => void (this.#target = this.gpu.target),
      () => undefined, // the programs in use are right, only slower; a lost device is reported by its owner
    );
  }

  #release(): void {
    const run = this.#run;
    if (!run) return;
    this.#run = undefined;
    this.#upgrade = undefined;
    run.step.dispose();
    for (const plan of run.losses.values()) void plan.then((made) => made.dispose());
    run.corpus.destroy();
    run.evaluation.destroy();
  }

  /** @throws {ConfigError} that says what would fit. */
  #requireRoom(
    sketch: StepSketch,
    corpusBytes: number,
    B: number,
    sketchOf: (B: number) => StepSketch,
  ): void {
    const fixed = 16 * this.arenas.layout.size + corpusBytes;
    const need = ({ gradients, update }: StepSketch) =>
      fixed + gradients.stats.temporaryBytes + update.stats.temporaryBytes;
    const largest = ({ gradients }: StepSketch) =>
      Math.max(...gradients.memory.slots.map(({ bytes }) => bytes));
    const { memoryLimitBytes, device } = this.gpu;
    const binding = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
    const fits = (candidate: StepSketch) =>
      need(candidate) <= memoryLimitBytes && largest(candidate) <= binding;
    if (fits(sketch)) return;
    let batch = B;
    do batch >>= 1;
    while (batch > 0 && !fits(sketchOf(batch)));
    throw new ConfigError(
      `A training step of this model takes ${formatBytes(need(sketch))} on the GPU` +
        (largest(sketch) > binding ? `, ${formatBytes(largest(sketch))} of it in one piece` : '') +
        `; this one allows ${formatBytes(memoryLimitBytes)}, ${formatBytes(binding)} in one piece. ` +
        (batch > 0
          ? `A batch of ${batch} would fit; raise gradAccumSteps to keep the number of tokens per update.`
          : 'Choose a smaller model, a shorter context or a smaller vocabulary.'),
    );
  }
}

const FIRST_LOSS_SCALE = 1024;
const GROWTH_STEPS = 1000;
/** Relative; rounding to 11 bits leaves differences ten times smaller, a mistake larger ones. */
const HALF_TOLERANCE = { loss: 0.01, gradNorm: 0.05 };

/** Data of the micro-batches of a step whose first has number `first`. */
const fillFrom =
  ({ train, shape, trainTokens }: Pick<Prepared, 'train' | 'shape' | 'trainTokens'>, first: number) =>
  (data: MicroBatch, i: number): void => {
    data.offsets.set(randomOffsets(trainTokens, shape, train.seed, first + i));
    data.seed = dropoutSeed(first + i, train);
  };

const quick = (target: Target): Target => ({ ...target, effort: 'quick' });

const layoutOf = (model: ModelConfig) =>
  layoutArenas([...parameterSpecs(model)].map(([name, { shape }]) => [name, shape]));

function concatenate(parts: TokenIds[]): TokenIds {
  const all = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Token ids on the GPU: two in a word where they fit. */
function uploadIds(device: GPUDevice, ids: TokenIds, idBits: 16 | 32): GPUBuffer {
  const words =
    idBits === 32
      ? Uint32Array.from(ids)
      : new Uint16Array(2 * Math.ceil(ids.length / 2)).map((_, i) => ids[i] ?? 0);
  const buffer = device.createBuffer({
    label: 'corpus',
    size: words.byteLength,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, words);
  return buffer;
}
