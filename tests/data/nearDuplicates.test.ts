import { describe, expect, test } from 'vitest';
import { estimateSimilarity, groupNearDuplicates } from '../../src/data/nearDuplicates.ts';
import { createRng } from '../../src/lib/rng.ts';

const rng = createRng(7);
const words = (count: number) => Array.from({ length: count }, () => `word${rng.int(100_000)}`);

/** Shared shingles of 5 words over all, counted exactly. */
function similarity(a: string[], b: string[]): number {
  const shingles = (list: string[]) =>
    new Set(Array.from({ length: list.length - 4 }, (_, i) => list.slice(i, i + 5).join(' ')));
  const [first, second] = [shingles(a), shingles(b)];
  const common = [...first].filter((shingle) => second.has(shingle)).length;
  return common / (first.size + second.size - common);
}

describe('estimateSimilarity()', () => {
  test('is near the share of common shingles', () => {
    for (const kept of [0, 100, 200, 300, 380, 400]) {
      const a = words(400);
      const b = [...a.slice(0, kept), ...words(400 - kept)];
      const estimate = estimateSimilarity(a.join(' '), b.join(' '));
      expect(Math.abs(estimate - similarity(a, b)), `${kept} words kept`).toBeLessThan(0.13); // 3 sigma of 128 hashes
    }
  });

  test('ignores white space and case, and is 0 for texts without a word', () => {
    expect(estimateSimilarity('let a = 1;\n\n  f(a);', 'LET a = 1; f( a );')).toBe(1);
    expect(estimateSimilarity('', '')).toBe(0);
    expect(estimateSimilarity(' \n', 'a')).toBe(0);
  });
});

describe('groupNearDuplicates()', () => {
  const long = words(300);
  const changed = (count: number) => {
    const copy = [...long];
    for (let i = 0; i < count; i++) copy[i * 50 + 20] = `other${i}`;
    return copy.join(' ');
  };

  test('puts copies and nearly equal texts together under the first of them', () => {
    const other = words(300).join(' ');
    expect(groupNearDuplicates([other, long.join(' '), changed(1), long.join('\n'), changed(3)])).toEqual([
      0, 1, 1, 1, 1,
    ]);
  });

  test('keeps texts apart that share half', () => {
    const half = [...long.slice(0, 150), ...words(150)].join(' ');
    expect(groupNearDuplicates([long.join(' '), half])).toEqual([0, 1]);
  });

  test('joins chains: what resembles a member belongs to the group', () => {
    const chain = [long];
    for (let i = 0; i < 6; i++)
      chain.push([...chain[i]!.slice(0, i * 50), ...words(15), ...chain[i]!.slice(i * 50 + 15)]);
    const texts = chain.map((list) => list.join(' '));
    expect(estimateSimilarity(texts[0]!, texts[6]!)).toBeLessThan(0.6);
    expect(new Set(groupNearDuplicates(texts))).toEqual(new Set([0]));
  });

  test('leaves texts alone that have no words, and joins short equal ones', () => {
    expect(groupNearDuplicates(['', '', '\n', 'a b', 'a b', 'a c'])).toEqual([0, 1, 2, 3, 3, 5]);
    expect(groupNearDuplicates([])).toEqual([]);
  });

  test('is not slowed down by thousands of equal texts', () => {
    const texts = Array.from({ length: 5000 }, () => 'const value = compute(first, second, third);');
    expect(new Set(groupNearDuplicates(texts)).size).toBe(1);
  });

  test('does not join little functions that differ in what they do', () => {
    const write = (name: string, body: string) =>
      `/** Returns something. */\nfunction ${name}(list) {\n  ${body}\n}\n`;
    expect(
      groupNearDuplicates([
        write('first', 'return list[0];'),
        write('sum', 'let sum = 0;\n  for (const x of list) sum += x;\n  return sum;'),
        write('reverse', 'return [...list].reverse();'),
      ]),
    ).toEqual([0, 1, 2]);
  });
});
