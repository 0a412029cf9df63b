/**
 * What the loop asks of whatever holds the numbers and computes with them. Two do: eagerEngine.ts, op by op on tfjs (any
 * backend; the CPU's way), and planEngine.ts, prepared commands replayed on WebGPU. Both follow the same curve.
 */
import { hash32 } from '../lib/rng.ts';
import type { ModelConfig } from '../model/config.ts';
import type { BatchShape, RunData } from './batches.ts';
import type { TrainConfig } from './config.ts';

export interface Moments {
  m: Float32Array;
  v: Float32Array;
}

/** Parameters and, of a run that was saved, the moments of Adam, by name. */
export interface ModelValues {
  parameters: Map<string, Float32Array>;
  moments?: Map<string, Moments>;
}

export interface StepOutcome {
  /** Before the update: mean over the micro-batches, nats per token. */
  loss: number;
  /** Before clipping. */
  gradNorm: number;
}

/** What a plan is made of, for the page: known before the first step. */
export interface PlanFigures {
  precision: TrainConfig['precision'];
  dispatches: number;
  pipelines: number;
  /** Of one step. */
  flops: number;
  bytesMoved: number;
  /** Parameters, gradients and moments; values within a step; token ids. */
  memoryBytes: number;
  /** The largest sum of values within a step that are alive at once, and what they were given. */
  peakBytes: number;
  temporaryBytes: number;
}

export interface Engine {
  /**
   * Makes everything ready that the first step needs.
   *
   * @throws {ConfigError | GpuError} when it cannot fit.
   */
  prepare(
    train: TrainConfig,
    data: RunData,
    onProgress?: (ready: number, all: number) => void,
  ): Promise<void>;
  /** Update number `step`, from 0. The work is on its way when this returns; the promise resolves when it is done. */
  step(step: number, learningRate: number): Promise<StepOutcome>;
  /** Steps that may be under way at once. */
  readonly stepsInFlight: number;
  /**
   * Mean loss over fixed windows of a split, nats per token: no dropout. `breathe` is awaited between batches. NaN where
   * there is no such split.
   */
  evaluate(split: 'validation' | 'heldout', breathe: () => Promise<void>): Promise<number>;
  /** The numbers as they are after all steps on their way. */
  parameters(): Promise<Map<string, Float32Array>>;
  moments(): Promise<Map<string, Moments>>;
  /** Bytes of the device's memory that are held now. */
  readonly bytes: number;
  /** Undefined where there is no plan. */
  readonly figures: PlanFigures | undefined;
  dispose(): void;
}

/** Windows of a run. */
export const batchShape = (model: ModelConfig, train: TrainConfig, data: RunData): BatchShape => ({
  B: train.batchSize,
  T: model.blockSize,
  separator: train.maskDocuments ? data.separator : undefined,
});

/** Seed of dropout in micro-batch number `index` of a run, int32. */
export const dropoutSeed = (index: number, { seed }: TrainConfig): number => hash32(index, seed ^ 0xd50) | 0;
