/**
 * From logits to one token: temperature, then the k most likely (Fan et al. 2018), then the smallest set of those that
 * together reach probability p (nucleus, Holtzman et al. 2020, arXiv 1904.09751), then a seeded draw.
 */
import type { Rng } from '../lib/rng.ts';

export interface SamplingOptions {
  /** 0 = greedy: the most likely token, the lowest id among equals. */
  temperature: number;
  /** 0 = all. */
  topK: number;
  /** 1 = all. */
  topP: number;
}

/** logits [V] -> token id */
export function sampleToken(
  logits: Float32Array,
  { temperature, topK, topP }: SamplingOptions,
  rng: Rng,
): number {
  if (temperature === 0) return argMax(logits);
  const max = logits[argMax(logits)]!;
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - max) / temperature)); // e^0 = 1 for the best
  let kept = Array.from(weights.keys());
  if (topK > 0 || topP < 1) kept.sort((a, b) => weights[b]! - weights[a]! || a - b);
  if (topK > 0) kept = kept.slice(0, topK);
  if (topP < 1) kept = nucleus(kept, weights, topP);

  let total = 0;
  for (const id of kept) total += weights[id]!;
  let rest = rng.next() * total;
  for (const id of kept) {
    rest -= weights[id]!;
    if (rest < 0) return id;
  }
  return kept.at(-1)!; // rounding left a sliver at the end
}

/** The first of `sorted` whose weights reach the share p of the sum; always at least one. */
function nucleus(sorted: number[], weights: Float64Array, p: number): number[] {
  const total = sorted.reduce((sum, id) => sum + weights[id]!, 0);
  let sum = 0;
  const end = sorted.findIndex((id) => (sum += weights[id]!) >= p * total);
  return end < 0 ? sorted : sorted.slice(0, end + 1);
}

function argMax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
