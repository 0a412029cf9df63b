import { describe, expect, test } from 'vitest';
import { hashText, splitOf } from '../../src/data/split.ts';

const keys = Array.from({ length: 40_000 }, (_, i) => `package/lib/file${i}.js`);

describe('splitOf()', () => {
  test('gives validation one key in twenty', () => {
    const held = keys.filter((key) => splitOf(key) === 'validation').length;
    expect(held / keys.length).toBeGreaterThan(0.045);
    expect(held / keys.length).toBeLessThan(0.055);
  });

  test('holds back a twentieth of very short keys too', () => {
    const short = Array.from({ length: 10_000 }, (_, i) => i.toString(36));
    const held = short.filter((key) => splitOf(key) === 'validation').length;
    expect(held).toBeGreaterThan(400);
    expect(held).toBeLessThan(600);
  });

  test('does not depend on neighbours: keys that differ at the end are independent', () => {
    const both = keys.filter(
      (key) => splitOf(`${key}#1`) === 'validation' && splitOf(`${key}#2`) === 'validation',
    ).length;
    expect(both / keys.length).toBeLessThan(0.005); // 0.0025 by chance
  });

  test('never changes its mind: these sides are fixed for all versions', () => {
    expect([hashText(''), hashText('a'), hashText('eslint/lib/api.js')]).toMatchInlineSnapshot(`
      [
        1947474976,
        2435355477,
        3397771930,
      ]
    `);
    expect(['', 'a', 'eslint/lib/api.js'].map(splitOf)).toEqual(['train', 'train', 'train']);
    expect(keys.slice(0, 60).filter((key) => splitOf(key) === 'validation')).toMatchInlineSnapshot(`
      [
        "package/lib/file8.js",
        "package/lib/file46.js",
        "package/lib/file52.js",
      ]
    `);
  });
});

describe('hashText()', () => {
  test('tells texts apart that differ in one character or in order', () => {
    const hashes = new Set(
      ['ab', 'ba', 'a', 'b', '', ' ', 'ab ', '\0', '\0\0', 'ä', 'a\u0308'].map(hashText),
    );
    expect(hashes.size).toBe(11);
    expect(new Set(keys.map(hashText)).size).toBeGreaterThan(keys.length - 3);
  });
});
