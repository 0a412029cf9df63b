/** Every op: value and gradients on every backend, over shapes that include one row, odd widths and grouped queries. */
import * as tf from '@tensorflow/tfjs-core';
import {
  attention,
  crossEntropy,
  embedding,
  gelu,
  layerNorm,
  linear,
  rmsNorm,
  rope,
  swiglu,
} from '../../src/ops/index.ts';
import * as refAttention from '../reference/attention.ts';
import * as refCrossEntropy from '../reference/crossEntropy.ts';
import * as refEmbedding from '../reference/embedding.ts';
import * as refGelu from '../reference/gelu.ts';
import * as refLinear from '../reference/linear.ts';
import * as refNorm from '../reference/norm.ts';
import * as refRope from '../reference/rope.ts';
import * as refSwiglu from '../reference/swiglu.ts';
import { describeOp, type OpCase } from './support.ts';

describeOp(
  'linear',
  [
    { N: 6, K: 5, M: 7 },
    { N: 1, K: 8, M: 3, bias: true },
    { N: 9, K: 4, M: 4, bias: true, residual: true },
    { N: 5, K: 12, M: 16, residual: true },
    { N: 7, K: 6, M: 11, transposeW: true },
  ].map(({ N, K, M, bias, residual, transposeW = false }): OpCase => {
    const dims = { N, inSize: K, outSize: M, transposeWeight: transposeW };
    return {
      name: JSON.stringify({ N, K, M, bias, residual, transposeW }),
      inputs: {
        x: [N, K],
        w: transposeW ? [M, K] : [K, M],
        ...(bias && { bias: [M] }),
        ...(residual && { residual: [N, M] }),
      },
      op: ({ x, w, ...rest }) => linear(x!, w!, { ...rest, transposeW }),
      forward: ({ x, w, bias: b, residual: r }) =>
        refLinear.linearForward(x!, w!, b ?? null, r ?? null, dims),
      backward: ({ x, w, bias: b }, dY) => {
        const { dX, dW, dBias, dResidual } = refLinear.linearBackward(x!, w!, b ?? null, dY, dims);
        return { x: dX, w: dW, bias: dBias, residual: dResidual };
      },
    };
  }),
);

describeOp(
  'gelu',
  (['exact', 'tanh'] as const).map((form) => ({
    name: form,
    inputs: { x: [7, 13] },
    op: ({ x }) => gelu(x!, form),
    forward: ({ x }) => x!.map((value) => refGelu.gelu(value, form)),
    backward: ({ x }, dY) => ({ x: x!.map((value, i) => dY[i]! * refGelu.geluDerivative(value, form)) }),
  })),
  1e-5,
);

describeOp(
  'swiglu',
  [
    { N: 1, F: 1 },
    { N: 5, F: 7 },
    { N: 8, F: 16 },
  ].map((dims) => ({
    name: JSON.stringify(dims),
    inputs: { gateUp: [dims.N, 2 * dims.F] },
    op: ({ gateUp }) => swiglu(gateUp!),
    forward: ({ gateUp }) => refSwiglu.swigluForward(gateUp!, dims),
    backward: ({ gateUp }, dY) => ({ gateUp: refSwiglu.swigluBackward(gateUp!, dY, dims) }),
  })),
);

const normShapes = [
  { N: 1, C: 4 },
  { N: 6, C: 13 },
  { N: 16, C: 64 },
];
describeOp(
  'rmsNorm',
  normShapes.map(({ N, C }) => ({
    name: `${N} x ${C}`,
    inputs: { x: [N, C], weight: [C] },
    op: ({ x, weight }) => rmsNorm(x!, weight!, 1e-5),
    forward: ({ x, weight }) => refNorm.rmsNormForward(x!, weight!, { N, C, eps: 1e-5 }),
    backward: ({ x, weight }, dY) => {
      const { dX, dWeight } = refNorm.rmsNormBackward(x!, weight!, dY, { N, C, eps: 1e-5 });
      return { x: dX, weight: dWeight };
    },
  })),
);
describeOp(
  'layerNorm',
  normShapes.flatMap(({ N, C }) =>
    [true, false].map((hasBias) => ({
      name: `${N} x ${C}${hasBias ? ' with bias' : ''}`,
      inputs: { x: [N, C], weight: [C], ...(hasBias && { bias: [C] }) } as Record<string, number[]>,
      op: ({ x, weight, bias }: Record<string, tf.Tensor>) => layerNorm(x!, weight!, bias, 1e-5),
      forward: ({ x, weight, bias }: Record<string, Float64Array>) =>
        refNorm.layerNormForward(x!, weight!, bias ?? null, { N, C, eps: 1e-5 }),
      backward: ({ x, weight }: Record<string, Float64Array>, dY: Float64Array) => {
        const { dX, dWeight, dBias } = refNorm.layerNormBackward(x!, weight!, dY, { N, C, eps: 1e-5 });
        return { x: dX, weight: dWeight, bias: dBias };
      },
    })),
  ),
);

