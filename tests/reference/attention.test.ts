import { describe, expect, it } from 'vitest';
import { attentionBackward, attentionForward } from './attention.ts';
import { finiteDifferences, maxRelativeError } from './finiteDifferences.ts';
import { randomArrays } from './randomArrays.ts';
import { ropeBackward, ropeForward } from './rope.ts';

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const f64 = (...values: number[]) => Float64Array.from(values);

describe('rope', () => {
  it('turns the pairs (i, i + HS/2) of queries and keys, and leaves values alone', () => {
    const head = [1, 2, 3, 4]; // pairs (1, 3) by 1 radian per position, (2, 4) by theta^(-1/2) = 0.01
    const qkv = f64(...head, ...head, ...head);
    const dims = { N: 1, T: 1, NH: 1, NKV: 1, HS: 4, theta: 10000 };
    expect(ropeForward(qkv, dims)).toEqual(qkv); // position 0
    const turned = ropeForward(qkv, { ...dims, positionOffset: 1 });
    const expected = [
      Math.cos(1) - 3 * Math.sin(1),
      2 * Math.cos(0.01) - 4 * Math.sin(0.01),
      3 * Math.cos(1) + Math.sin(1),
      4 * Math.cos(0.01) + 2 * Math.sin(0.01),
    ];
    for (let i = 0; i < 4; i++) {
      expect(turned[i]).toBeCloseTo(expected[i]!, 14);
      expect(turned[4 + i]).toBeCloseTo(expected[i]!, 14);
      expect(turned[8 + i]).toBe(head[i]);
    }
  });

  it('counts positions anew in every sequence and adds the offset', () => {
    const row = randomArrays(1).normal(12);
    const dims = { T: 3, NH: 1, NKV: 1, HS: 4, theta: 100 };
    const repeated = f64(...Array.from({ length: 6 }, () => [...row]).flat());
    const out = ropeForward(repeated, { ...dims, N: 6 });
    expect(out.slice(36)).toEqual(out.slice(0, 36));
    expect(ropeForward(row, { ...dims, N: 1, positionOffset: 2 })).toEqual(out.slice(24, 36));
  });

  it('makes a score depend on the distance only', () => {
    const qk = randomArrays(2).normal(12);
    const score = (positionQ: number, positionK: number) => {
      const dims = { N: 1, T: 1, NH: 1, NKV: 1, HS: 4, theta: 50 };
      const q = ropeForward(qk, { ...dims, positionOffset: positionQ }).slice(0, 4);
      return dot(q, ropeForward(qk, { ...dims, positionOffset: positionK }).slice(4, 8));
    };
    expect(score(9, 7)).toBeCloseTo(score(2, 0), 12);
    expect(Math.abs(score(9, 7) - score(9, 6))).toBeGreaterThan(1e-3);
  });

  it('gradient matches finite differences', () => {
    const random = randomArrays(3);
    const dims = { N: 4, T: 2, NH: 4, NKV: 2, HS: 4, theta: 100, positionOffset: 3 };
    const qkv = random.normal(4 * 32);
    const dY = random.normal(4 * 32);
    const numeric = finiteDifferences(() => dot(ropeForward(qkv, dims), dY), qkv);
    expect(maxRelativeError(ropeBackward(dY, dims), numeric)).toBeLessThan(1e-6);
  });
});

describe('attention', () => {
  const dims = { B: 2, T: 5, NH: 4, NKV: 2, HS: 3 };
  const width = (dims.NH + 2 * dims.NKV) * dims.HS;
  const random = randomArrays(4);
  const qkv = random.normal(dims.B * dims.T * width);
  const dY = random.normal(dims.B * dims.T * dims.NH * dims.HS);
  const docIds = Int32Array.of(0, 0, 1, 1, 1, 7, 8, 8, 8, 9);

  it('equals what a pen says for two positions', () => {
    // HS 1: scores of position 1 are q k = 2 (ln 3)/2 = ln 3 and 0, so its weights are 3/4 and 1/4
    const rows = f64(5, Math.log(3) / 2, 10, 2, 0, 20); // [q k v] twice
    const y = attentionForward(rows, { B: 1, T: 2, NH: 1, NKV: 1, HS: 1 });
    expect(y[0]).toBe(10);
    expect(y[1]).toBeCloseTo(0.75 * 10 + 0.25 * 20, 13);
  });

  it('divides the scores by sqrt(HS)', () => {
    // HS 4: q k = 2 ln 3, over sqrt(4) it is ln 3
    const row = (q: number, k: number, v: number) => [q, 0, 0, 0, k, 0, 0, 0, v, 0, 0, 0];
    const rows = f64(...row(1, Math.log(3), 10), ...row(2, 0, 20));
    expect(attentionForward(rows, { B: 1, T: 2, NH: 1, NKV: 1, HS: 4 })[4]).toBeCloseTo(12.5, 13);
  });

  it('does not see later positions or other sequences', () => {
    const before = attentionForward(qkv, dims);
    const changed = qkv.slice();
    for (let c = 0; c < width; c++) changed[3 * width + c]! += 1; // sequence 0, position 3
    const after = attentionForward(changed, dims);
    const rowWidth = dims.NH * dims.HS;
    expect(after.slice(0, 3 * rowWidth)).toEqual(before.slice(0, 3 * rowWidth));
    expect(after.slice(5 * rowWidth)).toEqual(before.slice(5 * rowWidth));
    for (const row of [3, 4]) expect(after[row * rowWidth]).not.toBe(before[row * rowWidth]);
  });

  it('with document ids equals one run per document', () => {
    const together = attentionForward(qkv, dims, docIds);
    const rowWidth = dims.NH * dims.HS;
    const separate: number[] = [];
    for (const [from, to] of [
      [0, 2],
      [2, 5],
      [5, 6],
      [6, 9],
      [9, 10],
    ] as const)
      separate.push(
        ...attentionForward(qkv.slice(from * width, to * width), { ...dims, B: 1, T: to - from }),
      );
    expect(separate.length).toBe(10 * rowWidth);
    expect(maxRelativeError(together, separate)).toBeLessThan(1e-14);
    expect(maxRelativeError(attentionForward(qkv, dims), separate)).toBeGreaterThan(1e-2);
  });

  it('of grouped queries equals full attention with each key and value head repeated', () => {
    const { NH, NKV, HS } = dims;
    const full: number[] = [];
    for (let n = 0; n < dims.B * dims.T; n++) {
      const head = (index: number) =>
        Array.from(qkv.subarray(n * width + index * HS, n * width + (index + 1) * HS));
      for (let h = 0; h < NH; h++) full.push(...head(h));
      for (const start of [NH, NH + NKV])
        full.push(...[0, 0, 1, 1].flatMap((kvHead) => head(start + kvHead)));
    }
    expect(attentionForward(f64(...full), { ...dims, NKV: NH })).toEqual(attentionForward(qkv, dims));
  });

  it('stays finite for scores far beyond the range of exp', () => {
    const rows = f64(1e4, 1e4, 1, 1e4, -1e4, 2);
    expect([...attentionForward(rows, { B: 1, T: 2, NH: 1, NKV: 1, HS: 1 })]).toEqual([1, 1]);
  });

  it.each([
    ['one document', null],
    ['several documents', docIds],
  ])('gradient matches finite differences: %s', (_, ids) => {
    const numeric = finiteDifferences(() => dot(attentionForward(qkv, dims, ids), dY), qkv);
    expect(maxRelativeError(attentionBackward(qkv, dY, dims, ids), numeric)).toBeLessThan(1e-6);
  });
});
