/**
 * attention: causal multi-head self-attention, softmax(q kᵀ / √HS) v per head (Vaswani et al. 2017, arXiv 1706.03762),
 * with grouped queries. Layout of `qkv`: heads.ts.
 *
 *   qkv [N, (NH + 2 NKV) HS]   documents [N] int32, optional   ->   y [N, NH HS]
 *
 * Position i sees position j of its sequence when j ≤ i, and, with `documents`, only when both carry the same number:
 * windows may hold the end of one document and the beginning of the next. Dropout acts on the attention weights.
 *
 * With P = softmax(S), S = q kᵀ / √HS and D the dropout factors:
 *   dV = (P ⊙ D)ᵀ dY    dP = (dY vᵀ) ⊙ D    dS = P ⊙ (dP - rowsum(dP ⊙ P))    dQ = dS k / √HS    dK = dSᵀ q / √HS
 */
import * as tf from '@tensorflow/tfjs-core';
import { type DropoutAttrs, dropoutMask } from './dropout.ts';
import { type HeadAttrs, qkvWidths } from './heads.ts';
import { defineGradient, defineKernel, run, splitColumns } from './kernel.ts';

/**
 * The optional tensors are attributes, not inputs: the tape cannot save an input that is absent. They must live until the
 * backward pass is done, which data of a step does.
 */
export interface AttentionOptions extends HeadAttrs {
  documents?: tf.Tensor;
  /** Dropout on the attention weights. */
  dropout?: DropoutAttrs & { seed: tf.Tensor };
}

export const attention = (qkv: tf.Tensor, options: AttentionOptions): tf.Tensor2D =>
  run('Attention', { qkv }, options);

/** (B T, heads HS) -> (B, heads, T, HS), or (B, heads, HS, T) with `transpose`. */
const toHeads = (x: tf.Tensor, { T, headDim }: HeadAttrs, transpose = false) =>
  tf.transpose(
    tf.reshape(x, [-1, T, x.shape[1]! / headDim, headDim]),
    transpose ? [0, 2, 3, 1] : [0, 2, 1, 3],
  );

/** The way back: any [.., T, HS] of `heads` heads -> (B T, heads HS). */
const fromHeads = (x: tf.Tensor, heads: number, { T, headDim }: HeadAttrs) =>
  tf.reshape(tf.transpose(tf.reshape(x, [-1, heads, T, headDim]), [0, 2, 1, 3]), [-1, heads * headDim]);

/** Query heads of one key head, stacked: (B, NH, T, .) -> (B NKV, G T, .), since head h belongs to key head ⌊h / G⌋. */
const group = (x: tf.Tensor, { T, nHead, nKvHead }: HeadAttrs) =>
  tf.reshape(x, [-1, (nHead / nKvHead) * T, x.shape[3]!]);

/** (B, NKV, ., .) -> (B NKV, ., .) */
const flat = (x: tf.Tensor) => tf.reshape(x, [-1, x.shape[2]!, x.shape[3]!]);

/** 0 where position i of T new ones sees position j of S, -1e9 elsewhere: (1, T, S), or (B, 1, T, T) with documents. */
function visibility(T: number, S: number, documents?: tf.Tensor): tf.Tensor {
  const mask = new Float32Array(T * S);
  for (let i = 0; i < T; i++) mask.fill(-1e9, i * S + (S - T) + i + 1, (i + 1) * S);
  const causal = tf.tensor(mask, [1, T, S]);
  if (!documents) return causal;
  const same = tf.equal(tf.reshape(documents, [-1, 1, T, 1]), tf.reshape(documents, [-1, 1, 1, T])); // (B, 1, T, T)
  return tf.minimum(causal, tf.mul(tf.sub(tf.cast(same, 'float32'), 1), 1e9));
}

