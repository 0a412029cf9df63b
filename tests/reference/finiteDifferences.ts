/**
 * Gradients by central differences, and how to compare with them. Not exact: about ten digits in float64.
 *
 * The fourth-order formula on the points x - 2h, x - h, x + h, x + 2h:
 *   f'(x) = (8 (f(x + h) - f(x - h)) - (f(x + 2h) - f(x - 2h))) / (12 h) + O(h^4)
 * At h = 1e-3 its truncation (about 1e-12) and rounding (about 1e-13) both stay far below what the tests ask for.
 */

export interface FiniteDifferenceOptions {
  /** h; default 1e-3. A float32 function wants about 1e-2. */
  step?: number;
  /** Entries to differentiate; default all of them. */
  indices?: readonly number[];
}

/**
 * df/dx at x, one number per entry of `indices`. f reads x, which is changed in place while f runs and is restored
 * afterwards.
 */
export function finiteDifferences(
  f: () => number,
  x: Float64Array,
  { step = 1e-3, indices = Array.from(x.keys()) }: FiniteDifferenceOptions = {},
): Float64Array {
  return Float64Array.from(indices, (i) => {
    const original = x[i]!;
    const at = (offset: number) => {
      x[i] = original + offset;
      return f();
    };
    const derivative = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
    x[i] = original;
    return derivative;
  });
}

/**
 * Largest relative error of any entry. Entries smaller than `floor` times the largest expected one are measured against
 * that floor, because their own digits are rounding noise. Infinity when the lengths differ or a number is not finite.
 */
export function maxRelativeError(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  floor = 1e-3,
): number {
  if (actual.length !== expected.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]!));
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (difference === 0) continue;
    const error = difference / Math.max(Math.abs(expected[i]!), floor * largest);
    if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error;
  }
  return worst;
}
