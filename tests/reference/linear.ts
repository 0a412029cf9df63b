/**
 * A linear layer with activation and residual in float64. Not fast: three nested loops, an oracle.
 *
 *   y = act(x w + bias) + residual          x [N, in], w [in, out], bias [out], residual and y [N, out]
 *   y = act(x w^T + bias) + residual        transposeWeight: w [out, in], as the tied head stores it ([V, C])
 *
 * Gradients: with z = x w + bias and dZ = dY * act'(z): dX = dZ w^T, dW = x^T dZ, dBias = column sums of dZ,
 * dResidual = dY.
 */
import { geluBackward, geluForward } from './gelu.ts';

/** none, or GELU by its erf ('exact') or tanh form. */
export type LinearActivation = 'none' | 'exact' | 'tanh';

export interface LinearDims {
  N: number;
  inSize: number;
  outSize: number;
  activation?: LinearActivation;
  /** w is [out, in] and is used transposed. */
  transposeWeight?: boolean;
}

export interface LinearGradients {
  dX: Float64Array;
  /** In the layout of w: [in, out], or [out, in] with transposeWeight. */
  dW: Float64Array;
  dBias: Float64Array;
  dResidual: Float64Array;
}

/** Where w(k, j), input k to output j, lies in the array. */
const weightIndex = (k: number, j: number, { inSize, outSize, transposeWeight }: LinearDims): number =>
  transposeWeight ? j * inSize + k : k * outSize + j;

/** z = x w + bias, before the activation: [N, out]. */
function preActivation(x: Float64Array, w: Float64Array, bias: Float64Array | null, dims: LinearDims) {
  const { N, inSize, outSize } = dims;
  const z = new Float64Array(N * outSize);
  for (let n = 0; n < N; n++) {
    for (let j = 0; j < outSize; j++) {
      let sum = bias ? bias[j]! : 0;
      for (let k = 0; k < inSize; k++) sum += x[n * inSize + k]! * w[weightIndex(k, j, dims)]!;
      z[n * outSize + j] = sum;
    }
  }
  return z;
}

/** y [N, out]. */
export function linearForward(
  x: Float64Array,
  w: Float64Array,
  bias: Float64Array | null,
  residual: Float64Array | null,
  dims: LinearDims,
): Float64Array {
  const { activation = 'none' } = dims;
  const z = preActivation(x, w, bias, dims);
  const y = activation === 'none' ? z : geluForward(z, activation);
  return residual ? y.map((value, i) => value + residual[i]!) : y;
}

/** Gradients of everything that entered, from dY [N, out]. bias may be null; dBias is then what it would have been. */
export function linearBackward(
  x: Float64Array,
  w: Float64Array,
  bias: Float64Array | null,
  dY: Float64Array,
  dims: LinearDims,
): LinearGradients {
  const { N, inSize, outSize, activation = 'none' } = dims;
  const dZ = activation === 'none' ? dY : geluBackward(preActivation(x, w, bias, dims), dY, activation);
  const dX = new Float64Array(N * inSize);
  const dW = new Float64Array(inSize * outSize);
  const dBias = new Float64Array(outSize);
  for (let n = 0; n < N; n++) {
    for (let j = 0; j < outSize; j++) {
      const dz = dZ[n * outSize + j]!;
      dBias[j]! += dz;
      for (let k = 0; k < inSize; k++) {
        const at = weightIndex(k, j, dims);
        dX[n * inSize + k]! += dz * w[at]!;
        dW[at]! += dz * x[n * inSize + k]!;
      }
    }
  }
  return { dX, dW, dBias, dResidual: dY.slice() };
}
