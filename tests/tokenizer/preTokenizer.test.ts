import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { preTokenize, sections } from '../../src/tokenizer/preTokenizer.ts';
import type { PreTokenizerName } from '../../src/tokenizer/tokenizer.ts';
import { HARD_STRINGS, javascript } from './corpora.ts';

const NAMES: PreTokenizerName[] = ['gpt-2', 'qwen2'];

describe('preTokenize()', () => {
  test('cuts code as qwen2 does: single digits, newlines apart from indentation', () => {
    expect(preTokenize('if (x12) {\n    y();\n}', 'qwen2')).toEqual(
      ['if', ' (', 'x', '1', '2', ')', ' {\n', '   ', ' y', '();\n', '}'], // prettier-ignore
    );
  });

  test('cuts code as gpt-2 does: whole numbers, whitespace in runs', () => {
    expect(preTokenize('if (x12) {\n    y();\n}', 'gpt-2')).toEqual(
      ['if', ' (', 'x', '12', ')', ' {', '\n   ', ' y', '();', '\n', '}'], // prettier-ignore
    );
  });

  test('knows contractions in capitals under qwen2 only', () => {
    expect(preTokenize("I'LL", 'qwen2')).toEqual(['I', "'LL"]);
    expect(preTokenize("I'll", 'gpt-2')).toEqual(['I', "'ll"]);
    expect(preTokenize("I'LL", 'gpt-2')).toEqual(['I', "'", 'LL']);
  });

  test.each(NAMES)('%s: the pieces joined are the text', (name) => {
    for (const text of Object.values(HARD_STRINGS)) expect(preTokenize(text, name).join('')).toBe(text);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(preTokenize(text, name).join('')).toBe(text);
      }),
    );
  });
});

describe('sections()', () => {
  test.each(NAMES)('%s: cutting a long text changes no pre-token', (name) => {
    const text = javascript(1_500_000).join('\n');
    const parts = [...sections(text)];
    expect(parts.length).toBeGreaterThan(4);
    expect(parts.join('') === text).toBe(true);
    const cut = parts.flatMap((part) => preTokenize(part, name));
    const whole = preTokenize(text, name);
    expect(cut.length).toBe(whole.length);
    expect(cut.every((word, i) => word === whole[i])).toBe(true);
  });

  test('a short text is one section', () => {
    expect([...sections('')]).toEqual(['']);
    expect([...sections('a b')]).toEqual(['a b']);
  });

  test('a run without any border is cut, but never within a surrogate pair', () => {
    const text = `x${'👍'.repeat(300_000)}`;
    const parts = [...sections(text)];
    expect(parts.join('') === text).toBe(true);
    for (const part of parts) expect(part).toMatch(/^x?(?:👍)+$/u);
  });
});