const headShapes = [
  { B: 1, T: 1, NH: 1, NKV: 1, HS: 2 },
  { B: 2, T: 5, NH: 2, NKV: 2, HS: 4 },
  { B: 3, T: 7, NH: 4, NKV: 2, HS: 6 },
  { B: 1, T: 9, NH: 6, NKV: 1, HS: 8 },
];
const qkvShape = ({ B, T, NH, NKV, HS }: (typeof headShapes)[number]) => [B * T, (NH + 2 * NKV) * HS];
const heads = ({ T, NH, NKV, HS }: (typeof headShapes)[number]) => ({
  T,
  nHead: NH,
  nKvHead: NKV,
  headDim: HS,
});

describeOp(
  'rope',
  headShapes.flatMap((shape) =>
    [0, 3].map((offset) => {
      const dims = { ...shape, N: shape.B * shape.T, theta: 10000, positionOffset: offset };
      return {
        name: `${JSON.stringify(shape)} from position ${offset}`,
        inputs: { qkv: qkvShape(shape) },
        op: ({ qkv }: Record<string, tf.Tensor>) => rope(qkv!, { ...heads(shape), theta: 10000, offset }),
        forward: ({ qkv }: Record<string, Float64Array>) => refRope.ropeForward(qkv!, dims),
        backward: (_: Record<string, Float64Array>, dY: Float64Array) => ({
          qkv: refRope.ropeBackward(dY, dims),
        }),
      };
    }),
  ),
);

describeOp(
  'attention',
  headShapes.flatMap((shape) =>
    [false, true].map((packed) => {
      // three documents, the middle one of a single position
      const ids = packed
        ? Int32Array.from({ length: shape.B * shape.T }, (_, n) =>
            Math.min(2, Math.floor(((n % shape.T) * 2) / 3)),
          )
        : null;
      return {
        name: `${JSON.stringify(shape)}${packed ? ' with documents' : ''}`,
        inputs: { qkv: qkvShape(shape) },
        op: ({ qkv }: Record<string, tf.Tensor>) =>
          attention(qkv!, {
            ...heads(shape), // kept: the backward pass reads them after the scope of the forward pass has ended
            documents: ids ? tf.keep(tf.tensor1d(ids, 'int32')) : undefined,
          }),
        forward: ({ qkv }: Record<string, Float64Array>) => refAttention.attentionForward(qkv!, shape, ids),
        backward: ({ qkv }: Record<string, Float64Array>, dY: Float64Array) => ({
          qkv: refAttention.attentionBackward(qkv!, dY, shape, ids),
        }),
      };
    }),
  ),
  5e-5,
);

describeOp(
  'embedding',
  [
    { B: 1, T: 1, V: 3, C: 5, learned: false },
    { B: 3, T: 4, V: 6, C: 4, learned: false },
    { B: 2, T: 5, V: 9, C: 3, learned: true, offset: 0 },
    { B: 1, T: 3, V: 9, C: 8, learned: true, offset: 4 },
  ].map(({ B, T, V, C, learned, offset = 0 }): OpCase => {
    const N = B * T;
    const tokens = Int32Array.from({ length: N }, (_, n) => (n * 7 + 2) % V); // some tokens twice, some never
    const rows = 8;
    const dims = { N, T, C, positionOffset: offset };
    return {
      name: JSON.stringify({ B, T, V, C, learned, offset }),
      inputs: { wte: [V, C], ...(learned && { wpe: [rows, C] }) },
      op: ({ wte, wpe }) => embedding(wte!, tf.tensor1d(tokens, 'int32'), { wpe, T, offset }),
      forward: ({ wte, wpe }) => refEmbedding.embeddingForward(tokens, wte!, wpe ?? null, dims),
      backward: (_, dY) => {
        const { dWte, dWpe } = refEmbedding.embeddingBackward(
          tokens,
          dY,
          V * C,
          learned ? rows * C : 0,
          dims,
        );
        return { wte: dWte, wpe: dWpe };
      },
    };
  }),
);

describeOp(
  'crossEntropy',
  [
    { N: 1, V: 2 },
    { N: 6, V: 11 },
    { N: 16, V: 65 },
  ].map(({ N, V }) => {
    const targets = Int32Array.from({ length: N }, (_, n) => (n * 5 + 1) % V);
    return {
      name: `${N} x ${V}`,
      inputs: { logits: [N, V] },
      op: ({ logits }: Record<string, tf.Tensor>) => crossEntropy(logits!, tf.tensor1d(targets, 'int32')),
      forward: ({ logits }: Record<string, Float64Array>) =>
        Float64Array.of(refCrossEntropy.crossEntropyForward(logits!, targets, { N, V })),
      backward: ({ logits }: Record<string, Float64Array>, dY: Float64Array) => ({
        logits: refCrossEntropy.crossEntropyBackward(logits!, targets, { N, V }, dY[0]),
      }),
    };
  }),
);
