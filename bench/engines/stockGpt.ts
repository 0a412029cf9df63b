/**
 * The model and AdamW in stock TensorFlow.js, as somebody who knows it would write them: rows flattened to [N, C], so that
 * products have two dimensions, no op where a cheaper one does, gradients by tfjs's tape. None of our ops.
 */
import * as tf from '@tensorflow/tfjs-core';
// tfjs-core alone comes without them; only the union package registers all of them
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { headDimOf, type ModelConfig } from '../../src/model/config.ts';
import type { TrainConfig } from '../../src/train/config.ts';
import { ADAM_EPSILON, type EngineRun, type InitialWeights } from './engine.ts';

export interface StockOptions {
  /** The backend, which must be the current one when this is called. */
  backend: string;
  /** Looks tokens up by a product with a one-hot matrix: tfjs's wasm has no UnsortedSegmentSum, the gradient of gather. */
  lookUpByProduct: boolean;
}

interface Parameter {
  value: tf.Variable;
  m: tf.Variable;
  v: tf.Variable;
}

export function stockRun(
  config: ModelConfig,
  train: TrainConfig,
  weights: InitialWeights,
  { backend, lookUpByProduct }: StockOptions,
): EngineRun {
  const parameters = new Map<string, Parameter>();
  for (const [name, { shape, data }] of weights) {
    const variable = (values?: Float32Array) =>
      tf.tidy(() => tf.variable(values ? tf.tensor(values.slice(), shape) : tf.zeros(shape)));
    parameters.set(name, { value: variable(data), m: variable(), v: variable() });
  }
  const mask = causalMask(config.blockSize);
  const get = (name: string) => parameters.get(name)!.value;
  let steps = 0;

  return {
    step(tokens, targets) {
      const idx = tf.tensor1d(tokens, 'int32');
      const wanted = tf.tensor1d(targets, 'int32');
      const { value, grads } = tf.variableGrads(
        () => {
          const logits = forward(get, config, idx, mask, lookUpByProduct); // (N, V)
          // its gradient is written by hand in tfjs: softmax(logits) - oneHot
          return tf.losses.softmaxCrossEntropy(tf.oneHot(wanted, config.vocabSize), logits) as tf.Scalar;
        },
        [...parameters.values()].map((p) => p.value),
      );
      steps++;
      for (const parameter of parameters.values())
        adamW(parameter, grads[parameter.value.name]!, train, steps);
      tf.dispose([idx, wanted, grads]);
      return value.data().then(([loss]) => {
        value.dispose();
        return loss!;
      });
    },
    resume: async () => void (await tf.setBackend(backend)),
    dispose() {
      for (const { value, m, v } of parameters.values()) tf.dispose([value, m, v]);
      mask.dispose();
    },
  };
}

/** (1, T, T): 0 where position i sees position j, -1e9 elsewhere. */
function causalMask(T: number): tf.Tensor {
  const values = new Float32Array(T * T);
  for (let i = 0; i < T; i++) values.fill(-1e9, i * T + i + 1, (i + 1) * T);
  return tf.tensor(values, [1, T, T]);
}

function forward(
  get: (name: string) => tf.Variable,
  config: ModelConfig,
  idx: tf.Tensor1D,
  mask: tf.Tensor,
  lookUpByProduct: boolean,
): tf.Tensor2D {
  const { nHead: NH, nEmbd: C, blockSize: T, vocabSize: V, nLayer, normEps } = config;
  const HS = headDimOf(config);
  const norm = (x: tf.Tensor, name: string) =>
    layerNorm(x, get(`${name}.weight`), get(`${name}.bias`), normEps);
  const linear = (x: tf.Tensor, name: string) =>
    tf.add(tf.matMul(x, get(`${name}.weight`)), get(`${name}.bias`));
  const heads = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [-1, T, NH, HS]), [0, 2, 1, 3]); // (B, NH, T, HS)

  const wte = get('transformer.wte.weight');
  const rows = lookUpByProduct ? tf.matMul(tf.cast(tf.oneHot(idx, V), 'float32'), wte) : tf.gather(wte, idx); // (N, C)
  let x: tf.Tensor = tf.reshape(tf.add(tf.reshape(rows, [-1, T, C]), get('transformer.wpe.weight')), [-1, C]);
  for (let i = 0; i < nLayer; i++) {
    const layer = `transformer.h.${i}`;
    const qkv = linear(norm(x, `${layer}.ln_1`), `${layer}.attn.c_attn`); // (N, 3C)
    const [q, k, v] = tf.split(qkv, 3, 1).map(heads) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const scores = tf.matMul(tf.mul(q, 1 / Math.sqrt(HS)), k, false, true); // (B, NH, T, T)
    const y = tf.matMul(tf.softmax(tf.add(scores, mask)), v); // (B, NH, T, HS)
    const merged = tf.reshape(tf.transpose(y, [0, 2, 1, 3]), [-1, C]);
    x = tf.add(x, linear(merged, `${layer}.attn.c_proj`));
    const hidden = gelu(linear(norm(x, `${layer}.ln_2`), `${layer}.mlp.c_fc`)); // (N, 4C)
    x = tf.add(x, linear(hidden, `${layer}.mlp.c_proj`));
  }
  return tf.matMul(norm(x, 'transformer.ln_f') as tf.Tensor2D, wte as tf.Tensor2D, false, true);
}

function layerNorm(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, eps: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, 1, true));
  const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), eps)); // (N, 1)
  return tf.add(tf.mul(tf.mul(centred, rstd), weight), bias);
}

/** x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2 */
function gelu(x: tf.Tensor): tf.Tensor {
  const k = Math.sqrt(2 / Math.PI);
  const inner = tf.mul(x, tf.add(tf.mul(tf.square(x), 0.044715 * k), k));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}

function adamW({ value, m, v }: Parameter, g: tf.Tensor, train: TrainConfig, step: number): void {
  const { learningRate, beta1, beta2, weightDecay } = train;
  const decay = value.shape.length >= 2 ? weightDecay : 0;
  tf.tidy(() => {
    m.assign(tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1)));
    v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2)));
    const denominator = tf.add(tf.sqrt(tf.mul(v, 1 / (1 - beta2 ** step))), ADAM_EPSILON);
    const update = tf.mul(tf.div(m, denominator), learningRate / (1 - beta1 ** step));
    value.assign(tf.sub(decay > 0 ? tf.mul(value, 1 - learningRate * decay) : value, update));
  });
}
