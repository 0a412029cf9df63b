/**
 * Seeded random numbers. Two kinds, because two things are needed:
 * - `createRng`: a sequence, for shuffles, initialisation and sampling (mulberry32, public domain, Tommy Ettinger).
 * - `hash32`: a counter-based generator, number i without computing the ones before, for dropout masks: it uses only
 *   32-bit integer operations, so that a shader can compute the same bits (the "lowbias32" mixer, Chris Wellons 2018).
 */
export interface Rng {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, n). */
  int(n: number): number;
  /** Standard normal (Box-Muller; both numbers of a pair are used). */
  normal(): number;
}

export function createRng(seed: number): Rng {
  let state = hash32(seed >>> 0, 0x9e3779b9);
  let spare: number | undefined;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    int: (n) => Math.floor(next() * n),
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      const angle = 2 * Math.PI * next();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** Mixes two 32-bit integers into one; every output bit depends on every input bit. */
export function hash32(counter: number, key: number): number {
  let x = (counter ^ Math.imul(key, 0x9e3779b1)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
