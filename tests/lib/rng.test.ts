import { describe, expect, it } from 'vitest';
import { createRng, hash32 } from '../../src/lib/rng.ts';

describe('createRng()', () => {
  it('repeats for the same seed', () => {
    const a = createRng(42);
    const b = createRng(42);
    for (let i = 0; i < 100; i++) expect(a.next()).toBe(b.next());
  });

  it('normal() has mean 0 and deviation 1', () => {
    const rng = createRng(1);
    const x = Array.from({ length: 20_000 }, () => rng.normal());
    const mean = x.reduce((a, b) => a + b) / x.length;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });

  it('int(n) reaches every value below n', () => {
    const rng = createRng(7);
    expect(new Set(Array.from({ length: 200 }, () => rng.int(5)))).toEqual(new Set([0, 1, 2, 3, 4]));
  });
});

describe('hash32()', () => {
  it('gives unsigned 32-bit numbers, different for neighbouring counters and keys', () => {
    const values = new Set<number>();
    for (let counter = 0; counter < 100; counter++)
      for (let key = 0; key < 100; key++) values.add(hash32(counter, key));
    expect(values.size).toBeGreaterThan(9990); // 10,000 draws of 2^32 hardly ever collide
    for (const value of values) expect(value >= 0 && value < 2 ** 32 && Number.isInteger(value)).toBe(true);
  });

  it('is uniform over the counter', () => {
    let below = 0;
    for (let i = 0; i < 100_000; i++) if (hash32(i, 9) < 0.2 * 2 ** 32) below++;
    expect(below / 100_000).toBeCloseTo(0.2, 2);
  });
});
