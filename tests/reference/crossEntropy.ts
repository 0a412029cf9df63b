/**
 * Mean cross-entropy of logits [N, V] against target ids [N], in float64 and nats. An oracle, not the product's op.
 *
 *   loss = mean_n (logSumExp(logits[n]) - logits[n][target[n]])
 *   dLogits[n][v] = dLoss (softmax(logits[n])[v] - [v == target[n]]) / N
 */

export interface CrossEntropyDims {
  N: number;
  V: number;
}

/** log(sum_v exp(logits[n][v])), shifted by the row's maximum so that it cannot overflow. */
function logSumExp(logits: Float64Array, n: number, V: number): number {
  let max = -Infinity;
  for (let v = 0; v < V; v++) max = Math.max(max, logits[n * V + v]!);
  let sum = 0;
  for (let v = 0; v < V; v++) sum += Math.exp(logits[n * V + v]! - max);
  return max + Math.log(sum);
}

/** The mean loss in nats per token. */
export function crossEntropyForward(
  logits: Float64Array,
  targets: Int32Array,
  { N, V }: CrossEntropyDims,
): number {
  let loss = 0;
  for (let n = 0; n < N; n++) loss += (logSumExp(logits, n, V) - logits[n * V + targets[n]!]!) / N;
  return loss;
}

/** dLogits [N, V]. */
export function crossEntropyBackward(
  logits: Float64Array,
  targets: Int32Array,
  { N, V }: CrossEntropyDims,
  dLoss = 1,
): Float64Array {
  const dLogits = new Float64Array(N * V);
  for (let n = 0; n < N; n++) {
    const lse = logSumExp(logits, n, V);
    for (let v = 0; v < V; v++) {
      const probability = Math.exp(logits[n * V + v]! - lse);
      dLogits[n * V + v] = (dLoss * (probability - (v === targets[n] ? 1 : 0))) / N;
    }
  }
  return dLogits;
}
