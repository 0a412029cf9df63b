/**
 * SwiGLU over fused rows [gate | up] in float64. An oracle, not the product's op.
 *
 *   x [N, 2F] = [gate F | up F],  y [N, F] = silu(gate) up,  silu(g) = g s(g),  s(g) = 1 / (1 + e^-g)
 *   dUp = dY silu(gate),  dGate = dY up s (1 + gate (1 - s))
 *
 * Source: Shazeer 2020, https://arxiv.org/abs/2002.05202
 */

export interface SwigluDims {
  N: number;
  F: number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** y [N, F] from x [N, 2F]. */
export function swigluForward(x: Float64Array, { N, F }: SwigluDims): Float64Array {
  const y = new Float64Array(N * F);
  for (let n = 0; n < N; n++) {
    for (let f = 0; f < F; f++) {
      const gate = x[n * 2 * F + f]!;
      const up = x[n * 2 * F + F + f]!;
      y[n * F + f] = gate * sigmoid(gate) * up;
    }
  }
  return y;
}

/** dX [N, 2F] from dY [N, F]. */
export function swigluBackward(x: Float64Array, dY: Float64Array, { N, F }: SwigluDims): Float64Array {
  const dX = new Float64Array(N * 2 * F);
  for (let n = 0; n < N; n++) {
    for (let f = 0; f < F; f++) {
      const gate = x[n * 2 * F + f]!;
      const up = x[n * 2 * F + F + f]!;
      const dy = dY[n * F + f]!;
      const s = sigmoid(gate);
      dX[n * 2 * F + f] = dy * up * s * (1 + gate * (1 - s));
      dX[n * 2 * F + F + f] = dy * gate * s;
    }
  }
  return dX;
}
