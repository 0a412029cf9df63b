/**
 * rope: rotary position embedding (Su et al. 2021, arXiv 2104.09864), applied to the q and k columns of qkv.
 *
 * The numbers (i, i + HS/2) of a head form a pair, turned by the angle position · theta^(-2i / HS): the "rotate half"
 * pairing of Hugging Face's Llama (GGUF files use neighbours instead; the exporter permutes). Turning back by the same
 * angle is the gradient.
 *
 *   qkv [N, (NH + 2 NKV) HS]   ->   same shape; v is untouched
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HeadAttrs } from './heads.ts';
import { defineGradient, defineKernel, run } from './kernel.ts';

export interface RopeAttrs extends HeadAttrs {
  theta: number;
  /** Position of the first row of a sequence: the length of the cache when decoding. */
  offset: number;
  /** Instead of offset, for plans: the same as data, int32 [1], and one more than the largest position. */
  position?: tf.Tensor;
  maxPositions?: number;
}

interface Direction {
  /** 1 turns, -1 turns back. */
  direction: 1 | -1;
}

export const rope = (qkv: tf.Tensor, attrs: RopeAttrs): tf.Tensor2D =>
  run('Rope', { qkv }, { ...attrs, direction: 1 });

/** Factors of every position and column, (T, (NH + 2 NKV) HS); columns of v are turned by nothing. */
function factors(attrs: RopeAttrs & Direction) {
  const { T, headDim, nHead, nKvHead, theta, direction } = attrs;
  const offset = attrs.position?.dataSync()[0] ?? attrs.offset;
  const width = (nHead + 2 * nKvHead) * headDim;
  const cos = new Float32Array(T * width).fill(1);
  const sin = new Float32Array(T * width);
  for (let i = 0; i < headDim; i++) {
    const frequency = direction * theta ** ((-2 * (i % (headDim / 2))) / headDim);
    for (let t = 0; t < T; t++) {
      const angle = (t + offset) * frequency;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (let head = 0; head < nHead + nKvHead; head++) {
        cos[t * width + head * headDim + i] = c;
        sin[t * width + head * headDim + i] = s;
      }
    }
  }
  return { cos: tf.tensor2d(cos, [T, width]), sin: tf.tensor2d(sin, [T, width]) };
}

/** Right-multiplying a head (a | b) by this matrix gives (-b | a). */
function rotateHalf(headDim: number): tf.Tensor2D {
  const half = headDim / 2;
  const matrix = new Float32Array(headDim * headDim);
  for (let i = 0; i < half; i++) {
    matrix[(i + half) * headDim + i] = -1;
    matrix[i * headDim + i + half] = 1;
  }
  return tf.tensor2d(matrix, [headDim, headDim]);
}

// y = x ⊙ cos + rotateHalf(x) ⊙ sin. The halves change places by a small product: cutting and joining columns takes wasm
// ten times as long.
defineKernel<'qkv', RopeAttrs & Direction>('Rope', ({ qkv }, attrs) => {
  const { T, headDim } = attrs;
  const { cos, sin } = factors(attrs);
  const width = qkv.shape[1]!;
  const turned = tf.matMul(tf.reshape(qkv, [-1, headDim]), rotateHalf(headDim)); // (N heads, HS)
  const bySequence = (x: tf.Tensor) => tf.reshape(x, [-1, T, width]); // (B, T, width)
  return tf.reshape(tf.add(tf.mul(bySequence(qkv), cos), tf.mul(bySequence(turned), sin)), [-1, width]);
});

defineGradient<'qkv', RopeAttrs & Direction>('Rope', [], (dY, _saved, attrs) => ({
  qkv: () => run('Rope', { qkv: dY }, { ...attrs, direction: attrs.direction === 1 ? -1 : 1 }),
}));
