import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Family } from '../../scripts/datasets/tinyFunctions/family.ts';
import { FAMILIES, generateTinyFunctions } from '../../scripts/datasets/tinyFunctions/generate.ts';
import { tinyFunctions } from '../../scripts/datasets/tinyFunctions/recipe.ts';
import { splitDocuments } from '../../scripts/datasets/pipeline/splitDocuments.ts';
import { encodeJsonl } from '../../src/data/shards.ts';

const folder = join(import.meta.dirname, '../../public/datasets/tiny-functions');
const harvest = await tinyFunctions.collect();
const texts = harvest.documents.map(({ text }) => text);

describe('tiny-functions', () => {
  test('what is in git is what the generator writes', () => {
    const { train, validation, heldout } = splitDocuments(harvest);
    expect(gunzipSync(readFileSync(join(folder, 'train-000.jsonl.gz'))).toString()).toBe(encodeJsonl(train));
    expect(gunzipSync(readFileSync(join(folder, 'validation-000.jsonl.gz'))).toString()).toBe(
      encodeJsonl(validation),
    );
    expect(heldout).toEqual([]);
  });

  test('has at least 1,000 different functions of at least 60 families, in at most 300 KB', () => {
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.length).toBeGreaterThanOrEqual(1000);
    expect(new Set(FAMILIES.map(({ id }) => id)).size).toBe(FAMILIES.length);
    const used = new Set(harvest.documents.map(({ path }) => path.split('/')[0]));
    expect(used).toEqual(new Set(FAMILIES.map(({ id }) => id)));
    expect(used.size).toBeGreaterThanOrEqual(60);
    expect(Buffer.byteLength(texts.join(''))).toBeLessThanOrEqual(300_000);
    expect(statSync(join(folder, 'train-000.jsonl.gz')).size).toBeLessThan(100_000);
  });

  test('every function has one form: a sentence, a name, 4 to 16 lines, no long ones, plain characters', () => {
    const form =
      /^\/\*\*\n \* [A-Z][^\n]+\.\n \*\/\nfunction [a-z][A-Za-z0-9]*\([a-z][\w, ]*\) \{\n( {2}[^\n]+\n)+\}\n$/;
    expect(texts.filter((text) => !form.test(text))).toEqual([]);
    expect(texts.filter((text) => /[^\n\x20-\x7e]/.test(text))).toEqual([]);
    const lines = texts.map((text) => text.split('\n'));
    expect(Math.max(...lines.map((list) => list.length))).toBeLessThanOrEqual(17);
    expect(Math.max(...lines.flat().map((line) => line.length))).toBeLessThanOrEqual(90);
  });

  test('the same seed gives the same functions, another seed others', () => {
    expect(generateTinyFunctions(200, 1)).toEqual(generateTinyFunctions(200, 1));
    expect(generateTinyFunctions(200, 2)).not.toEqual(generateTinyFunctions(200, 1));
  });
});

describe('generateTinyFunctions()', () => {
  const family = (body: string[], checks: [unknown[], unknown][]): Family => ({
    id: 'only',
    make: () => ({ name: 'f', doc: 'Returns it.', params: ['x'], body, checks }),
  });

  test('refuses a function that fails its own check, and shows it', () => {
    const wrong = family(['return x + 1;'], [[[1], 3]]);
    expect(() => generateTinyFunctions(1, 1, [wrong])).toThrow(/f\(\[1\]\) gave 2, not 3:\n.*\n.*Returns it/);
  });

  test.each([
    ['does not parse', ['return (;'], /Unexpected token/],
    ['throws', ['return x.y.z;'], /Cannot read properties/],
    ['never ends', ['while (true) x++;'], /timed out/],
    ['reaches for the machine', ['return process.cwd();'], /process is not defined/],
  ])('refuses one that %s', (_, body, reason) => {
    expect(() => generateTinyFunctions(1, 1, [family(body, [[[1], 1]])])).toThrow(reason);
  });

  test('says so when the families cannot give that many', () => {
    expect(() => generateTinyFunctions(2, 1, [family(['return x;'], [[[1], 1]])])).toThrow(
      /only 1 different functions, not 2/,
    );
  });
});
