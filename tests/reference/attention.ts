/**
 * Causal attention with grouped queries and document borders, in float64. An oracle, not the product's op: it keeps
 * every probability.
 *
 * qkv rows [N, (NH + 2 NKV) HS] = [q heads | k heads | v heads], N = B T; output [N, NH HS].
 *   score(i, j) = q_i . k_j / sqrt(HS),  p(i, .) = softmax over the visible j,  y_i = sum_j p(i, j) v_j
 * Position j is visible from i where j <= i and both have the same document id. Query head h reads key/value head
 * floor(h / (NH / NKV)).
 * Gradients: dP(i, j) = dY_i . v_j,  dS = p (dP - sum_j p dP),  dQ_i = sum_j dS k_j / sqrt(HS),
 * dK_j = sum_i dS q_i / sqrt(HS),  dV_j = sum_i p dY_i; dK and dV add up over the query heads of a group.
 *
 * Source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; Ainslie et al. 2023, https://arxiv.org/abs/2305.13245
 */

export interface AttentionDims {
  B: number;
  T: number;
  NH: number;
  NKV: number;
  HS: number;
}

/** One query row of one head: where its numbers lie, and its probabilities over j <= i (0 where not visible). */
interface QueryRow {
  q: number;
  y: number;
  probabilities: Float64Array;
  kOf(j: number): number;
  vOf(j: number): number;
}

function* queryRows(
  qkv: Float64Array,
  { B, T, NH, NKV, HS }: AttentionDims,
  docIds: Int32Array | null,
): Generator<QueryRow> {
  const width = (NH + 2 * NKV) * HS;
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < NH; h++) {
      const kvHead = Math.floor(h / (NH / NKV));
      const kOf = (j: number) => (b * T + j) * width + (NH + kvHead) * HS;
      const vOf = (j: number) => (b * T + j) * width + (NH + NKV + kvHead) * HS;
      for (let i = 0; i < T; i++) {
        const row = b * T + i;
        const q = row * width + h * HS;
        const probabilities = new Float64Array(i + 1);
        const visible = (j: number) => !docIds || docIds[b * T + j] === docIds[row];
        let max = -Infinity;
        for (let j = 0; j <= i; j++) {
          if (!visible(j)) continue;
          let score = 0;
          for (let d = 0; d < HS; d++) score += (qkv[q + d]! * qkv[kOf(j) + d]!) / Math.sqrt(HS);
          probabilities[j] = score;
          max = Math.max(max, score);
        }
        let sum = 0;
        for (let j = 0; j <= i; j++) {
          probabilities[j] = visible(j) ? Math.exp(probabilities[j]! - max) : 0;
          sum += probabilities[j]!;
        }
        for (let j = 0; j <= i; j++) probabilities[j]! /= sum;
        yield { q, y: row * NH * HS + h * HS, probabilities, kOf, vOf };
      }
    }
  }
}

/** y [B T, NH HS]; docIds [B T] or null for one document per sequence. */
export function attentionForward(
  qkv: Float64Array,
  dims: AttentionDims,
  docIds: Int32Array | null = null,
): Float64Array {
  const { B, T, NH, HS } = dims;
  const out = new Float64Array(B * T * NH * HS);
  for (const { y, probabilities, vOf } of queryRows(qkv, dims, docIds)) {
    probabilities.forEach((p, j) => {
      for (let d = 0; d < HS; d++) out[y + d]! += p * qkv[vOf(j) + d]!;
    });
  }
  return out;
}

/** dQkv in the layout of qkv, from dY [B T, NH HS]. */
export function attentionBackward(
  qkv: Float64Array,
  dY: Float64Array,
  dims: AttentionDims,
  docIds: Int32Array | null = null,
): Float64Array {
  const { HS } = dims;
  const scale = 1 / Math.sqrt(HS);
  const dQkv = new Float64Array(qkv.length);
  for (const { q, y, probabilities, kOf, vOf } of queryRows(qkv, dims, docIds)) {
    const dP = probabilities.map((_, j) => {
      let sum = 0;
      for (let d = 0; d < HS; d++) sum += dY[y + d]! * qkv[vOf(j) + d]!;
      return sum;
    });
    let meanDP = 0;
    probabilities.forEach((p, j) => (meanDP += p * dP[j]!));
    probabilities.forEach((p, j) => {
      const dScore = p * (dP[j]! - meanDP) * scale;
      for (let d = 0; d < HS; d++) {
        dQkv[q + d]! += dScore * qkv[kOf(j) + d]!;
        dQkv[kOf(j) + d]! += dScore * qkv[q + d]!;
        dQkv[vOf(j) + d]! += p * dY[y + d]!;
      }
    });
  }
  return dQkv;
}
