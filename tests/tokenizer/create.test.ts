import { describe, expect, test } from 'vitest';
import { CancelledError, TokenizerError } from '../../src/lib/errors.ts';
import { createTokenizer } from '../../src/tokenizer/create.ts';
import type { TokenizerConfig } from '../../src/tokenizer/tokenizer.ts';

const documents = ['abc abc abc', 'abd é abd'];
const base: TokenizerConfig = { kind: 'bpe', vocabSize: 260, preTokenizer: 'qwen2' };

describe('createTokenizer()', () => {
  test('makes every kind', async () => {
    const make = async (change: Partial<TokenizerConfig>) => {
      const { kind, vocabSize, preTokenizer, endOfText } = await createTokenizer(
        { ...base, ...change },
        documents,
      );
      return { kind, vocabSize, preTokenizer, endOfText };
    };
    const preTokenizer = 'qwen2';
    expect(await make({})).toEqual({ kind: 'bpe', vocabSize: 260, preTokenizer, endOfText: 259 });
    expect(await make({ kind: 'byte' })).toEqual({
      kind: 'byte',
      vocabSize: 257,
      preTokenizer,
      endOfText: 256,
    });
    expect(await make({ kind: 'char' })).toEqual({
      kind: 'char',
      vocabSize: 258,
      preTokenizer,
      endOfText: 257,
    });
    expect(await make({ kind: 'char', closed: true })).toMatchObject({ kind: 'char', vocabSize: 6 });
  });

  test.each<[string, Partial<Record<keyof TokenizerConfig, unknown>>]>([
    ['kind: expected "byte", "char" or "bpe", got "word"', { kind: 'word' }],
    ['preTokenizer: expected "gpt-2" or "qwen2", got "bert"', { preTokenizer: 'bert' }],
    ['closed: only a character vocabulary can be closed, got kind "bpe"', { closed: true }],
    ['vocabSize: expected a whole number from 257 (bytes only) to 8192, got 9000', { vocabSize: 9000 }],
    ['vocabSize: this text supports at most', { vocabSize: 1000 }],
  ])('says "%s"', async (message, change) => {
    const made = createTokenizer({ ...base, ...change } as TokenizerConfig, documents);
    await expect(made).rejects.toBeInstanceOf(TokenizerError);
    await expect(made).rejects.toThrow(message);
  });

  test.each(['byte', 'char', 'bpe'] as const)('stops making a %s vocabulary when asked to', async (kind) => {
    const made = createTokenizer({ ...base, kind }, documents, { shouldStop: () => true });
    await expect(made).rejects.toBeInstanceOf(CancelledError);
  });
});
