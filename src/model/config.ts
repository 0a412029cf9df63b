/**
 * What a model is made of: the configuration, its presets, its validation, and what it will cost.
 *
 * Pure data and arithmetic: no tensors, no tfjs, so that the page may import it too. The forward pass that these numbers
 * describe is `gpt.ts`.
 *
 * Two families, named after what opens their weight files elsewhere:
 * - `llama`: RMSNorm, rotary positions, SwiGLU, grouped-query attention, no biases (Touvron et al. 2023, arXiv 2302.13971).
 * - `gpt2`: LayerNorm, learned positions, GELU, optional biases, dropout (Radford et al. 2019; nanoGPT's variant with
 *   `bias: false`).
 */
import { ConfigError, requireWhole } from '../lib/errors.ts';
import { formatBytes } from '../lib/units.ts';

export interface ModelConfig {
  family: 'llama' | 'gpt2';
  /** Rows of the token embedding; set from the tokenizer. */
  vocabSize: number;
  /** Context length in tokens. */
  blockSize: number;
  nLayer: number;
  nHead: number;
  /** Heads of keys and values; divides nHead. gpt2: equal to nHead. */
  nKvHead: number;
  /** Width of the residual stream; nHead * headDim. */
  nEmbd: number;
  /** Width of the MLP's hidden layer. */
  intermediateSize: number;
  /** Probability with which an activation is zeroed in training (embedding, attention output, MLP output). */
  dropout: number;
  /** gpt2 only: biases in linear layers and LayerNorms. */
  bias: boolean;
  /** gpt2 only: exact (erf) GELU or its tanh approximation. llama.cpp computes the tanh form. */
  gelu: 'exact' | 'tanh';
  /** llama only: base of the rotary frequencies (Su et al. 2021, arXiv 2104.09864). */
  ropeTheta: number;
  normEps: number;
  /** The output head shares its weights with the token embedding. */
  tiedHead: boolean;
}

export const headDimOf = (config: ModelConfig): number => config.nEmbd / config.nHead;

const llama = (
  nLayer: number,
  nHead: number,
  nKvHead: number,
  nEmbd: number,
  intermediateSize: number,
  blockSize: number,
): Omit<ModelConfig, 'vocabSize'> => ({
  family: 'llama',
  blockSize,
  nLayer,
  nHead,
  nKvHead,
  nEmbd,
  intermediateSize,
  dropout: 0,
  bias: false,
  gelu: 'tanh',
  ropeTheta: 10000,
  normEps: 1e-5,
  tiedHead: true,
});

const nanoGpt = (
  nLayer: number,
  nHead: number,
  nEmbd: number,
  blockSize: number,
  dropout: number,
): Omit<ModelConfig, 'vocabSize'> => ({
  family: 'gpt2',
  blockSize,
  nLayer,
  nHead,
  nKvHead: nHead,
  nEmbd,
  intermediateSize: 4 * nEmbd,
  dropout,
  bias: false,
  gelu: 'exact',
  ropeTheta: 10000,
  normEps: 1e-5,
  tiedHead: true,
});

/**
 * Widths are multiples of 64 (kernels like it, and Q8_0 files need rows of 32); the MLP is about 8/3 of the width, which
 * gives SwiGLU's three matrices the size of GPT's two.
 */
export const MODEL_PRESETS = {
  nano: llama(2, 4, 4, 64, 192, 64),
  micro: llama(4, 4, 4, 128, 352, 256),
  small: llama(5, 6, 6, 384, 1024, 512),
  medium: llama(8, 8, 8, 512, 1376, 512),
  'nanogpt-gpu': nanoGpt(6, 6, 384, 256, 0.2),
  'nanogpt-cpu': nanoGpt(4, 4, 128, 64, 0),
} as const satisfies Record<string, Omit<ModelConfig, 'vocabSize'>>;

export type ModelPreset = keyof typeof MODEL_PRESETS;

/** What to say about a preset: sizes are approximate because they depend on the vocabulary. */
export const MODEL_PRESET_LABELS: Record<ModelPreset, string> = {
  nano: 'nano · about 0.1M parameters · learns in a minute anywhere',
  micro: 'micro · about 1M · minutes on a laptop GPU',
  small: 'small · about 10M · wants a GPU',
  medium: 'medium · about 30M · wants a good GPU',
  'nanogpt-gpu': 'nanoGPT shakespeare_char (GPU) · 10.7M',
  'nanogpt-cpu': 'nanoGPT shakespeare_char (CPU) · 0.8M',
};

