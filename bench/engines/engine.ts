/**
 * What is compared, and what an engine must offer: the three configurations, the initial weights, the batches, and the
 * interface that each engine of this folder implements in a file of its own (it exports `engine`). The measurement itself is
 * bench/engines.browser.ts.
 *
 * The model is GPT-2's: LayerNorm, learned positions, biases everywhere, tanh GELU, tied head, no dropout. Updates are AdamW
 * with decoupled decay on tensors of two and more dimensions, no clipping, constant learning rate.
 */
import { createRng } from '../../src/lib/rng.ts';
import { type ModelConfig, parameterSpecs } from '../../src/model/config.ts';
import { TRAIN_PRESETS, type TrainConfig } from '../../src/train/config.ts';

export interface Workload {
  model: ModelConfig;
  train: TrainConfig;
}

/** Parameters by their name in parameterSpecs; linear weights are [in, out]. */
export type InitialWeights = Map<string, { shape: number[]; data: Float32Array }>;

export interface Engine {
  name: string;
  /** Computes with WebGPU: skipped where there is no adapter. */
  gpu: boolean;
  /** Neither weights nor configuration may be written to: all engines get the same objects. */
  init(config: ModelConfig, train: TrainConfig, weights: InitialWeights, B: number): Promise<EngineRun>;
}

export interface EngineRun {
  /** One update on tokens [B T] and targets [B T]; resolves to the loss before it, in nats, when the device is done. */
  step(tokens: Int32Array, targets: Int32Array): Promise<number>;
  /** Called before a step when another engine ran in between; not timed. */
  resume?(): void | Promise<void>;
  /** Anything worth telling besides the measured columns. */
  stats?(): Record<string, number | string>;
  /** Frees everything that init and the steps made. */
  dispose(): void;
}

/** The ε of AdamW: ops/adamW.ts has it as a constant. */
export const ADAM_EPSILON = 1e-8;

const workload = (V: number, T: number, C: number, L: number, H: number, B: number): Workload => ({
  model: {
    family: 'gpt2',
    vocabSize: V,
    blockSize: T,
    nLayer: L,
    nHead: H,
    nKvHead: H,
    nEmbd: C,
    intermediateSize: 4 * C,
    dropout: 0,
    bias: true,
    gelu: 'tanh',
    ropeTheta: 10000,
    normEps: 1e-5,
    tiedHead: true,
  },
  train: {
    ...TRAIN_PRESETS.nano,
    batchSize: B,
    learningRate: 1e-3,
    minLr: 1e-3,
    warmupSteps: 0,
    beta1: 0.9,
    beta2: 0.999,
    weightDecay: 0.01,
    gradClip: 0,
  },
});

/** V, T, C, L, H, B: many small products; more of them, larger; few and wide. */
export const WORKLOADS: Record<string, Workload> = {
  tiny: workload(256, 64, 64, 2, 2, 8),
  small: workload(256, 64, 128, 4, 4, 8),
  wide: workload(512, 128, 256, 2, 4, 4),
};

/** N(0, std) of each spec from one seeded sequence, as model/gpt.ts initialises. */
export function initialWeights(config: ModelConfig, seed = 1): InitialWeights {
  const rng = createRng(seed);
  const weights: InitialWeights = new Map();
  for (const [name, { shape, std, fill }] of parameterSpecs(config)) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(fill);
    if (std > 0) for (let i = 0; i < data.length; i++) data[i] = std * rng.normal();
    weights.set(name, { shape, data });
  }
  return weights;
}

/** Batch number `index`: chains in which four of five tokens follow from the one before, so that the loss falls. */
export function batchNumber(index: number, { vocabSize: V, blockSize: T }: ModelConfig, B: number) {
  const rng = createRng(1000 + index);
  const tokens = new Int32Array(B * T);
  const targets = new Int32Array(B * T);
  for (let b = 0; b < B; b++) {
    let token = rng.int(V);
    for (let i = b * T; i < (b + 1) * T; i++) {
      tokens[i] = token;
      token = rng.next() < 0.8 ? (5 * token + 7) % V : rng.int(V);
      targets[i] = token;
    }
  }
  return { tokens, targets };
}
