/**
 * Rotary positions on fused rows of queries, keys and values, in float64. An oracle, not the product's op.
 *
 * Row layout: [q: NH heads of HS | k: NKV heads of HS | v: NKV heads of HS]; v is copied untouched.
 * For i < HS/2 the pair (a, b) = (head[i], head[i + HS/2]) turns by angle = position theta^(-2i/HS):
 *   a' = a cos - b sin,  b' = b cos + a sin
 * Pairing halves instead of neighbours is the "rotate half" convention of Hugging Face's Llama; the two differ by a
 * permutation of the head's columns. A rotation's gradient is the rotation by the opposite angle.
 *
 * Source: Su et al. 2021, https://arxiv.org/abs/2104.09864
 */

export interface RopeDims {
  /** Rows: B * T. */
  N: number;
  T: number;
  NH: number;
  NKV: number;
  HS: number;
  theta: number;
  /** Position of row 0 of each sequence; default 0. Row n has position n % T + positionOffset. */
  positionOffset?: number;
}

function rotate(rows: Float64Array, dims: RopeDims, direction: 1 | -1): Float64Array {
  const { N, T, NH, NKV, HS, theta, positionOffset = 0 } = dims;
  const width = (NH + 2 * NKV) * HS;
  const half = HS / 2;
  const out = rows.slice();
  for (let n = 0; n < N; n++) {
    const position = (n % T) + positionOffset;
    for (let head = 0; head < NH + NKV; head++) {
      for (let i = 0; i < half; i++) {
        const angle = direction * position * theta ** ((-2 * i) / HS);
        const at = n * width + head * HS + i;
        const a = rows[at]!;
        const b = rows[at + half]!;
        out[at] = a * Math.cos(angle) - b * Math.sin(angle);
        out[at + half] = b * Math.cos(angle) + a * Math.sin(angle);
      }
    }
  }
  return out;
}

/** qkv [N, (NH + 2 NKV) HS] in, the same shape out. */
export function ropeForward(qkv: Float64Array, dims: RopeDims): Float64Array {
  return rotate(qkv, dims, 1);
}

/** dQkv from the gradient of the rotated rows. */
export function ropeBackward(dY: Float64Array, dims: RopeDims): Float64Array {
  return rotate(dY, dims, -1);
}