/**
 * Throws a ConfigError that names the first thing that cannot work and what would.
 *
 * @throws {ConfigError}
 */
export function validateModelConfig(config: ModelConfig): void {
  const whole = (name: keyof ModelConfig, min: number, max: number) =>
    requireWhole(name, config[name], min, max);
  if (config.family !== 'llama' && config.family !== 'gpt2')
    throw new ConfigError(`family: expected "llama" or "gpt2", got "${String(config.family)}".`);
  whole('vocabSize', 2, 1 << 20);
  whole('blockSize', 1, 8192);
  whole('nLayer', 1, 96);
  whole('nHead', 1, 128);
  whole('nKvHead', 1, 128);
  whole('nEmbd', 1, 8192);
  whole('intermediateSize', 1, 65536);
  if (config.nEmbd % config.nHead !== 0)
    throw new ConfigError(
      `nEmbd (${config.nEmbd}) must be a multiple of nHead (${config.nHead}); ` +
        `${config.nHead * Math.max(1, Math.round(config.nEmbd / config.nHead))} would work.`,
    );
  if (config.nHead % config.nKvHead !== 0)
    throw new ConfigError(
      `nHead (${config.nHead}) must be a multiple of nKvHead (${config.nKvHead}); ${config.nHead} or 1 would work.`,
    );
  if (config.family === 'gpt2' && config.nKvHead !== config.nHead)
    throw new ConfigError(
      `gpt2 has no grouped-query attention: nKvHead must equal nHead (${config.nHead}), got ${config.nKvHead}.`,
    );
  if (config.family === 'llama' && headDimOf(config) % 2 !== 0)
    throw new ConfigError(
      `rotary positions turn pairs of numbers: the head size nEmbd / nHead must be even, got ${headDimOf(config)}.`,
    );
  if (config.family === 'llama' && config.bias)
    throw new ConfigError('llama has no biases: bias must be false.');
  if (!(config.dropout >= 0 && config.dropout < 1))
    throw new ConfigError(`dropout: expected a probability from 0 to below 1, got ${config.dropout}.`);
  if (!(config.normEps > 0 && config.normEps < 0.1))
    throw new ConfigError(`normEps: expected a small positive number such as 1e-5, got ${config.normEps}.`);
  if (!(config.ropeTheta > 1))
    throw new ConfigError(`ropeTheta: expected a number above 1, got ${config.ropeTheta}.`);
}

export interface ParameterSpec {
  shape: number[];
  /** Standard deviation of the normal initialisation; 0 = filled with `fill`. */
  std: number;
  fill: number;
}

/**
 * Every parameter of the model by name, in the order of the forward pass.
 *
 * Names are the Hugging Face state-dict keys of the family, with two exceptions: `qkv_proj` and `gate_up_proj` of a llama
 * are kept as one matrix each (one product instead of three or two; the names are vLLM's). `formats/` splits them.
 * All linear weights are [in, out], so that the forward product needs no transpose; `wte`, `lm_head` are [V, C].
 *
 * Initialisation is GPT-2's as in nanoGPT: N(0, 0.02), and N(0, 0.02 / sqrt(2 nLayer)) for the projections that write
 * into the residual stream; norms 1, biases 0.
 */
