/**
 * gelu: y = x Φ(x), elementwise (Hendrycks & Gimpel 2016, arXiv 1606.08415), in both forms that weight files use:
 *
 *   exact   Φ(x) = (1 + erf(x / √2)) / 2                                PyTorch's default, nanoGPT
 *   tanh    Φ(x) ≈ (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2             GPT-2, llama.cpp
 *
 *   dX = dY (Φ(x) + x Φ'(x)),   exact: Φ'(x) = exp(-x²/2) / √(2π)
 */
import * as tf from '@tensorflow/tfjs-core';
import { defineGradient, defineKernel, run } from './kernel.ts';

export type GeluForm = 'exact' | 'tanh';

export const gelu = (x: tf.Tensor, form: GeluForm): tf.Tensor2D => run('Gelu', { x }, { form });

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/** Φ(x) of the tanh form as a sigmoid, (1 + tanh(u)) / 2 = σ(2u): on wasm tanh takes ten times as long. */
const sigmoidCdf = (x: tf.Tensor) =>
  tf.sigmoid(tf.mul(x, tf.add(tf.mul(tf.square(x), 2 * SQRT_2_OVER_PI * 0.044715), 2 * SQRT_2_OVER_PI)));

/** Φ(x) of the exact form. */
const normalCdf = (x: tf.Tensor) => tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);

defineKernel<'x', { form: GeluForm }>('Gelu', ({ x }, { form }) =>
  tf.mul(x, form === 'exact' ? normalCdf(x) : sigmoidCdf(x)),
);

defineKernel<'dY' | 'x', { form: GeluForm }>('GeluGrad', ({ dY, x }, { form }) => {
  if (form === 'exact') {
    const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return tf.mul(dY, tf.add(normalCdf(x), tf.mul(x, density)));
  }
  const cdf = sigmoidCdf(x);
  const slope = tf.add(tf.mul(tf.square(x), 6 * SQRT_2_OVER_PI * 0.044715), 2 * SQRT_2_OVER_PI); // d/dx of 2u
  const ownShare = tf.mul(tf.mul(x, slope), tf.sub(1, cdf)); // x Φ'(x) = Φ x (2u)' (1 - Φ)
  return tf.mul(dY, tf.mul(cdf, tf.add(ownShare, 1)));
});

defineGradient<'x', { form: GeluForm }>('Gelu', ['x'], (dY, { x }, attrs) => ({
  x: () => run('GeluGrad', { dY, x }, attrs),
}));
