/**
 * embedding: row idx[n] of the token table, plus row (n mod T) of the position table where there is one.
 *
 *   wte [V, C]   wpe [Tmax, C], optional   idx [N] int32   ->   y [N, C]
 *
 * The gradient adds rows of dY up by token (dWte) and by position (dWpe).
 * tfjs's own gradient of `gather` is UnsortedSegmentSum, which its wasm backend lacks: there, and on cpu, the sum is a
 * plain loop over the data, which is in reach of JavaScript anyway.
 */
import * as tf from '@tensorflow/tfjs-core';
import { defineGradient, defineKernel, run } from './kernel.ts';

interface EmbeddingAttrs {
  /** Rows of wpe; 0 without one. */
  positions: number;
  /** Rows per sequence. */
  T: number;
  /** Position of the first row of a sequence: the length of the cache when decoding. */
  offset: number;
  /** Instead of offset, for plans: the same as data, int32 [1]. */
  position?: tf.Tensor;
}

export const embedding = (
  wte: tf.Tensor,
  idx: tf.Tensor,
  { wpe, T, offset = 0, position }: { wpe?: tf.Tensor; T: number; offset?: number; position?: tf.Tensor },
): tf.Tensor2D => run('Embedding', { wte, wpe, idx }, { T, offset, position, positions: wpe?.shape[0] ?? 0 });

defineKernel<'wte' | 'wpe' | 'idx', EmbeddingAttrs>(
  'Embedding',
  ({ wte, wpe, idx }, { T, offset, position }) => {
    const C = wte.shape[1]!;
    const tokens = tf.gather(wte, idx as tf.Tensor1D); // (N, C)
    if (!wpe) return tokens;
    const rows = tf.slice(wpe, [position?.dataSync()[0] ?? offset, 0], [T, C]);
    return tf.reshape(tf.add(tf.reshape(tokens, [-1, T, C]), rows), [-1, C]);
  },
);

defineKernel<'dY' | 'idx', { vocabSize: number }>('EmbeddingDwte', ({ dY, idx }, { vocabSize }) => {
  if (tf.getBackend() === 'webgpu') return tf.unsortedSegmentSum(dY, idx as tf.Tensor1D, vocabSize);
  const [N, C] = dY.shape as [number, number];
  const rows = dY.dataSync<'float32'>();
  const tokens = idx.dataSync<'int32'>();
  const sum = new Float32Array(vocabSize * C);
  for (let n = 0; n < N; n++) {
    const to = tokens[n]! * C;
    const from = n * C;
    for (let c = 0; c < C; c++) sum[to + c]! += rows[from + c]!;
  }
  return tf.tensor2d(sum, [vocabSize, C]);
});

defineKernel<'dY', EmbeddingAttrs>('EmbeddingDwpe', ({ dY }, { T, offset, positions }) => {
  const sum = tf.sum(tf.reshape(dY, [-1, T, dY.shape[1]!]), 0) as tf.Tensor2D; // (T, C)
  return tf.pad2d(sum, [
    [offset, positions - T - offset],
    [0, 0],
  ]);
});

defineGradient<'wte' | 'idx', EmbeddingAttrs>('Embedding', ['wte', 'idx'], (dY, { wte, idx }, attrs) => ({
  wte: () => run('EmbeddingDwte', { dY, idx }, { vocabSize: wte.shape[0] }),
  wpe: () => run('EmbeddingDwpe', { dY }, attrs),
}));
