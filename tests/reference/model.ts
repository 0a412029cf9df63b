/**
 * Both model families in float64: logits, loss and the gradient of every parameter. An oracle for whole-model tests, not
 * the product's model; dropout is always 0.
 *
 *   llama block: x += o_proj(attention(rope(qkv_proj(rmsNorm(x)))));  x += down_proj(swiglu(gate_up_proj(rmsNorm(x))))
 *   gpt2 block:  x += c_proj(attention(c_attn(layerNorm(x))));        x += c_proj(gelu(c_fc(layerNorm(x))))
 *
 * The forward pass leaves one closure per operation that carries gradients back through it; run in reverse order they
 * are the backward pass. A parameter used twice (the tied head) adds up by itself.
 *
 * Source: Touvron et al. 2023, https://arxiv.org/abs/2302.13971; Radford et al. 2019 (GPT-2). Names, shapes and
 * layouts of the parameters: src/model/config.ts.
 */
import { headDimOf, parameterSpecs } from '../../src/model/config.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import type { ReferenceGradients, ReferenceParameters } from './adamW.ts';
import { attentionBackward, attentionForward } from './attention.ts';
import { crossEntropyBackward, crossEntropyForward } from './crossEntropy.ts';
import { embeddingBackward, embeddingForward } from './embedding.ts';
import { linearBackward, linearForward } from './linear.ts';
import type { LinearActivation } from './linear.ts';
import { layerNormBackward, layerNormForward, rmsNormBackward, rmsNormForward } from './norm.ts';
import { ropeBackward, ropeForward } from './rope.ts';
import { swigluBackward, swigluForward } from './swiglu.ts';

export interface ReferenceOptions {
  /** Document of each token [B T]; attention stops at borders. Default: one document per sequence. */
  docIds?: Int32Array | null;
}

export interface LossAndGradients {
  /** Nats per token. */
  loss: number;
  /** [B T, V] */
  logits: Float64Array;
  /** One gradient per parameter, in the parameter's own layout. */
  gradients: ReferenceGradients;
}

/** A value inside the network and what the loss says about it, filled in by the backward pass. */
interface Activation {
  data: Float64Array;
  grad: Float64Array;
}

const activation = (data: Float64Array): Activation => ({ data, grad: new Float64Array(data.length) });

function add(into: Float64Array, gradient: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i]! += gradient[i]!;
}

/** The operations of one forward pass, and the tape that undoes them. */
function recorder(
  config: ModelConfig,
  params: ReferenceParameters,
  B: number,
  T: number,
  docIds: Int32Array | null,
) {
  const N = B * T;
  const { nEmbd: C, nHead: NH, nKvHead: NKV, intermediateSize: F } = config;
  const HS = headDimOf(config);
  const tape: (() => void)[] = [];
  const weights = new Map<string, Activation>();
  for (const [name, { shape }] of parameterSpecs(config)) {
    const parameter = params.get(name);
    if (!parameter || parameter.shape.join() !== shape.join())
      throw new Error(
        `${name}: expected shape [${shape}], got ${parameter ? `[${parameter.shape}]` : 'nothing'}.`,
      );
    weights.set(name, activation(parameter.data));
  }
  const weight = (name: string): Activation => weights.get(name)!;
  const biasOf = (name: string): Activation | null => weights.get(`${name}.bias`) ?? null;

  function embed(tokens: Int32Array): Activation {
    const wte = weight(config.family === 'llama' ? 'model.embed_tokens.weight' : 'transformer.wte.weight');
    const wpe = config.family === 'llama' ? null : weight('transformer.wpe.weight');
    const dims = { N, T, C };
    const y = activation(embeddingForward(tokens, wte.data, wpe && wpe.data, dims)); // (N, C)
    tape.push(() => {
      const { dWte, dWpe } = embeddingBackward(
        tokens,
        y.grad,
        wte.data.length,
        wpe ? wpe.data.length : 0,
        dims,
      );
      add(wte.grad, dWte);
      if (wpe) add(wpe.grad, dWpe);
    });
    return y;
  }

  function norm(x: Activation, name: string): Activation {
    const dims = { N, C, eps: config.normEps };
    const w = weight(`${name}.weight`);
    const bias = biasOf(name);
    const rms = config.family === 'llama';
    const y = activation(
      rms ? rmsNormForward(x.data, w.data, dims) : layerNormForward(x.data, w.data, bias && bias.data, dims),
    ); // (N, C)
    tape.push(() => {
      const { dX, dWeight } = (rms ? rmsNormBackward : layerNormBackward)(x.data, w.data, y.grad, dims);
      add(x.grad, dX);
      add(w.grad, dWeight);
      if (bias) add(bias.grad, layerNormBackward(x.data, w.data, y.grad, dims).dBias);
    });
    return y;
  }

  /** name without `.weight`; its bias is used where the model has one. */
  function linear(x: Activation, name: string, residual: Activation | null, act: LinearActivation = 'none') {
    const w = weight(`${name}.weight`);
    const bias = biasOf(name);
    const [inSize, outSize] = params.get(`${name}.weight`)!.shape as [number, number];
    const dims = { N, inSize, outSize, activation: act };
    const y = activation(linearForward(x.data, w.data, bias && bias.data, residual && residual.data, dims)); // (N, out)
    tape.push(() => {
      const { dX, dW, dBias, dResidual } = linearBackward(x.data, w.data, bias && bias.data, y.grad, dims);
      add(x.grad, dX);
      add(w.grad, dW);
      if (bias) add(bias.grad, dBias);
      if (residual) add(residual.grad, dResidual);
    });
    return y;
  }

  /** Logits (N, V); the weight is [V, C] and has no bias in either family. */
  function head(x: Activation, name: string): Activation {
    const w = weight(name);
    const dims = { N, inSize: C, outSize: config.vocabSize, transposeWeight: true };
    const y = activation(linearForward(x.data, w.data, null, null, dims));
    tape.push(() => {
      const { dX, dW } = linearBackward(x.data, w.data, null, y.grad, dims);
      add(x.grad, dX);
      add(w.grad, dW);
    });
    return y;
  }

  function rope(qkv: Activation): Activation {
    const dims = { N, T, NH, NKV, HS, theta: config.ropeTheta };
    const y = activation(ropeForward(qkv.data, dims));
    tape.push(() => add(qkv.grad, ropeBackward(y.grad, dims)));
    return y;
  }

  function attention(qkv: Activation): Activation {
    const dims = { B, T, NH, NKV, HS };
    const y = activation(attentionForward(qkv.data, dims, docIds)); // (N, C)
    tape.push(() => add(qkv.grad, attentionBackward(qkv.data, y.grad, dims, docIds)));
    return y;
  }

  function swiglu(gateUp: Activation): Activation {
    const dims = { N, F };
    const y = activation(swigluForward(gateUp.data, dims)); // (N, F)
    tape.push(() => add(gateUp.grad, swigluBackward(gateUp.data, y.grad, dims)));
    return y;
  }

  return { tape, weights, embed, norm, linear, head, rope, attention, swiglu };
}

