/**
 * dropout: y = x ⊙ mask / (1 - rate) + residual; mask keeps each number with probability 1 - rate, so that the
 * expectation of y stays that of x (Srivastava et al. 2014).
 *
 * Bit i of the mask is a function of (seed, stream, i) and of nothing else (lib/rng.ts, hash32): the backward pass
 * computes the same mask again instead of keeping it, and a shader can compute it on the spot. `seed` is a tensor because
 * it changes every step; `stream` tells the uses within a step apart.
 */
import * as tf from '@tensorflow/tfjs-core';
import { hash32 } from '../lib/rng.ts';
import { defineGradient, defineKernel, run } from './kernel.ts';

export interface DropoutAttrs {
  rate: number;
  stream: number;
}

export const dropout = (
  x: tf.Tensor,
  seed: tf.Tensor,
  { residual, ...attrs }: DropoutAttrs & { residual?: tf.Tensor },
): tf.Tensor2D => run('Dropout', { x, seed, residual }, attrs);

/** The factors 0 or 1 / (1 - rate), in row-major order. */
export function dropoutMask(seed: tf.Tensor, { rate, stream }: DropoutAttrs, shape: number[]): tf.Tensor {
  const key = hash32(stream, seed.dataSync<'int32'>()[0]! >>> 0);
  const threshold = rate * 2 ** 32;
  const factors = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < factors.length; i++) factors[i] = hash32(i, key) >= threshold ? 1 / (1 - rate) : 0;
  return tf.tensor(factors, shape);
}

defineKernel<'x' | 'seed' | 'residual', DropoutAttrs>('Dropout', ({ x, seed, residual }, attrs) => {
  const y = tf.mul(x, dropoutMask(seed, attrs, x.shape));
  return residual ? tf.add(y, residual) : y;
});

defineGradient<'seed', DropoutAttrs>('Dropout', ['seed'], (dY, { seed }, attrs) => ({
  x: () => run('Dropout', { x: dY, seed }, attrs),
  residual: () => dY.clone(),
}));
