/**
 * How a model is trained: hyperparameters, their defaults per preset, and their validation. Pure data, the page may
 * import it. What they mean in time order is `trainer.ts`.
 */
import { ConfigError, requireWhole } from '../lib/errors.ts';
import type { ModelPreset } from '../model/config.ts';

export interface TrainConfig {
  /** Seed of initialisation, batches and dropout. The same seed on the same device gives the same curve. */
  seed: number;
  /** Sequences per forward pass. */
  batchSize: number;
  /** Forward passes per optimizer step; gradients are averaged. */
  gradAccumSteps: number;
  /** Optimizer steps in all. */
  maxSteps: number;
  learningRate: number;
  /** Where the cosine ends; a tenth of learningRate is customary. */
  minLr: number;
  warmupSteps: number;
  /** Step at which the cosine reaches minLr; normally maxSteps. */
  lrDecaySteps: number;
  beta1: number;
  beta2: number;
  /** Decoupled decay, on parameters of two and more dimensions only. */
  weightDecay: number;
  /** Largest global norm of the gradient; 0 = no clipping. */
  gradClip: number;
  /** Steps between measurements of the validation loss. */
  evalInterval: number;
  /** Batches per measurement; always the same ones. */
  evalBatches: number;
  /** Steps between samples; 0 = none. */
  sampleInterval: number;
  /** Numbers between layers: 32 bits, or 16 on a GPU that has them (f32 elsewhere, and where a check finds them too coarse). */
  precision: 'f32' | 'f16';
  /** Attention stops at document borders. */
  maskDocuments: boolean;
}

const base: TrainConfig = {
  seed: 1337,
  batchSize: 8,
  gradAccumSteps: 1,
  maxSteps: 1000,
  learningRate: 1e-3,
  minLr: 1e-4,
  warmupSteps: 20,
  lrDecaySteps: 1000,
  beta1: 0.9,
  beta2: 0.95,
  weightDecay: 0.1,
  gradClip: 1,
  evalInterval: 50,
  evalBatches: 4,
  sampleInterval: 100,
  precision: 'f32',
  maskDocuments: false,
};

export const TRAIN_PRESETS: Record<ModelPreset, TrainConfig> = {
  nano: { ...base, learningRate: 4e-3, minLr: 4e-4 },
  micro: { ...base, batchSize: 16, maxSteps: 3000, lrDecaySteps: 3000, warmupSteps: 100, evalInterval: 100 },
  small: {
    ...base,
    batchSize: 16,
    maxSteps: 5000,
    lrDecaySteps: 5000,
    learningRate: 6e-4,
    minLr: 6e-5,
    warmupSteps: 200,
    evalInterval: 200,
    sampleInterval: 250,
  },
  medium: {
    ...base,
    batchSize: 16,
    gradAccumSteps: 2,
    maxSteps: 10000,
    lrDecaySteps: 10000,
    learningRate: 5e-4,
    minLr: 5e-5,
    warmupSteps: 400,
    evalInterval: 250,
    sampleInterval: 500,
  },
  // nanoGPT config/train_shakespeare_char.py; evalBatches is its eval_iters
  'nanogpt-gpu': {
    ...base,
    batchSize: 64,
    maxSteps: 5000,
    lrDecaySteps: 5000,
    warmupSteps: 100,
    beta2: 0.99,
    evalInterval: 250,
    evalBatches: 200,
    sampleInterval: 250,
  },
  'nanogpt-cpu': {
    ...base,
    batchSize: 12,
    maxSteps: 2000,
    lrDecaySteps: 2000,
    warmupSteps: 100,
    beta2: 0.99,
    evalInterval: 250,
    evalBatches: 20,
    sampleInterval: 250,
  },
};

/**
 * Throws a ConfigError that names the first thing that cannot work.
 *
 * @throws {ConfigError}
 */
export function validateTrainConfig(config: TrainConfig): void {
  const whole = (name: keyof TrainConfig, min: number, max: number) =>
    requireWhole(name, config[name], min, max);
  const real = (name: keyof TrainConfig, min: number, max: number) => {
    const value = config[name] as number;
    if (!(value >= min && value <= max))
      throw new ConfigError(`${name}: expected a number from ${min} to ${max}, got ${value}.`);
  };
  whole('seed', 0, 0xffffffff);
  whole('batchSize', 1, 1024);
  whole('gradAccumSteps', 1, 1024);
  whole('maxSteps', 1, 10_000_000);
  real('learningRate', 0, 1);
  real('minLr', 0, config.learningRate);
  whole('warmupSteps', 0, config.maxSteps);
  whole('lrDecaySteps', 1, 10_000_000);
  real('beta1', 0, 0.99999);
  real('beta2', 0, 0.99999);
  real('weightDecay', 0, 10);
  real('gradClip', 0, 1e6);
  whole('evalInterval', 1, 10_000_000);
  whole('evalBatches', 1, 10_000);
  whole('sampleInterval', 0, 10_000_000);
}
