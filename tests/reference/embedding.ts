/**
 * Token embedding, with learned positions where there are any, in float64. An oracle, not the product's op.
 *
 *   y[n] = wte[tokens[n]] + wpe[n % T + positionOffset]       wte [V, C], wpe [blockSize, C] or null, y [N, C]
 *   dWte[t] = sum of dY over the rows whose token is t; dWpe[p] = sum of dY over the rows at position p
 */

export interface EmbeddingDims {
  N: number;
  T: number;
  C: number;
  /** Position of row 0 of each sequence; default 0. */
  positionOffset?: number;
}

/** y [N, C]. */
export function embeddingForward(
  tokens: Int32Array,
  wte: Float64Array,
  wpe: Float64Array | null,
  { N, T, C, positionOffset = 0 }: EmbeddingDims,
): Float64Array {
  const y = new Float64Array(N * C);
  for (let n = 0; n < N; n++) {
    const position = (n % T) + positionOffset;
    for (let c = 0; c < C; c++) {
      y[n * C + c] = wte[tokens[n]! * C + c]! + (wpe ? wpe[position * C + c]! : 0);
    }
  }
  return y;
}

/** dWte of wteSize numbers and dWpe of wpeSize numbers (0 where there is no wpe: dWpe is then empty). */
export function embeddingBackward(
  tokens: Int32Array,
  dY: Float64Array,
  wteSize: number,
  wpeSize: number,
  { N, T, C, positionOffset = 0 }: EmbeddingDims,
): { dWte: Float64Array; dWpe: Float64Array } {
  const dWte = new Float64Array(wteSize);
  const dWpe = new Float64Array(wpeSize);
  for (let n = 0; n < N; n++) {
    const position = (n % T) + positionOffset;
    for (let c = 0; c < C; c++) {
      dWte[tokens[n]! * C + c]! += dY[n * C + c]!;
      if (wpeSize > 0) dWpe[position * C + c]! += dY[n * C + c]!;
    }
  }
  return { dWte, dWpe };
}