/** Runs the network on tokens [B T]; returns its logits and the tape to walk back. */
function record(
  config: ModelConfig,
  params: ReferenceParameters,
  tokens: Int32Array,
  B: number,
  T: number,
  docIds: Int32Array | null,
) {
  if (tokens.length !== B * T) throw new Error(`tokens: expected ${B} x ${T} ids, got ${tokens.length}.`);
  if (T > config.blockSize) throw new Error(`T: expected at most ${config.blockSize} positions, got ${T}.`);
  const net = recorder(config, params, B, T, docIds);
  const { norm, linear } = net;
  let x = net.embed(tokens); // (N, C)
  if (config.family === 'llama') {
    for (let i = 0; i < config.nLayer; i++) {
      const layer = `model.layers.${i}`;
      const qkv = linear(norm(x, `${layer}.input_layernorm`), `${layer}.self_attn.qkv_proj`, null);
      x = linear(net.attention(net.rope(qkv)), `${layer}.self_attn.o_proj`, x);
      const gateUp = linear(norm(x, `${layer}.post_attention_layernorm`), `${layer}.mlp.gate_up_proj`, null);
      x = linear(net.swiglu(gateUp), `${layer}.mlp.down_proj`, x);
    }
    x = norm(x, 'model.norm');
  } else {
    for (let i = 0; i < config.nLayer; i++) {
      const layer = `transformer.h.${i}`;
      const qkv = linear(norm(x, `${layer}.ln_1`), `${layer}.attn.c_attn`, null);
      x = linear(net.attention(qkv), `${layer}.attn.c_proj`, x);
      const hidden = linear(norm(x, `${layer}.ln_2`), `${layer}.mlp.c_fc`, null, config.gelu);
      x = linear(hidden, `${layer}.mlp.c_proj`, x);
    }
    x = norm(x, 'transformer.ln_f');
  }
  const embedding = config.family === 'llama' ? 'model.embed_tokens.weight' : 'transformer.wte.weight';
  const logits = net.head(x, config.tiedHead ? embedding : 'lm_head.weight'); // (N, V)
  return { logits, tape: net.tape, weights: net.weights };
}

/**
 * Logits [B T, V].
 *
 * @throws {Error} when a parameter is missing or has another shape than `parameterSpecs` says.
 */
export function referenceForward(
  config: ModelConfig,
  params: ReferenceParameters,
  tokens: Int32Array,
  B: number,
  T: number,
  { docIds = null }: ReferenceOptions = {},
): Float64Array {
  return record(config, params, tokens, B, T, docIds).logits.data;
}

/** Mean cross-entropy over all B T targets, with the logits and the gradient of every parameter. Changes nothing. */
export function referenceLossAndGradients(
  config: ModelConfig,
  params: ReferenceParameters,
  tokens: Int32Array,
  targets: Int32Array,
  B: number,
  T: number,
  { docIds = null }: ReferenceOptions = {},
): LossAndGradients {
  const { logits, tape, weights } = record(config, params, tokens, B, T, docIds);
  const dims = { N: B * T, V: config.vocabSize };
  const loss = crossEntropyForward(logits.data, targets, dims);
  add(logits.grad, crossEntropyBackward(logits.data, targets, dims));
  for (const undo of tape.toReversed()) undo();
  const gradients = new Map([...weights].map(([name, { grad }]) => [name, grad]));
  return { loss, logits: logits.data, gradients };
}
