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

/** tanh(√(2/π) (x + 0.044715 x³)) */
const innerTanh = (x: tf.Tensor) =>
  tf.tanh(tf.mul(tf.mul(x, tf.add(tf.mul(tf.square(x), 0.044715), 1)), SQRT_2_OVER_PI));

/** Φ(x) of the exact form. */
const normalCdf = (x: tf.Tensor) => tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);

defineKernel<'x', { form: GeluForm }>('Gelu', ({ x }, { form }) =>
  tf.mul(x, form === 'exact' ? normalCdf(x) : tf.mul(tf.add(innerTanh(x), 1), 0.5)),
);

defineKernel<'dY' | 'x', { form: GeluForm }>('GeluGrad', ({ dY, x }, { form }) => {
  if (form === 'exact') {
    const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return tf.mul(dY, tf.add(normalCdf(x), tf.mul(x, density)));
  }
  const t = innerTanh(x);
  const slope = tf.mul(tf.add(tf.mul(tf.square(x), 3 * 0.044715), 1), SQRT_2_OVER_PI); // d/dx of tanh's argument
  const left = tf.mul(tf.add(t, 1), 0.5);
  const right = tf.mul(tf.mul(tf.mul(x, 0.5), tf.sub(1, tf.square(t))), slope);
  return tf.mul(dY, tf.add(left, right));
});

defineGradient<'x', { form: GeluForm }>('Gelu', ['x'], (dY, { x }, attrs) => ({
  x: () => run('GeluGrad', { dY, x }, attrs),
}));
