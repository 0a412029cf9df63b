import { describe, expect, test } from 'vitest';
import { ngramBaselines, type TokenIds } from '../../src/data/ngram.ts';
import { createRng } from '../../src/lib/rng.ts';

/** The formulas as they stand in a textbook: maps keyed by strings, no sorting. */
function naiveBaselines(train: TokenIds, validation: TokenIds, V: number) {
  const single = new Map<number, number>();
  const pair = new Map<string, number>();
  const followers = new Map<number, Set<number>>();
  const first = new Map<number, number>();
  train.forEach((w, i) => {
    single.set(w, (single.get(w) ?? 0) + 1);
    if (i === 0) return;
    const v = train[i - 1]!;
    pair.set(`${v},${w}`, (pair.get(`${v},${w}`) ?? 0) + 1);
    first.set(v, (first.get(v) ?? 0) + 1);
    followers.set(v, (followers.get(v) ?? new Set()).add(w));
  });
  const uni = (w: number) => ((single.get(w) ?? 0) + 1) / (train.length + V);
  const bi = (v: number, w: number) => {
    const c = first.get(v) ?? 0;
    const t = followers.get(v)?.size ?? 0;
    return c + t === 0 ? uni(w) : ((pair.get(`${v},${w}`) ?? 0) + t * uni(w)) / (c + t);
  };
  let unigram = 0;
  let bigram = 0;
  for (let i = 1; i < validation.length; i++) {
    unigram -= Math.log(uni(validation[i]!));
    bigram -= Math.log(bi(validation[i - 1]!, validation[i]!));
  }
  return { unigram: unigram / (validation.length - 1), bigram: bigram / (validation.length - 1), uni, bi };
}

/** Token ids in which each depends on the one before, so that a bigram has something to find. */
function chain(length: number, V: number, seed: number, ids: TokenIds = new Uint16Array(length)): TokenIds {
  const rng = createRng(seed);
  let v = 0;
  for (let i = 0; i < length; i++) {
    v = rng.next() < 0.3 ? rng.int(V) : (v * 7 + rng.int(3)) % V;
    ids[i] = v;
  }
  return ids;
}

describe('ngramBaselines()', () => {
  test('gives the numbers that a calculation by hand gives', () => {
    // train a b a b a: c(a)=3, c(b)=2, V=3; pairs ab 2, ba 2
    const { unigram, bigram } = ngramBaselines(
      new Uint16Array([0, 1, 0, 1, 0]),
      new Uint16Array([0, 1, 2]),
      3,
    );
    const p = { b: 3 / 8, c: 1 / 8 };
    expect(unigram).toBeCloseTo(-(Math.log(p.b) + Math.log(p.c)) / 2, 12);
    expect(bigram).toBeCloseTo(-(Math.log((2 + p.b) / 3) + Math.log(p.c / 3)) / 2, 12);
  });

  test.each([
    [12, 400],
    [97, 5_000],
    [3000, 2_000], // most tokens of the vocabulary never occur
  ])('equals the textbook formulas for a vocabulary of %i and %i tokens', (V, length) => {
    const train = chain(length, V, 1);
    const validation = chain(length / 4, V, 2);
    const expected = naiveBaselines(train, validation, V);
    const got = ngramBaselines(train, validation, V);
    expect(got.unigram).toBeCloseTo(expected.unigram, 10);
    expect(got.bigram).toBeCloseTo(expected.bigram, 10);
    expect(got.bigram).not.toBeCloseTo(got.unigram, 2);
  });

  test('the formulas it is held against are probabilities: they sum to one', () => {
    const V = 30;
    const { uni, bi } = naiveBaselines(chain(500, V - 2, 3), chain(10, V - 2, 4), V);
    const all = Array.from({ length: V }, (_, w) => w);
    expect(all.reduce((sum, w) => sum + uni(w), 0)).toBeCloseTo(1, 12);
    for (const v of [0, 5, V - 1]) expect(all.reduce((sum, w) => sum + bi(v, w), 0)).toBeCloseTo(1, 12);
  });

  test('bigram counts beat unigram counts where tokens depend on the one before', () => {
    const { unigram, bigram } = ngramBaselines(chain(50_000, 64, 5), chain(5_000, 64, 6), 64);
    expect(bigram).toBeLessThan(unigram - 0.3);
  });

  test('takes vocabularies of more than 65,536 tokens', () => {
    const V = 70_000;
    const train = chain(3_000, V, 7, new Uint32Array(3_000));
    const validation = chain(500, V, 8, new Uint32Array(500));
    const expected = naiveBaselines(train, validation, V);
    expect(ngramBaselines(train, validation, V).bigram).toBeCloseTo(expected.bigram, 10);
  });

  test('three million tokens take a moment, not a minute', () => {
    const train = chain(3_000_000, 2048, 9);
    const validation = chain(150_000, 2048, 10);
    const start = performance.now();
    ngramBaselines(train, validation, 2048);
    expect(performance.now() - start).toBeLessThan(3_000); // ms; about 100 on two idle cores
  });

  test('says NaN where there is nothing to predict', () => {
    expect(ngramBaselines(chain(10, 4, 1), new Uint16Array([1]), 4)).toEqual({ unigram: NaN, bigram: NaN });
  });
});
