/** Our files in Hugging Face's own library: the same ids, in both directions. */
import { Tokenizer as HuggingFace } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { createTokenizer } from '../../src/tokenizer/create.ts';
import type { Tokenizer, TokenizerConfig } from '../../src/tokenizer/tokenizer.ts';
import { toTokenizerJson } from '../../src/tokenizer/tokenizerJson.ts';
import { HARD_STRINGS, javascript, LOOK_ALIKE } from './corpora.ts';

const CONFIG = { clean_up_tokenization_spaces: false };

const load = (tokenizer: Tokenizer) =>
  new HuggingFace(JSON.parse(toTokenizerJson(tokenizer)) as object, CONFIG as object);

const kinds: Record<string, TokenizerConfig> = {
  'bpe, gpt-2': { kind: 'bpe', vocabSize: 900, preTokenizer: 'gpt-2' },
  'bpe, qwen2': { kind: 'bpe', vocabSize: 900, preTokenizer: 'qwen2' },
  'byte, gpt-2': { kind: 'byte', vocabSize: 257, preTokenizer: 'gpt-2' },
  'byte, qwen2': { kind: 'byte', vocabSize: 257, preTokenizer: 'qwen2' },
  'char, gpt-2': { kind: 'char', vocabSize: 0, preTokenizer: 'gpt-2' },
  'char, qwen2': { kind: 'char', vocabSize: 0, preTokenizer: 'qwen2' },
};

describe.each(Object.keys(kinds))('@huggingface/tokenizers with our file (%s)', (name) => {
  let ours: Tokenizer;
  let theirs: HuggingFace;
  beforeAll(async () => {
    ours = await createTokenizer(kinds[name]!, [...javascript(200_000), ...Object.values(HARD_STRINGS)]);
    theirs = load(ours);
  });

  test.each(Object.entries(HARD_STRINGS))('gives the same ids: %s', (_, text) => {
    expect(theirs.encode(text).ids).toEqual(ours.encode(text));
  });

  test('gives the same ids for real code', () => {
    for (const text of javascript(400_000).slice(2)) {
      const expected = ours.encode(text);
      const ids = theirs.encode(text).ids;
      expect(ids.length).toBe(expected.length);
      expect(ids.every((id, i) => id === expected[i])).toBe(true);
    }
  });

  test('gives the same ids for any text', () => {
    const unit = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          ...Array.from(' \n\r\t\'"sStTrReElLvVmMdD019_.,;(){}=\u00a0\ufeff\u0085éſ你ー'),
        ),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
        expect(theirs.encode(text).ids).toEqual(ours.encode(text));
      }),
      { numRuns: 500 },
    );
  });

  test('turns ids back into the same text', () => {
    const texts = Object.values(HARD_STRINGS).filter((text) => text !== ''); // theirs refuses an empty list
    for (const text of texts) {
      const ids = ours.encode(text);
      expect(theirs.decode(ids)).toBe(ours.decode(ids));
    }
    expect(theirs.decode([97, ours.endOfText!, 98])).toBe(ours.decode([97, ours.endOfText!, 98]));
  });

  test('knows the end-of-text token, which it finds in a text where we read ordinary characters', () => {
    expect(theirs.token_to_id('<|endoftext|>')).toBe(ours.endOfText);
    expect(theirs.encode(LOOK_ALIKE).ids).toEqual([97, ours.endOfText, 98]);
    expect(ours.encode(LOOK_ALIKE)).not.toContain(ours.endOfText);
    expect(ours.decode(ours.encode(LOOK_ALIKE))).toBe(LOOK_ALIKE);
  });
});

describe('@huggingface/tokenizers with our file (closed characters)', () => {
  test.each(Object.entries(HARD_STRINGS))('gives the same ids: %s', async (_, text) => {
    if (text === '') text = '?';
    const config: TokenizerConfig = { kind: 'char', vocabSize: 0, preTokenizer: 'gpt-2', closed: true };
    const ours = await createTokenizer(config, [text]);
    const theirs = load(ours);
    expect(theirs.encode(text).ids).toEqual(ours.encode(text));
    expect(theirs.decode(ours.encode(text))).toBe(ours.decode(ours.encode(text)));
  });
});