export function parameterSpecs(config: ModelConfig): Map<string, ParameterSpec> {
  const {
    family,
    vocabSize: V,
    blockSize: T,
    nLayer,
    nHead,
    nKvHead,
    nEmbd: C,
    intermediateSize: F,
  } = config;
  const HS = headDimOf(config);
  const specs = new Map<string, ParameterSpec>();
  const std = 0.02;
  const residualStd = 0.02 / Math.sqrt(2 * nLayer);
  const normal = (name: string, shape: number[], s = std) => specs.set(name, { shape, std: s, fill: 0 });
  const constant = (name: string, shape: number[], fill: number) => specs.set(name, { shape, std: 0, fill });

  if (family === 'llama') {
    normal('model.embed_tokens.weight', [V, C]);
    for (let i = 0; i < nLayer; i++) {
      const layer = `model.layers.${i}`;
      constant(`${layer}.input_layernorm.weight`, [C], 1);
      normal(`${layer}.self_attn.qkv_proj.weight`, [C, (nHead + 2 * nKvHead) * HS]);
      normal(`${layer}.self_attn.o_proj.weight`, [C, C], residualStd);
      constant(`${layer}.post_attention_layernorm.weight`, [C], 1);
      normal(`${layer}.mlp.gate_up_proj.weight`, [C, 2 * F]);
      normal(`${layer}.mlp.down_proj.weight`, [F, C], residualStd);
    }
    constant('model.norm.weight', [C], 1);
  } else {
    const linear = (name: string, shape: number[], s = std) => {
      normal(`${name}.weight`, shape, s);
      if (config.bias) constant(`${name}.bias`, [shape[1]!], 0);
    };
    const layerNorm = (name: string) => {
      constant(`${name}.weight`, [C], 1);
      if (config.bias) constant(`${name}.bias`, [C], 0);
    };
    normal('transformer.wte.weight', [V, C]);
    normal('transformer.wpe.weight', [T, C]);
    for (let i = 0; i < nLayer; i++) {
      const layer = `transformer.h.${i}`;
      layerNorm(`${layer}.ln_1`);
      linear(`${layer}.attn.c_attn`, [C, 3 * C]);
      linear(`${layer}.attn.c_proj`, [C, C], residualStd);
      layerNorm(`${layer}.ln_2`);
      linear(`${layer}.mlp.c_fc`, [C, F]);
      linear(`${layer}.mlp.c_proj`, [F, C], residualStd);
    }
    layerNorm('transformer.ln_f');
  }
  if (!config.tiedHead) normal('lm_head.weight', [V, C]);
  return specs;
}

export interface ModelCost {
  parameters: number;
  /** Forward and backward, per token: 6 N + 12 L H Q T (Chowdhery et al. 2022, arXiv 2204.02311, appendix B). */
  flopsPerToken: number;
  /** Parameters, gradients and two Adam moments, in bytes. */
  stateBytes: number;
  /** Activations kept for the backward pass, in bytes: an estimate. */
  activationBytes: number;
}

/** What a model costs to train, known before anything is allocated. */
export function modelCost(config: ModelConfig, batchSize: number): ModelCost {
  const { nLayer: L, nEmbd: C, intermediateSize: F, blockSize: T, vocabSize: V, nHead, nKvHead } = config;
  let parameters = 0;
  for (const { shape } of parameterSpecs(config).values()) parameters += shape.reduce((a, b) => a * b, 1);
  // nanoGPT leaves learned positions out of N; we count what the matrices multiply, so they are left out here too
  const positions = config.family === 'gpt2' ? T * C : 0;
  const qkv = (nHead + 2 * nKvHead) * headDimOf(config);
  const tokens = batchSize * T;
  const mlp = config.family === 'llama' ? 3 * F : 2 * F;
  const perLayer = tokens * (4 * C + 2 * qkv + mlp) + 2 * batchSize * nHead * T * T;
  return {
    parameters,
    flopsPerToken: 6 * (parameters - positions) + 12 * L * C * T,
    stateBytes: 16 * parameters,
    activationBytes: 4 * (L * perLayer + 2 * tokens * C + 2 * tokens * V),
  };
}

/**
 * Refuses a model whose training state cannot fit, and says what would.
 *
 * @throws {ConfigError}
 */
export function requireFits(config: ModelConfig, batchSize: number, limitBytes: number): void {
  const { stateBytes, activationBytes } = modelCost(config, batchSize);
  const need = stateBytes + activationBytes;
  if (need <= limitBytes) return;
  let batch = batchSize;
  while (batch > 1 && stateBytes + modelCost(config, batch).activationBytes > limitBytes)
    batch = Math.floor(batch / 2);
  const fits = stateBytes + modelCost(config, batch).activationBytes <= limitBytes;
  throw new ConfigError(
    `Training this model needs about ${formatBytes(need)}, this device allows ${formatBytes(limitBytes)}. ` +
      (fits
        ? `A batch of ${batch} would fit.`
        : 'Choose a smaller model, a shorter context or a smaller vocabulary.'),
  );
}
