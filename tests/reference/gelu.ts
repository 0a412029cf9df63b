/**
 * GELU in float64, exact and approximate, with the error function it needs. Not the product's activation: an oracle.
 *
 *   exact: y = x Phi(x) = x/2 erfc(-x/sqrt 2)
 *   tanh:  y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
 *
 * Source: Hendrycks & Gimpel 2016, https://arxiv.org/abs/1606.08415; erf: NIST DLMF 7.6.2 and 7.9.1,
 * https://dlmf.nist.gov/7
 */

export type GeluKind = 'exact' | 'tanh';

/** Below this |x| the series converges quickly and without cancellation; above it the continued fraction does. */
const SERIES_LIMIT = 2;

/** erf(x) = 2/sqrt(pi) e^(-x^2) sum_n 2^n x^(2n+1) / (2n+1)!!: every term has the sign of x, so nothing cancels. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc(x) = e^(-x^2)/sqrt(pi) / (x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...)))), x > 0, evaluated from the far end. */
function erfcFraction(x: number): number {
  const terms = 120; // at x = 2, the worst case, 60 terms already agree to the last bit
  let denominator = x;
  for (let n = terms; n >= 1; n--) denominator = x + n / 2 / denominator;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * denominator);
}

/** The error function; absolute error below 1e-15. */
export function erf(x: number): number {
  if (Math.abs(x) < SERIES_LIMIT) return x === 0 ? 0 : erfSeries(x);
  return x > 0 ? 1 - erfcFraction(x) : erfcFraction(-x) - 1;
}

/** 1 - erf(x), without cancellation in the right tail. */
export function erfc(x: number): number {
  if (Math.abs(x) < SERIES_LIMIT) return 1 - erf(x);
  return x > 0 ? erfcFraction(x) : 2 - erfcFraction(-x);
}

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/** GELU of one number. */
export function gelu(x: number, kind: GeluKind): number {
  if (kind === 'exact') return 0.5 * x * erfc(-x / Math.SQRT2);
  return 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + CUBIC * x ** 3)));
}

/** Derivative of GELU at one number. */
export function geluDerivative(x: number, kind: GeluKind): number {
  if (kind === 'exact') {
    const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    return 0.5 * erfc(-x / Math.SQRT2) + x * density;
  }
  const t = Math.tanh(SQRT_2_OVER_PI * (x + CUBIC * x ** 3));
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * SQRT_2_OVER_PI * (1 + 3 * CUBIC * x * x);
}

/** Elementwise, any shape. */
export function geluForward(x: Float64Array, kind: GeluKind): Float64Array {
  return x.map((value) => gelu(value, kind));
}

/** dX of the same shape as x. */
export function geluBackward(x: Float64Array, dY: Float64Array, kind: GeluKind): Float64Array {
  return dY.map((dy, i) => dy * geluDerivative(x[i]!, kind));
}
