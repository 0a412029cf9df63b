import { describe, expect, it } from 'vitest';
import { crossEntropyBackward, crossEntropyForward } from './crossEntropy.ts';
import { dropoutBackward, dropoutForward } from './dropout.ts';
import { embeddingBackward, embeddingForward } from './embedding.ts';
import { finiteDifferences, maxRelativeError } from './finiteDifferences.ts';
import { linearBackward, linearForward } from './linear.ts';
import { layerNormBackward, layerNormForward, rmsNormBackward, rmsNormForward } from './norm.ts';
import { randomArrays } from './randomArrays.ts';
import { swigluBackward, swigluForward } from './swiglu.ts';

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const f64 = (...values: number[]) => Float64Array.from(values);

/** Error of the gradient of dot(forward(), dY) with respect to x, which forward() reads. */
const gradientError = (
  actual: Float64Array,
  forward: () => Float64Array,
  dY: Float64Array,
  x: Float64Array,
) =>
  maxRelativeError(
    actual,
    finiteDifferences(() => dot(forward(), dY), x),
  );

describe('maxRelativeError()', () => {
  it('sees a wrong entry, a wrong length and a NaN', () => {
    expect(maxRelativeError(f64(1, 2), f64(1, 2))).toBe(0);
    expect(maxRelativeError(f64(1, 2.2), f64(1, 2))).toBeCloseTo(0.1, 12);
    expect(maxRelativeError(f64(1), f64(1, 2))).toBe(Infinity);
    expect(maxRelativeError(f64(NaN, 2), f64(1, 2))).toBe(Infinity);
    expect(maxRelativeError(f64(1, 2), f64(NaN, 2))).toBe(Infinity);
  });
});

describe('linear', () => {
  it('multiplies rows with columns, adds the bias, and adds the residual last', () => {
    const dims = { N: 1, inSize: 2, outSize: 2 };
    const x = f64(1, 2);
    const w = f64(10, 20, 30, 40); // [in, out]
    expect(linearForward(x, w, null, null, dims)).toEqual(f64(70, 100));
    expect(linearForward(x, w, null, null, { ...dims, transposeWeight: true })).toEqual(f64(50, 110));
    expect(linearForward(x, w, f64(1, 2), f64(-1, -1), dims)).toEqual(f64(70, 101));
    // 1 x 70 + 1 = 71 and 1 x 100 + 2 = 102 are so large that GELU is the identity
    expect(linearForward(x, w, f64(1, 2), f64(-1, -1), { ...dims, activation: 'exact' })).toEqual(
      f64(70, 101),
    );
    expect(
      linearForward(x, f64(0, 0, 0, 0), f64(-90, 1), f64(5, 0), { ...dims, activation: 'exact' })[0],
    ).toBe(5);
  });

  const activations = ['none', 'exact', 'tanh'] as const;
  const cases = activations.flatMap((activation) =>
    [false, true].map((transposeWeight) => ({ activation, transposeWeight })),
  );
  it.each(cases)(
    'gradients match finite differences: $activation, transposed $transposeWeight',
    (options) => {
      const random = randomArrays(2);
      const dims = { N: 3, inSize: 4, outSize: 5, ...options };
      const x = random.normal(12);
      const w = random.normal(20);
      const bias = random.normal(5);
      const residual = random.normal(15);
      const dY = random.normal(15);
      const forward = () => linearForward(x, w, bias, residual, dims);
      const { dX, dW, dBias, dResidual } = linearBackward(x, w, bias, dY, dims);
      expect(gradientError(dX, forward, dY, x)).toBeLessThan(1e-6);
      expect(gradientError(dW, forward, dY, w)).toBeLessThan(1e-6);
      expect(gradientError(dBias, forward, dY, bias)).toBeLessThan(1e-6);
      expect(gradientError(dResidual, forward, dY, residual)).toBeLessThan(1e-6);
    },
  );
});

describe('rmsNorm and layerNorm', () => {
  it('equal what a pen says', () => {
    // [3, 4]: mean square 12.5; mean 3.5, variance 0.25
    const rms = rmsNormForward(f64(3, 4), f64(1, 2), { N: 1, C: 2, eps: 0 });
    expect(rms[0]).toBeCloseTo(3 / Math.sqrt(12.5), 14);
    expect(rms[1]).toBeCloseTo(8 / Math.sqrt(12.5), 14);
    const layer = layerNormForward(f64(3, 4), f64(1, 2), f64(10, 20), { N: 1, C: 2, eps: 0.75 });
    expect(layer[0]).toBeCloseTo(9.5, 14); // rstd is 1
    expect(layer[1]).toBeCloseTo(21, 14);
  });

  // eps as large as 0.1 so that its place in the formula matters
  const dims = { N: 3, C: 5, eps: 0.1 };
  const random = randomArrays(3);
  const x = random.normal(15);
  const weight = random.normal(5);
  const bias = random.normal(5);
  const dY = random.normal(15);

  it('rmsNorm gradients match finite differences', () => {
    const { dX, dWeight } = rmsNormBackward(x, weight, dY, dims);
    expect(gradientError(dX, () => rmsNormForward(x, weight, dims), dY, x)).toBeLessThan(1e-6);
    expect(gradientError(dWeight, () => rmsNormForward(x, weight, dims), dY, weight)).toBeLessThan(1e-6);
  });

  it('layerNorm gradients match finite differences', () => {
    const { dX, dWeight, dBias } = layerNormBackward(x, weight, dY, dims);
    expect(gradientError(dX, () => layerNormForward(x, weight, bias, dims), dY, x)).toBeLessThan(1e-6);
    expect(gradientError(dWeight, () => layerNormForward(x, weight, null, dims), dY, weight)).toBeLessThan(
      1e-6,
    );
    expect(gradientError(dBias, () => layerNormForward(x, weight, bias, dims), dY, bias)).toBeLessThan(1e-6);
  });
});

