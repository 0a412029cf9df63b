/**
 * The model: parameters and forward pass of a decoder-only transformer, in both families of config.ts.
 *
 * This is THE page to read. It is ordinary TensorFlow.js over the ops of src/ops/ (one file each, with formula, source and
 * gradient) and runs on any backend. What is not here: the loss and the loop (train/trainer.ts), sampling
 * (generate/generate.ts), what the numbers of a configuration mean (config.ts).
 *
 * Shapes: B sequences of T tokens are N = B T rows; C nEmbd, V vocabSize, NH heads, HS head size, F intermediateSize.
 */
import * as tf from '@tensorflow/tfjs-core';
import { createRng } from '../lib/rng.ts';
import {
  attention,
  cachedAttention,
  dropout,
  embedding,
  gelu,
  type KeyValues,
  layerNorm,
  linear,
  rmsNorm,
  rope,
  swiglu,
} from '../ops/index.ts';
import type { HeadAttrs } from '../ops/heads.ts';
import { headDimOf, type ModelConfig, parameterSpecs } from './config.ts';

/** Parameters by name, in the order of parameterSpecs. */
export type Parameters = Map<string, tf.Variable>;

/** The same for reading: parameters, or a snapshot of them. */
export type Weights = ReadonlyMap<string, tf.Tensor>;

/**
 * The parameters as they are now, untouched by later updates. Costs nothing: an update gives a variable new data, and the
 * old data lives as long as this copy refers to it. The caller disposes of the tensors.
 */
export function snapshot(params: Parameters): Weights {
  return new Map([...params].map(([name, p]) => [name, tf.keep(p.clone())]));
}

/** Fresh values: normal with the standard deviation of each spec, from one seeded sequence. */
export function initialValues(config: ModelConfig, seed: number): Map<string, Float32Array> {
  const rng = createRng(seed);
  const values = new Map<string, Float32Array>();
  for (const [name, { shape, std, fill }] of parameterSpecs(config)) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(fill);
    if (std > 0) for (let i = 0; i < data.length; i++) data[i] = std * rng.normal();
    values.set(name, data);
  }
  return values;
}

/** Fresh parameters. */
export function initParameters(config: ModelConfig, seed: number): Parameters {
  const values = initialValues(config, seed);
  return parametersFrom(config, (name) => values.get(name)!);
}

/** Parameters whose values come from `values`, called once for each spec in order. */
export function parametersFrom(
  config: ModelConfig,
  values: (name: string, shape: number[], init: { std: number; fill: number }) => Float32Array,
): Parameters {
  const params: Parameters = new Map();
  for (const [name, spec] of parameterSpecs(config)) {
    const data = values(name, spec.shape, spec);
    params.set(
      name,
      tf.tidy(() => tf.variable(tf.tensor(data, spec.shape), true)),
    );
  }
  return params;
}

export interface ForwardOptions {
  /** Rows per sequence. */
  T: number;
  /** Document number of each row: attention stays inside documents. */
  documents?: tf.Tensor;
  /** Training with dropout: int32 [1], a new number every step. */
  dropoutSeed?: tf.Tensor;
  /** Generation: keys and values of each layer so far; replaced by the longer ones. */
  cache?: KvCache;
  /** Compute logits for the last row only. */
  lastOnly?: boolean;
  /** The same for plans, which cannot know positions: they are data. */
  traced?: TracedCache;
}

/** What a traced forward pass with a cache leaves to its plan (generate/decodeGraph.ts). */
export interface TracedCache {
  /** Position of the first row, int32 [1]. */
  position: tf.Tensor;
  attend(layer: number, qkv: tf.Tensor2D, heads: HeadAttrs): tf.Tensor2D;
  /** The row of [T, C] that logits are wanted for. */
  lastRow(x: tf.Tensor2D): tf.Tensor2D;
}

/** Keys and values of all layers for the positions already seen. */
export interface KvCache {
  layers: KeyValues[];
  /** Positions in it. */
  length: number;
}

/** What every part of one forward pass needs. */
interface Pass extends ForwardOptions {
  config: ModelConfig;
  /** A parameter by name; undefined for biases that this model does not have. */
  get: (name: string) => tf.Tensor | undefined;
}

/** idx [N] int32 -> logits [N, V] (or [1, V] with lastOnly). */
export function forward(
  params: Weights,
  config: ModelConfig,
  idx: tf.Tensor,
  options: ForwardOptions,
): tf.Tensor2D {
  const pass: Pass = { ...options, config, get: (name) => params.get(name) };
  const llama = config.family === 'llama';
  const wte = pass.get(llama ? 'model.embed_tokens.weight' : 'transformer.wte.weight')!;
  const wpe = pass.get('transformer.wpe.weight');

  let x = embedding(wte, idx, {
    wpe,
    T: options.T,
    offset: options.cache?.length ?? 0,
    position: options.traced?.position,
  }); // (N, C)
  x = maybeDropout(x, undefined, 0, pass);
  for (let i = 0; i < config.nLayer; i++) x = llama ? llamaBlock(x, i, pass) : gpt2Block(x, i, pass);
  if (options.cache) options.cache.length += options.T;

  if (options.traced) x = options.traced.lastRow(x);
  if (options.lastOnly) x = tf.slice(x, [x.shape[0] - 1, 0], [1, -1]);
  x = norm(x, llama ? 'model.norm' : 'transformer.ln_f', pass);
  return linear(x, pass.get('lm_head.weight') ?? wte, { transposeW: true }); // (N, V)
}

