/**
 * One update: averaged gradients -> clipped by their global norm -> AdamW. The arithmetic is ops/adamW.ts; here are the
 * moments that belong to a run, and their life.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Parameters } from '../model/gpt.ts';
import { adamW, clipByGlobalNorm, type Moments } from '../ops/index.ts';
import type { TrainConfig } from './config.ts';

/** Moments by the name of their parameter. */
export type OptimizerState = Map<string, Moments>;

/** Zero moments, or those of `values` (a saved run). */
export function initOptimizer(
  params: Parameters,
  values?: Map<string, { m: Float32Array; v: Float32Array }>,
): OptimizerState {
  const state: OptimizerState = new Map();
  for (const [name, { shape }] of params) {
    const from = (data: Float32Array | undefined) =>
      tf.tidy(() => tf.variable(data ? tf.tensor(data, shape) : tf.zeros(shape), false));
    state.set(name, { m: from(values?.get(name)?.m), v: from(values?.get(name)?.v) });
  }
  return state;
}

/** Updates all parameters in place; returns the gradient's norm before clipping, a scalar on the device. */
export function applyGradients(
  params: Parameters,
  gradients: Map<string, tf.Tensor>,
  state: OptimizerState,
  config: TrainConfig,
  learningRate: number,
  step: number,
): tf.Scalar {
  const { scale, norm } = clipByGlobalNorm([...gradients.values()], config.gradClip);
  for (const [name, p] of params)
    adamW(p, gradients.get(name)!, state.get(name)!, scale, { ...config, learningRate, step });
  scale.dispose();
  return norm;
}

export function disposeOptimizer(state: OptimizerState): void {
  for (const { m, v } of state.values()) tf.dispose([m, v]);
}