describe('swiglu', () => {
  it('gates with the first half and multiplies with the second', () => {
    const y = swigluForward(f64(0, 1, 5, 7), { N: 1, F: 2 });
    expect(y[0]).toBe(0);
    expect(y[1]).toBeCloseTo(7 * 0.7310585786300049, 14); // silu(1) = 1 / (1 + 1/e)
  });

  it('gradient matches finite differences', () => {
    const random = randomArrays(4);
    const dims = { N: 3, F: 4 };
    const x = random.normal(24, 2);
    const dY = random.normal(12);
    expect(gradientError(swigluBackward(x, dY, dims), () => swigluForward(x, dims), dY, x)).toBeLessThan(
      1e-6,
    );
  });
});

describe('embedding', () => {
  const tokens = Int32Array.of(2, 0, 2, 2, 1, 0); // B 2, T 3; token 2 occurs three times
  const random = randomArrays(5);
  const wte = random.normal(8);
  const wpe = random.normal(10);
  const dY = random.normal(12);

  it('adds the row of the token and the row of the position', () => {
    const y = embeddingForward(tokens, wte, wpe, { N: 6, T: 3, C: 2, positionOffset: 2 });
    expect(y[8]).toBe(wte[2]! + wpe[6]!); // row 4: token 1, position 1 + 2
    expect(embeddingForward(tokens, wte, null, { N: 6, T: 3, C: 2 })[8]).toBe(wte[2]);
  });

  it.each([0, 2])('gradients match finite differences at offset %i', (positionOffset) => {
    const dims = { N: 6, T: 3, C: 2, positionOffset };
    const { dWte, dWpe } = embeddingBackward(tokens, dY, wte.length, wpe.length, dims);
    expect(gradientError(dWte, () => embeddingForward(tokens, wte, wpe, dims), dY, wte)).toBeLessThan(1e-6);
    expect(gradientError(dWpe, () => embeddingForward(tokens, wte, wpe, dims), dY, wpe)).toBeLessThan(1e-6);
    expect(embeddingBackward(tokens, dY, wte.length, 0, dims).dWpe.length).toBe(0);
  });
});

describe('crossEntropy', () => {
  it('is ln V for equal logits and does not overflow', () => {
    const targets = Int32Array.of(0, 3);
    expect(crossEntropyForward(new Float64Array(8), targets, { N: 2, V: 4 })).toBeCloseTo(Math.log(4), 14);
    expect(crossEntropyForward(f64(1000, 0), Int32Array.of(1), { N: 1, V: 2 })).toBe(1000);
    // -log(e^2 / (e^2 + e^0)) = log(1 + e^-2)
    expect(crossEntropyForward(f64(2, 0), Int32Array.of(0), { N: 1, V: 2 })).toBeCloseTo(
      Math.log1p(Math.exp(-2)),
      14,
    );
  });

  it('gradient matches finite differences', () => {
    const logits = randomArrays(6).normal(15, 2);
    const targets = Int32Array.of(4, 0, 0);
    const dims = { N: 3, V: 5 };
    const forward = () => f64(crossEntropyForward(logits, targets, dims));
    expect(
      gradientError(crossEntropyBackward(logits, targets, dims, 2.5), forward, f64(2.5), logits),
    ).toBeLessThan(1e-6);
  });
});

describe('dropout', () => {
  const keep = (i: number) => i % 4 !== 1;

  it('zeroes what is dropped and scales what is kept', () => {
    expect(dropoutForward(f64(1, 2, 3, 4), 0.2, keep)).toEqual(f64(1.25, 0, 3.75, 5));
    expect(dropoutForward(f64(1, 2), 0, () => true)).toEqual(f64(1, 2));
  });

  it('gradient matches finite differences', () => {
    const random = randomArrays(7);
    const x = random.normal(8);
    const dY = random.normal(8);
    expect(
      gradientError(dropoutBackward(dY, 0.3, keep), () => dropoutForward(x, 0.3, keep), dY, x),
    ).toBeLessThan(1e-6);
  });
});
