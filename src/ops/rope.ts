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
import { type HeadAttrs, qkvWidths } from './heads.ts';
import { defineGradient, defineKernel, run } from './kernel.ts';

export interface RopeAttrs extends HeadAttrs {
  theta: number;
  /** Position of the first row of a sequence: the length of the cache when decoding. */
  offset: number;
}

export const rope = (qkv: tf.Tensor, attrs: RopeAttrs): tf.Tensor2D =>
  run('Rope', { qkv }, { ...attrs, direction: 1 });

/** cos and sin of every position and pair, (T, 1, HS/2). */
function angles({ T, headDim, theta, offset }: RopeAttrs): { cos: tf.Tensor; sin: tf.Tensor } {
  const half = headDim / 2;
  const cos = new Float32Array(T * half);
  const sin = new Float32Array(T * half);
  for (let t = 0; t < T; t++)
    for (let i = 0; i < half; i++) {
      const angle = (t + offset) * theta ** ((-2 * i) / headDim);
      cos[t * half + i] = Math.cos(angle);
      sin[t * half + i] = Math.sin(angle);
    }
  return { cos: tf.tensor(cos, [T, 1, half]), sin: tf.tensor(sin, [T, 1, half]) };
}

defineKernel<'qkv', RopeAttrs & { direction: 1 | -1 }>('Rope', ({ qkv }, attrs) => {
  const { T, headDim, nHead, nKvHead, direction } = attrs;
  const [qWidth, kWidth, vWidth] = qkvWidths(attrs);
  const [turned, v] = tf.split(qkv, [qWidth + kWidth, vWidth], 1) as [tf.Tensor, tf.Tensor];
  const heads = nHead + nKvHead;
  const [a, b] = tf.split(tf.reshape(turned, [-1, T, heads, headDim]), 2, 3) as [tf.Tensor, tf.Tensor]; // (B, T, heads, HS/2)
  const { cos, sin: sinForward } = angles(attrs);
  const sin = direction === 1 ? sinForward : tf.neg(sinForward);
  const rotated = tf.concat(
    [tf.sub(tf.mul(a, cos), tf.mul(b, sin)), tf.add(tf.mul(b, cos), tf.mul(a, sin))],
    3,
  ); // (B, T, heads, HS)
  return tf.concat([tf.reshape(rotated, [-1, qWidth + kWidth]), v], 1);
});

defineGradient<'qkv', RopeAttrs & { direction: 1 | -1 }>('Rope', [], (dY, _saved, attrs) => ({
  qkv: () => run('Rope', { qkv: dY }, { ...attrs, direction: -attrs.direction }),
}));
