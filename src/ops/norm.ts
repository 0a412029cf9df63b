/**
 * rmsNorm: y = x / rms(x) ⊙ weight, rms(x) = √(mean(x²) + eps) per row (Zhang & Sennrich 2019, arXiv 1910.07467).
 * layerNorm: y = (x - mean) / √(var + eps) ⊙ weight + bias per row (Ba et al. 2016, arXiv 1607.06450).
 *
 *   x [N, C]   weight [C]   bias [C], optional   ->   y [N, C]
 *
 * With x̂ the normalised row, rstd its scale and g = dY ⊙ weight:
 *   rmsNorm     dX = rstd (g - x̂ mean(g x̂))                  dWeight = column sums of dY x̂
 *   layerNorm   dX = rstd (g - mean(g) - x̂ mean(g x̂))        dBias = column sums of dY
 */
import * as tf from '@tensorflow/tfjs-core';
import { defineGradient, defineKernel, run } from './kernel.ts';

interface NormAttrs {
  eps: number;
  /** Subtract the mean first: layerNorm. */
  center: boolean;
}

export const rmsNorm = (x: tf.Tensor, weight: tf.Tensor, eps: number): tf.Tensor2D =>
  run('Norm', { x, weight }, { eps, center: false });

export const layerNorm = (
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor | undefined,
  eps: number,
): tf.Tensor2D => run('Norm', { x, weight, bias }, { eps, center: true });

function normalise(x: tf.Tensor, { eps, center }: NormAttrs): { xHat: tf.Tensor; rstd: tf.Tensor } {
  const centred = center ? tf.sub(x, tf.mean(x, 1, true)) : x;
  const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), eps)); // (N, 1)
  return { xHat: tf.mul(centred, rstd), rstd };
}

defineKernel<'x' | 'weight' | 'bias', NormAttrs>('Norm', ({ x, weight, bias }, attrs) => {
  const y = tf.mul(normalise(x, attrs).xHat, weight);
  return bias ? tf.add(y, bias) : y;
});

defineKernel<'dY' | 'x' | 'weight', NormAttrs>('NormDx', ({ dY, x, weight }, attrs) => {
  const { xHat, rstd } = normalise(x, attrs);
  const g = tf.mul(dY, weight);
  let dX = tf.sub(g, tf.mul(xHat, tf.mean(tf.mul(g, xHat), 1, true)));
  if (attrs.center) dX = tf.sub(dX, tf.mean(g, 1, true));
  return tf.mul(dX, rstd);
});

defineKernel<'dY' | 'x', NormAttrs>('NormDweight', ({ dY, x }, attrs) =>
  run('ColumnSum', { x: tf.mul(dY, normalise(x, attrs).xHat) }),
);

defineGradient<'x' | 'weight', NormAttrs>('Norm', ['x', 'weight'], (dY, { x, weight }, attrs) => ({
  x: () => run('NormDx', { dY, x, weight }, attrs),
  weight: () => run('NormDweight', { dY, x }, attrs),
  bias: () => run('ColumnSum', { x: dY }),
}));
