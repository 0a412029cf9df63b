/**
 * Generation: an async generator of token ids. The prompt goes through the model once (prefill), then one token at a time,
 * with the keys and values of earlier positions kept (model/gpt.ts, KvCache).
 *
 * When the context is full, the newest half of it is read again as a fresh prompt: positions must stay below blockSize.
 * Text in and out is the caller's business (tokenizer/).
 */
import * as tf from '@tensorflow/tfjs-core';
import { createRng } from '../lib/rng.ts';
import type { ModelConfig } from '../model/config.ts';
import { forward, type KvCache, type Weights } from '../model/gpt.ts';
import { sampleToken, type SamplingOptions } from './sampler.ts';

export interface GenerateOptions extends SamplingOptions {
  maxNewTokens: number;
  seed: number;
  /** Generation ends before this token. */
  stopToken?: number;
}

/** Of a long prompt only the last tokens fit: one position is left for the first new token. */
export const promptLimit = (config: ModelConfig): number => Math.max(1, config.blockSize - 1);

/** Yields new tokens as they are drawn. The weights must not be disposed of meanwhile. */
export async function* generateTokens(
  weights: Weights,
  config: ModelConfig,
  prompt: ArrayLike<number>,
  options: GenerateOptions,
): AsyncGenerator<number> {
  const rng = createRng(options.seed);
  const history = Array.from(prompt).slice(-promptLimit(config));
  let cache: KvCache = { layers: [], length: 0 };
  let pending = history.slice(); // tokens whose keys and values are not in the cache yet
  try {
    for (let i = 0; i < options.maxNewTokens; i++) {
      if (cache.length + pending.length > config.blockSize) {
        disposeCache(cache);
        cache = { layers: [], length: 0 };
        pending = history.slice(-Math.max(1, config.blockSize >> 1));
      }
      const logits = await nextLogits(weights, config, pending, cache);
      const token = sampleToken(logits, options, rng);
      if (token === options.stopToken) return;
      yield token;
      history.push(token);
      pending = [token];
    }
  } finally {
    disposeCache(cache);
  }
}

/** Runs `tokens` through the model behind the cache, which grows by them; logits [V] of the last one. */
export async function nextLogits(
  weights: Weights,
  config: ModelConfig,
  tokens: number[],
  cache: KvCache,
): Promise<Float32Array> {
  const past = cache.layers.slice();
  const logits = tf.tidy(() => {
    const last = forward(weights, config, tf.tensor1d(tokens, 'int32'), {
      T: tokens.length,
      cache,
      lastOnly: true,
    });
    for (const { k, v } of cache.layers) [k, v].forEach((tensor) => tf.keep(tensor));
    return last;
  });
  for (const { k, v } of past) tf.dispose([k, v]);
  const values = await logits.data<'float32'>(); // waits for the device
  logits.dispose();
  return values;
}

function disposeCache(cache: KvCache): void {
  for (const { k, v } of cache.layers) tf.dispose([k, v]);
}
