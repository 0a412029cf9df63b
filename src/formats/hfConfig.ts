/**
 * config.json, generation_config.json and tokenizer_config.json of a Hugging Face folder, written so that transformers 4 and
 * 5, llama.cpp's converter and vLLM read them, and config.json read back with suspicion.
 */
import * as v from 'valibot';
import { CheckpointError } from '../lib/errors.ts';
import { headDimOf, type ModelConfig, validateModelConfig } from '../model/config.ts';

/** config.json of LlamaForCausalLM or GPT2LMHeadModel. */
export function writeConfig(config: ModelConfig, endOfText: number | undefined): object {
  const common = {
    vocab_size: config.vocabSize,
    initializer_range: 0.02,
    tie_word_embeddings: config.tiedHead,
    use_cache: true,
    bos_token_id: endOfText ?? null,
    eos_token_id: endOfText ?? null,
    dtype: 'float32', // transformers 5
    torch_dtype: 'float32', // transformers 4
  };
  if (config.family === 'llama')
    return {
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      hidden_size: config.nEmbd,
      intermediate_size: config.intermediateSize,
      num_hidden_layers: config.nLayer,
      num_attention_heads: config.nHead,
      num_key_value_heads: config.nKvHead,
      head_dim: headDimOf(config),
      hidden_act: 'silu',
      max_position_embeddings: config.blockSize,
      rms_norm_eps: config.normEps,
      attention_bias: false,
      attention_dropout: 0,
      mlp_bias: false,
      pretraining_tp: 1,
      pad_token_id: null,
      rope_theta: config.ropeTheta, // transformers 4
      rope_scaling: null,
      rope_parameters: { rope_type: 'default', rope_theta: config.ropeTheta }, // transformers 5
      ...common,
    };
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    n_positions: config.blockSize,
    n_ctx: config.blockSize, // llama.cpp's converter reads this old name
    n_embd: config.nEmbd,
    n_layer: config.nLayer,
    n_head: config.nHead,
    n_inner: config.intermediateSize === 4 * config.nEmbd ? null : config.intermediateSize,
    activation_function: config.gelu === 'tanh' ? 'gelu_new' : 'gelu',
    resid_pdrop: config.dropout,
    embd_pdrop: config.dropout,
    attn_pdrop: config.dropout,
    layer_norm_epsilon: config.normEps,
    scale_attn_weights: true,
    scale_attn_by_inverse_layer_idx: false,
    reorder_and_upcast_attn: false,
    ...common,
  };
}

export const writeGenerationConfig = (endOfText: number | undefined): object => ({
  bos_token_id: endOfText ?? null,
  eos_token_id: endOfText ?? null,
  do_sample: true,
  temperature: 0.8,
  top_k: 40,
  max_new_tokens: 128,
});

/** `PreTrainedTokenizerFast`: the one class that versions 4 and 5 of transformers take as "believe tokenizer.json". */
export function writeTokenizerConfig(
  config: ModelConfig,
  endOfText: { id: number; content: string } | undefined,
): object {
  const special = endOfText && {
    [String(endOfText.id)]: {
      content: endOfText.content,
      lstrip: false,
      normalized: false,
      rstrip: false,
      single_word: false,
      special: true,
    },
  };
  const content = endOfText?.content ?? null;
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: config.blockSize,
    bos_token: content,
    eos_token: content,
    unk_token: content,
    pad_token: content,
    clean_up_tokenization_spaces: false,
    add_prefix_space: false,
    add_bos_token: false,
    add_eos_token: false,
    added_tokens_decoder: special ?? {},
  };
}

const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1 << 24));
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
const rate = v.pipe(v.number(), v.minValue(0), v.ltValue(1));

const llamaSchema = v.object({
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: v.optional(count),
  head_dim: v.nullish(count),
  hidden_act: v.literal('silu'),
  max_position_embeddings: count,
  rms_norm_eps: positive,
  attention_bias: v.optional(v.literal(false)),
  mlp_bias: v.optional(v.literal(false)),
  rope_theta: v.optional(positive),
  rope_scaling: v.optional(v.null()),
  rope_parameters: v.nullish(
    v.object({ rope_type: v.optional(v.literal('default')), rope_theta: v.optional(positive) }),
  ),
  tie_word_embeddings: v.optional(v.boolean()),
});

const gpt2Schema = v.object({
  vocab_size: count,
  n_positions: count,
  n_embd: count,
  n_layer: count,
  n_head: count,
  n_inner: v.nullish(count),
  activation_function: v.picklist(['gelu_new', 'gelu_pytorch_tanh', 'gelu']),
  resid_pdrop: v.optional(rate),
  layer_norm_epsilon: v.optional(positive),
  scale_attn_by_inverse_layer_idx: v.optional(v.literal(false)),
  tie_word_embeddings: v.optional(v.boolean()),
});

/**
 * config.json of a folder that somebody else wrote.
 *
 * @throws {CheckpointError} for another architecture, a variant that we do not compute, or an impossible configuration.
 */
export function readConfig(value: unknown): ModelConfig {
  const type = v.safeParse(v.object({ model_type: v.string() }), value);
  if (!type.success) throw fault('config.json does not name a model_type');
  const family = type.output.model_type;
  if (family !== 'llama' && family !== 'gpt2')
    throw fault(`it is a "${family.slice(0, 40)}"; this page computes the families llama and gpt2`);
  const config = family === 'llama' ? readLlama(value) : readGpt2(value);
  validateModelConfig(config);
  return config;
}

function readLlama(value: unknown): ModelConfig {
  const c = parse(llamaSchema, value);
  if (c.head_dim && c.head_dim * c.num_attention_heads !== c.hidden_size)
    throw fault(
      `head_dim ${c.head_dim} times ${c.num_attention_heads} heads is not hidden_size ${c.hidden_size}`,
    );
  return {
    family: 'llama',
    vocabSize: c.vocab_size,
    blockSize: c.max_position_embeddings,
    nLayer: c.num_hidden_layers,
    nHead: c.num_attention_heads,
    nKvHead: c.num_key_value_heads ?? c.num_attention_heads,
    nEmbd: c.hidden_size,
    intermediateSize: c.intermediate_size,
    dropout: 0,
    bias: false,
    gelu: 'tanh',
    ropeTheta: c.rope_parameters?.rope_theta ?? c.rope_theta ?? 10000,
    normEps: c.rms_norm_eps,
    tiedHead: c.tie_word_embeddings ?? false,
  };
}

function readGpt2(value: unknown): ModelConfig {
  const c = parse(gpt2Schema, value);
  return {
    family: 'gpt2',
    vocabSize: c.vocab_size,
    blockSize: c.n_positions,
    nLayer: c.n_layer,
    nHead: c.n_head,
    nKvHead: c.n_head,
    nEmbd: c.n_embd,
    intermediateSize: c.n_inner ?? 4 * c.n_embd,
    dropout: c.resid_pdrop ?? 0.1,
    bias: true,
    gelu: c.activation_function === 'gelu' ? 'exact' : 'tanh',
    ropeTheta: 10000,
    normEps: c.layer_norm_epsilon ?? 1e-5,
    tiedHead: c.tie_word_embeddings ?? true,
  };
}

function parse<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const at = v.getDotPath(issue);
  throw fault(`config.json, ${at ?? 'as a whole'}: ${issue.message}`);
}

const fault = (what: string) =>
  new CheckpointError(`This model cannot be used: ${what}. The model that is open was not changed.`);