// A block reads the residual stream x twice, through a norm, and adds to it twice: first what attention brought from
// other positions, then what the MLP made of it.

function llamaBlock(x: tf.Tensor2D, i: number, pass: Pass): tf.Tensor2D {
  const layer = `model.layers.${i}`;
  const qkv = project(norm(x, `${layer}.input_layernorm`, pass), `${layer}.self_attn.qkv_proj`, pass); // (N, (NH + 2 NKV) HS)
  const y = attend(rotate(qkv, pass), i, pass); // (N, C)
  x = projectOnto(x, y, `${layer}.self_attn.o_proj`, 3 * i + 2, pass);
  const gateUp = project(
    norm(x, `${layer}.post_attention_layernorm`, pass),
    `${layer}.mlp.gate_up_proj`,
    pass,
  ); // (N, 2F)
  return projectOnto(x, swiglu(gateUp), `${layer}.mlp.down_proj`, 3 * i + 3, pass);
}

function gpt2Block(x: tf.Tensor2D, i: number, pass: Pass): tf.Tensor2D {
  const layer = `transformer.h.${i}`;
  const qkv = project(norm(x, `${layer}.ln_1`, pass), `${layer}.attn.c_attn`, pass); // (N, 3C)
  const y = attend(qkv, i, pass); // (N, C)
  x = projectOnto(x, y, `${layer}.attn.c_proj`, 3 * i + 2, pass);
  const hidden = project(norm(x, `${layer}.ln_2`, pass), `${layer}.mlp.c_fc`, pass); // (N, F)
  return projectOnto(x, gelu(hidden, pass.config.gelu), `${layer}.mlp.c_proj`, 3 * i + 3, pass);
}

function norm(x: tf.Tensor2D, name: string, { config, get }: Pass): tf.Tensor2D {
  const weight = get(`${name}.weight`)!;
  if (config.family === 'llama') return rmsNorm(x, weight, config.normEps);
  return layerNorm(x, weight, get(`${name}.bias`), config.normEps);
}

function project(x: tf.Tensor2D, name: string, { get }: Pass): tf.Tensor2D {
  return linear(x, get(`${name}.weight`)!, { bias: get(`${name}.bias`) });
}

/** x + dropout(y w + bias): what a block adds to the residual stream. */
function projectOnto(x: tf.Tensor2D, y: tf.Tensor2D, name: string, stream: number, pass: Pass): tf.Tensor2D {
  const { get, config, dropoutSeed } = pass;
  if (config.dropout === 0 || !dropoutSeed)
    return linear(y, get(`${name}.weight`)!, { bias: get(`${name}.bias`), residual: x });
  return maybeDropout(project(y, name, pass), x, stream, pass);
}

function maybeDropout(
  x: tf.Tensor2D,
  residual: tf.Tensor2D | undefined,
  stream: number,
  pass: Pass,
): tf.Tensor2D {
  if (pass.config.dropout === 0 || !pass.dropoutSeed) return x;
  return dropout(x, pass.dropoutSeed, { rate: pass.config.dropout, stream, residual });
}

function rotate(qkv: tf.Tensor2D, pass: Pass): tf.Tensor2D {
  const { config, cache, traced } = pass;
  const offset = cache?.length ?? 0;
  const where = traced ? { position: traced.position, maxPositions: config.blockSize } : {};
  return rope(qkv, { ...headAttrs(pass), theta: config.ropeTheta, offset, ...where });
}

function attend(qkv: tf.Tensor2D, i: number, pass: Pass): tf.Tensor2D {
  const { cache, config, documents, dropoutSeed: seed } = pass;
  const heads = headAttrs(pass);
  if (pass.traced) return pass.traced.attend(i, qkv, heads);
  if (cache) {
    const past = cache.layers[i];
    const { y, present } = cachedAttention(qkv, past, heads);
    cache.layers[i] = present;
    return y;
  }
  const dropout = config.dropout > 0 && seed ? { rate: config.dropout, stream: 3 * i + 1, seed } : undefined;
  return attention(qkv, { ...heads, documents, dropout });
}

const headAttrs = ({ config, T }: Pass) => ({
  nHead: config.nHead,
  nKvHead: config.nKvHead,
  headDim: headDimOf(config),
  T,
});