/** P = softmax(q kᵀ / √HS) under the mask: (B NKV, G T, S). q (B NKV, G T, HS), kT (B NKV, HS, S). */
function weights(q: tf.Tensor, kT: tf.Tensor, mask: tf.Tensor, { T, nHead, headDim }: HeadAttrs): tf.Tensor {
  const S = kT.shape[2]!;
  const scores = tf.matMul(tf.mul(q, 1 / Math.sqrt(headDim)), kT); // (B NKV, G T, S)
  const masked = tf.add(tf.reshape(scores, mask.rank === 4 ? [-1, nHead, T, S] : [-1, T, S]), mask);
  return tf.reshape(tf.softmax(masked), scores.shape);
}

/** What forward and backward both start from. */
function prepare(qkv: tf.Tensor, attrs: AttentionOptions) {
  const { T, documents, dropout } = attrs;
  const [q, k, v] = splitColumns<[tf.Tensor, tf.Tensor, tf.Tensor]>(qkv, qkvWidths(attrs));
  const queries = group(toHeads(q, attrs), attrs);
  const P = weights(queries, flat(toHeads(k, attrs, true)), visibility(T, T, documents), attrs);
  const D = dropout ? dropoutMask(dropout.seed, dropout, P.shape) : undefined;
  return { k, v, queries, P, D };
}

defineKernel<'qkv', AttentionOptions>('Attention', ({ qkv }, attrs) => {
  const { v, P, D } = prepare(qkv, attrs);
  const y = tf.matMul(D ? tf.mul(P, D) : P, flat(toHeads(v, attrs))); // (B NKV, G T, HS)
  return fromHeads(y, attrs.nHead, attrs);
});

defineKernel<'dY' | 'qkv', AttentionOptions>('AttentionGrad', ({ dY, qkv }, attrs) => {
  const { nHead, nKvHead, headDim } = attrs;
  const { k, v, queries, P, D } = prepare(qkv, attrs);
  const transposed = (x: tf.Tensor) => tf.transpose(x, [0, 2, 1]);
  const dHeads = group(toHeads(dY, attrs), attrs); // (B NKV, G T, HS)
  const dV = tf.matMul(transposed(D ? tf.mul(P, D) : P), dHeads);
  const dWeights = tf.matMul(dHeads, flat(toHeads(v, attrs, true))); // (B NKV, G T, T)
  const dP = D ? tf.mul(dWeights, D) : dWeights;
  const dS = tf.mul(tf.mul(P, tf.sub(dP, tf.sum(tf.mul(dP, P), 2, true))), 1 / Math.sqrt(headDim));
  const dQ = tf.matMul(dS, flat(toHeads(k, attrs)));
  const dK = tf.matMul(transposed(dS), queries);
  return tf.concat(
    [fromHeads(dQ, nHead, attrs), fromHeads(dK, nKvHead, attrs), fromHeads(dV, nKvHead, attrs)],
    1,
  );
});

defineGradient<'qkv', AttentionOptions>('Attention', ['qkv'], (dY, { qkv }, attrs) => ({
  qkv: () => run('AttentionGrad', { dY, qkv }, attrs),
}));

/** Keys and values of the positions so far, (B, NKV, S, HS) each. */
export interface KeyValues {
  k: tf.Tensor;
  v: tf.Tensor;
}

/**
 * The same for generation: T new positions also see the S that came before, whose keys and values are kept. No gradient.
 * The result's tensors are the caller's to dispose of.
 */
export function cachedAttention(
  qkv: tf.Tensor,
  past: KeyValues | undefined,
  heads: HeadAttrs,
): { y: tf.Tensor2D; present: KeyValues } {
  const { T } = heads;
  const [q, kNew, vNew] = splitColumns<[tf.Tensor, tf.Tensor, tf.Tensor]>(qkv, qkvWidths(heads));
  const extend = (old: tf.Tensor | undefined, x: tf.Tensor) => (old ? tf.concat([old, x], 2) : x);
  const k = extend(past?.k, toHeads(kNew, heads));
  const v = extend(past?.v, toHeads(vNew, heads));
  const kT = flat(tf.transpose(k, [0, 1, 3, 2]));
  const P = weights(group(toHeads(q, heads), heads), kT, visibility(T, k.shape[2]!), heads);
  return { y: fromHeads(tf.matMul(P, flat(v)), heads.nHead, heads) as tf.Tensor2D, present: { k, v } };
}
