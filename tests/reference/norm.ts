/**
 * RMSNorm and LayerNorm over the rows of x [N, C] in float64. An oracle, not the product's op.
 *
 *   rmsNorm:   y = x rstd weight,                 rstd = 1 / sqrt(mean(x^2) + eps)
 *   layerNorm: y = (x - mean) rstd weight + bias, rstd = 1 / sqrt(mean((x - mean)^2) + eps)
 *
 * Gradients: with xHat the normalised row and g = dY weight,
 *   rmsNorm:   dX = rstd (g - xHat mean(g xHat))
 *   layerNorm: dX = rstd (g - mean(g) - xHat mean(g xHat))
 *   both:      dWeight = sum over rows of dY xHat, dBias = sum over rows of dY
 *
 * Source: Zhang & Sennrich 2019, https://arxiv.org/abs/1910.07467; Ba et al. 2016, https://arxiv.org/abs/1607.06450
 */

export interface NormDims {
  N: number;
  C: number;
  eps: number;
}

/** xHat [N, C] and rstd [N]; `center` subtracts the mean first (LayerNorm). */
function normalise(x: Float64Array, { N, C, eps }: NormDims, center: boolean) {
  const xHat = new Float64Array(N * C);
  const rstd = new Float64Array(N);
  for (let n = 0; n < N; n++) {
    let mean = 0;
    if (center) for (let c = 0; c < C; c++) mean += x[n * C + c]! / C;
    let meanSquare = 0;
    for (let c = 0; c < C; c++) meanSquare += (x[n * C + c]! - mean) ** 2 / C;
    rstd[n] = 1 / Math.sqrt(meanSquare + eps);
    for (let c = 0; c < C; c++) xHat[n * C + c] = (x[n * C + c]! - mean) * rstd[n]!;
  }
  return { xHat, rstd };
}

function backward(x: Float64Array, weight: Float64Array, dY: Float64Array, dims: NormDims, center: boolean) {
  const { N, C } = dims;
  const { xHat, rstd } = normalise(x, dims, center);
  const dX = new Float64Array(N * C);
  const dWeight = new Float64Array(C);
  const dBias = new Float64Array(C);
  for (let n = 0; n < N; n++) {
    let meanG = 0;
    let meanGXHat = 0;
    for (let c = 0; c < C; c++) {
      const i = n * C + c;
      const g = dY[i]! * weight[c]!;
      meanG += g / C;
      meanGXHat += (g * xHat[i]!) / C;
      dWeight[c]! += dY[i]! * xHat[i]!;
      dBias[c]! += dY[i]!;
    }
    if (!center) meanG = 0; // RMSNorm never subtracted a mean, so none flows back
    for (let c = 0; c < C; c++) {
      const i = n * C + c;
      dX[i] = rstd[n]! * (dY[i]! * weight[c]! - meanG - xHat[i]! * meanGXHat);
    }
  }
  return { dX, dWeight, dBias };
}

/** y [N, C]; weight [C]. */
export function rmsNormForward(x: Float64Array, weight: Float64Array, dims: NormDims): Float64Array {
  return normalise(x, dims, false).xHat.map((value, i) => value * weight[i % dims.C]!);
}

export function rmsNormBackward(
  x: Float64Array,
  weight: Float64Array,
  dY: Float64Array,
  dims: NormDims,
): { dX: Float64Array; dWeight: Float64Array } {
  const { dX, dWeight } = backward(x, weight, dY, dims, false);
  return { dX, dWeight };
}

/** y [N, C]; weight [C], bias [C] or null. */
export function layerNormForward(
  x: Float64Array,
  weight: Float64Array,
  bias: Float64Array | null,
  dims: NormDims,
): Float64Array {
  const { xHat } = normalise(x, dims, true);
  return xHat.map((value, i) => value * weight[i % dims.C]! + (bias ? bias[i % dims.C]! : 0));
}

/** dBias is what a bias would receive, also where there is none. */
export function layerNormBackward(
  x: Float64Array,
  weight: Float64Array,
  dY: Float64Array,
  dims: NormDims,
): { dX: Float64Array; dWeight: Float64Array; dBias: Float64Array } {
  return backward(x, weight, dY, dims, true);
}
