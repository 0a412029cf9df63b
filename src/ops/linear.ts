/**
 * linear: y = x w + bias + residual, the op in which a transformer spends its time.
 *
 *   x [N, K]   w [K, M]   bias [M]   residual [N, M]   ->   y [N, M]
 *
 * `transposeW` takes w as [M, K] instead: the head that shares its weights with the token embedding.
 * Gradients: dX = dY wᵀ, dW = xᵀ dY, dBias = column sums of dY, dResidual = dY.
 *
 * No product is left to a backend's transposed kernel: tfjs's wasm takes 75 ms (right side transposed) and 190 ms (left
 * side) for 512 x 512 x 512 where a plain product takes 7, and webgpu loses its vectorised kernel. Transposing first is
 * cheaper on both.
 */
import * as tf from '@tensorflow/tfjs-core';
import { defineGradient, defineKernel, run } from './kernel.ts';

export interface LinearOptions {
  bias?: tf.Tensor;
  residual?: tf.Tensor;
  transposeW?: boolean;
}

export function linear(
  x: tf.Tensor,
  w: tf.Tensor,
  { bias, residual, transposeW = false }: LinearOptions = {},
): tf.Tensor2D {
  return run('Linear', { x, w, bias, residual }, { transposeW });
}

/** a b with either side transposed: the three products of `linear` and its gradient. */
function product(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): tf.Tensor2D {
  return run('Product', { a, b }, { transposeA, transposeB });
}

function multiply(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): tf.Tensor {
  // aᵀ b = (bᵀ a)ᵀ: whichever moves fewer numbers. It matters for the head, where b is [N, C] and a is [N, V]
  if (transposeA && !transposeB && a.size > b.size + a.shape[1]! * b.shape[1]!)
    return tf.transpose(tf.matMul(tf.transpose(b), a));
  return tf.matMul(transposeA ? tf.transpose(a) : a, transposeB ? tf.transpose(b) : b);
}

defineKernel<'a' | 'b', { transposeA: boolean; transposeB: boolean }>('Product', ({ a, b }, attrs) =>
  multiply(a, b, attrs.transposeA, attrs.transposeB),
);

// a product with ones: tfjs sums over rows by transposing first (2048 x 384 on wasm: 6.5 ms, this way 0.1)
defineKernel<'x'>('ColumnSum', ({ x }) => tf.reshape(tf.matMul(tf.ones([1, x.shape[0]!]), x), [-1]));

defineKernel<'x' | 'w' | 'bias' | 'residual', { transposeW: boolean }>(
  'Linear',
  ({ x, w, bias, residual }, { transposeW }) => {
    let y: tf.Tensor = multiply(x, w, false, transposeW);
    if (bias) y = tf.add(y, bias);
    if (residual) y = tf.add(y, residual);
    return y;
  },
);

defineGradient<'x' | 'w', { transposeW: boolean }>('Linear', ['x', 'w'], (dY, { x, w }, { transposeW }) => ({
  x: () => product(dY, w, false, !transposeW),
  w: () => (transposeW ? product(dY, x, true, false) : product(x, dY, true, false)),
  bias: () => run('ColumnSum', { x: dY }),
  residual: () => dY.clone(),
}));
