/**
 * Inverted dropout in float64. Not a generator: the mask is given, so that any implementation's mask can be checked.
 *
 *   y[i] = keep(i) ? x[i] / (1 - p) : 0,   dX[i] = keep(i) ? dY[i] / (1 - p) : 0
 *
 * Source: Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
 */

/** Whether the element at a row-major index survives. */
export type KeepMask = (index: number) => boolean;

/** y in the shape of x; p is the probability of zeroing, 0 <= p < 1. */
export function dropoutForward(x: Float64Array, p: number, keep: KeepMask): Float64Array {
  return x.map((value, i) => (keep(i) ? value / (1 - p) : 0));
}

/** dX in the shape of dY: the map is linear, so the gradient is the same map. */
export function dropoutBackward(dY: Float64Array, p: number, keep: KeepMask): Float64Array {
  return dY.map((dy, i) => (keep(i) ? dy / (1 - p) : 0));
}
