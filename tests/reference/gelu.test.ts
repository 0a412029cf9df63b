import { describe, expect, it } from 'vitest';
import { finiteDifferences, maxRelativeError } from './finiteDifferences.ts';
import { erf, erfc, gelu, geluBackward, geluForward } from './gelu.ts';
import { randomArrays } from './randomArrays.ts';

/** [x, erf(x), erfc(x)] rounded to double, from the C library's erf and erfc. */
const KNOWN = [
  [1e-3, 0.0011283787909692365, 0.9988716212090307],
  [0.1, 0.1124629160182849, 0.8875370839817152],
  [0.5, 0.5204998778130465, 0.4795001221869535],
  [1, 0.8427007929497149, 0.15729920705028513],
  [1.5, 0.9661051464753108, 0.033894853524689274],
  [1.9999, 0.9953201979070294, 0.004679802092970608],
  [2, 0.9953222650189527, 0.004677734981047265],
  [2.5, 0.999593047982555, 0.0004069520174449589],
  [3, 0.9999779095030014, 2.2090496998585438e-5],
  [4, 0.9999999845827421, 1.541725790028002e-8],
  [5, 0.9999999999984626, 1.5374597944280351e-12],
] as const;

describe('erf()', () => {
  it('equals the known values to 1e-15 and is odd', () => {
    for (const [x, value] of KNOWN) {
      expect(Math.abs(erf(x) - value), `erf(${x})`).toBeLessThan(1e-15);
      expect(erf(-x)).toBe(-erf(x));
    }
    expect(erf(0)).toBe(0);
    expect(erf(10)).toBe(1);
  });

  it('has a complement that keeps its digits in the tail', () => {
    for (const [x, , value] of KNOWN)
      expect(Math.abs(erfc(x) - value) / value, `erfc(${x})`).toBeLessThan(1e-13);
    for (const [x] of KNOWN) expect(erfc(-x)).toBeCloseTo(1 + erf(x), 14);
  });
});

describe('gelu()', () => {
  it('equals the known values in both forms', () => {
    expect(gelu(1, 'exact')).toBeCloseTo(0.8413447460685429, 14); // Phi(1)
    expect(gelu(-1, 'exact')).toBeCloseTo(-0.15865525393145707, 14);
    // tanh(0.79788456 (1 + 0.044715)) = tanh(0.83356197) = 0.68238391
    expect(gelu(1, 'tanh')).toBeCloseTo(0.5 * (1 + 0.68238391), 7);
    for (const kind of ['exact', 'tanh'] as const) {
      expect(gelu(0, kind)).toBe(0);
      expect(gelu(12, kind)).toBe(12);
      expect(gelu(-40, kind)).toBeCloseTo(0, 15);
    }
  });

  it('has forms that differ by less than 5e-4 and not by nothing', () => {
    let largest = 0;
    for (let x = -6; x <= 6; x += 0.01)
      largest = Math.max(largest, Math.abs(gelu(x, 'exact') - gelu(x, 'tanh')));
    expect(largest).toBeGreaterThan(1e-4);
    expect(largest).toBeLessThan(5e-4);
  });

  it.each(['exact', 'tanh'] as const)('gradient of the %s form matches finite differences', (kind) => {
    const random = randomArrays(1);
    const x = random.normal(24, 2);
    const dY = random.normal(24);
    const numeric = finiteDifferences(
      () => geluForward(x, kind).reduce((sum, y, i) => sum + y * dY[i]!, 0),
      x,
    );
    expect(maxRelativeError(geluBackward(x, dY, kind), numeric)).toBeLessThan(1e-6);
  });
});
