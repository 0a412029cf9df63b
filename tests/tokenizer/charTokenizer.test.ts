import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CancelledError, TokenizerError } from '../../src/lib/errors.ts';
import { buildCharTokenizer } from '../../src/tokenizer/charTokenizer.ts';
import { HARD_STRINGS } from './corpora.ts';

const open = (documents: string[]) => buildCharTokenizer(documents, { closed: false, preTokenizer: 'gpt-2' });
const closed = (documents: string[]) =>
  buildCharTokenizer(documents, { closed: true, preTokenizer: 'gpt-2' });
const text = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

describe('an open character vocabulary', () => {
  test('is bytes, characters by code point, beginnings of characters, end of text', async () => {
    const tokenizer = await open(['b👍é', '你a好']);
    expect(['é', '你', '好', '👍'].map((char) => tokenizer.encode(char))).toEqual([
      [256],
      [257],
      [258],
      [259],
    ]);
    expect([260, 261, 262, 263].map((id) => [...tokenizer.tokenBytes(id)])).toEqual([
      [0xe4, 0xbd],
      [0xe5, 0xa5],
      [0xf0, 0x9f],
      [0xf0, 0x9f, 0x91],
    ]);
    expect(tokenizer).toMatchObject({ kind: 'char', vocabSize: 265, endOfText: 264 });
  });

  test('gives one token a character for all it was made of', async () => {
    const documents = Object.values(HARD_STRINGS);
    const tokenizer = await open(documents);
    for (const document of documents) {
      const ids = tokenizer.encode(document);
      expect(ids.length).toBe(Array.from(document).length);
      expect(ids.map((id) => text(tokenizer.tokenBytes(id))).join('')).toBe(document.toWellFormed());
    }
  });

  test('holds every other text and every byte too', async () => {
    const tokenizer = await open(['你好 👍']);
    expect(tokenizer.decode(tokenizer.encode('佱 👎 ж'))).toBe('佱 👎 ж');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        expect(tokenizer.decode(tokenizer.encode(any))).toBe(any);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (any) => {
        expect(tokenizer.decodeBytes(tokenizer.encodeBytes(any))).toEqual(any);
      }),
    );
  });

  test('of plain English is the bytes', async () => {
    expect(await open(['plain'])).toMatchObject({ kind: 'char', vocabSize: 257, merges: [] });
  });
});

describe('a closed character vocabulary', () => {
  test("has exactly the text's characters, in nanoGPT's order", async () => {
    // the 65 characters of tiny Shakespeare, as nanoGPT's data/shakespeare_char prints them
    const expected = "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const shuffled = Array.from(expected).toSorted(
      (a, b) => ((a.charCodeAt(0) * 37) % 101) - ((b.charCodeAt(0) * 37) % 101),
    );
    const tokenizer = await closed([shuffled.join(''), 'To be, or not to be']);
    expect(tokenizer.vocabSize).toBe(65);
    expect(tokenizer.endOfText).toBeUndefined();
    expect(tokenizer.decode(Array.from({ length: 65 }, (_, id) => id))).toBe(expected);
    expect(tokenizer.encode('hii there')).toEqual([46, 47, 47, 1, 58, 46, 43, 56, 43]); // from Karpathy's lecture
  });

  test('sorts by code point, not by UTF-16 unit', async () => {
    const tokenizer = await closed(['\u{1f600}\uffee']);
    expect(tokenizer.encode('\uffee\u{1f600}')).toEqual([0, 1]);
  });

  test('gives its texts back, also as bytes', async () => {
    const documents = Object.values(HARD_STRINGS);
    const tokenizer = await closed(documents);
    for (const document of documents) {
      const bytes = new TextEncoder().encode(document);
      expect(tokenizer.decode(tokenizer.encode(document))).toBe(document.toWellFormed());
      expect(tokenizer.decodeBytes(tokenizer.encodeBytes(bytes))).toEqual(bytes);
    }
  });

  test('refuses what it does not know, by name', async () => {
    const tokenizer = await closed(['abc']);
    expect(() => tokenizer.encode('abxcy\n')).toThrow(TokenizerError);
    expect(() => tokenizer.encode('abxcy\nx')).toThrow(
      'This vocabulary has 3 characters and is closed; it does not have "x", "y", "↵".',
    );
    expect(() => tokenizer.encode('ABCDEFGHIJ')).toThrow('"H" and 2 more');
    expect(() => tokenizer.encode('a\ud800')).toThrow('"\ufffd"');
    expect(() => tokenizer.encodeBytes(Uint8Array.of(0x61, 0xff))).toThrow('⟨FF⟩');
    expect(() => tokenizer.decode([3])).toThrow('Token ids of this vocabulary are 0 to 2, got 3');
  });

  test('needs a character', async () => {
    await expect(closed(['', ''])).rejects.toThrow('expected at least 1 character, got 0');
  });
});

describe('buildCharTokenizer()', () => {
  test('refuses more tokens than 16 bits can number', async () => {
    const many = Array.from({ length: 70_000 }, (_, i) => String.fromCodePoint(0x10000 + i)).join('');
    await expect(closed([many])).rejects.toThrow('70000 different characters');
    await expect(open([many])).rejects.toThrow('at most 65536 are possible');
  });

  test('stops when asked to', async () => {
    const config = { closed: false, preTokenizer: 'gpt-2' } as const;
    const stopped = buildCharTokenizer(['abc'], config, { shouldStop: () => true });
    await expect(stopped).rejects.toBeInstanceOf(CancelledError);
  });
});
