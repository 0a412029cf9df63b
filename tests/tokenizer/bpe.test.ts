import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { TokenizerError } from '../../src/lib/errors.ts';
import { trainBpe } from '../../src/tokenizer/bpeTrain.ts';
import { createByteTokenizer } from '../../src/tokenizer/byteTokenizer.ts';
import type { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import { HARD_STRINGS, javascript, LOOK_ALIKE } from './corpora.ts';
import { naiveEncode } from './naiveBpe.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

describe.each(['gpt-2', 'qwen2'] as const)('a learned vocabulary (%s)', (preTokenizer) => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    const documents = [...javascript(300_000), ...Object.values(HARD_STRINGS)];
    tokenizer = await trainBpe(documents, { vocabSize: 1024, preTokenizer });
  });

  test('gives every text back', () => {
    for (const text of [...Object.values(HARD_STRINGS), LOOK_ALIKE])
      expect(tokenizer.decodeBytes(tokenizer.encode(text))).toEqual(utf8(text));
    const anyText = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(anyText, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test('gives every sequence of bytes back', () => {
    const mixed = fc.array(
      fc.oneof(fc.uint8Array({ maxLength: 8 }), fc.string({ unit: 'grapheme' }).map(utf8)),
    );
    fc.assert(
      fc.property(mixed, (parts) => {
        const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
        expect(tokenizer.decodeBytes(tokenizer.encodeBytes(bytes))).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  test('encodes the bytes of a text as the text', () => {
    for (const text of Object.values(HARD_STRINGS))
      expect(tokenizer.encodeBytes(utf8(text))).toEqual(tokenizer.encode(text));
  });

  test('encodes an invalid byte by itself, and the text on both sides as texts', () => {
    const ids = tokenizer.encodeBytes(
      Uint8Array.of(...utf8('return x'), 0xff, 0xe4, 0xbd, ...utf8(' return')),
    );
    expect(ids).toEqual([...tokenizer.encode('return x'), 0xff, 0xe4, 0xbd, ...tokenizer.encode(' return')]);
  });

  test('applies merges as their definition says', () => {
    for (const text of [...Object.values(HARD_STRINGS), ...javascript(20_000)])
      expect(tokenizer.encode(text)).toEqual(naiveEncode(text, tokenizer.merges, preTokenizer));
  });

  test('gives the same ids a second time, from the cache', () => {
    const text = 'function again() { return again; }';
    expect(tokenizer.encode(text)).toEqual(tokenizer.encode(text));
  });

  test('makes lone surrogates U+FFFD, as TextEncoder does', () => {
    expect(tokenizer.encode('a\ud800b')).toEqual(tokenizer.encode('a\ufffdb'));
    expect(tokenizer.decode(tokenizer.encode('a\udc00'))).toBe('a\ufffd');
  });

  test('keeps a byte order mark', () => {
    expect(tokenizer.decode(tokenizer.encode('\ufeffa'))).toBe('\ufeffa');
  });

  test('never makes the end-of-text token of a text', () => {
    expect(tokenizer.encode(LOOK_ALIKE)).not.toContain(tokenizer.endOfText);
    expect(tokenizer.decode([97, tokenizer.endOfText!, 98])).toBe(LOOK_ALIKE);
    expect(tokenizer.tokenBytes(tokenizer.endOfText!)).toEqual(utf8('<|endoftext|>'));
  });

  test('encodes a word of a million letters in seconds', () => {
    const text = 'aab'.repeat(333_333);
    const start = performance.now();
    const ids = tokenizer.encode(text);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(tokenizer.decode(ids) === text).toBe(true);
  });

  test.each(['漢', '👍', ' ', '\n', 'é'])('encodes a million times %j and nothing else', (character) => {
    const text = character.repeat(1_000_000);
    expect(tokenizer.decode(tokenizer.encode(text)) === text).toBe(true);
  });

  test('turns bytes that are no text into U+FFFD only when text is asked for', () => {
    expect(tokenizer.decode([0xe4, 0xbd])).toBe('\ufffd');
    expect(tokenizer.decodeBytes([0xe4, 0xbd])).toEqual(Uint8Array.of(0xe4, 0xbd));
  });

  test.each([1024, -1, 1.5, NaN])('refuses the id %d', (id) => {
    for (const use of [
      () => tokenizer.decode([id]),
      () => tokenizer.decodeBytes([0, id]),
      () => tokenizer.tokenBytes(id),
    ]) {
      expect(use).toThrow(TokenizerError);
      expect(use).toThrow(`Token ids of this vocabulary are 0 to 1023, got ${id}`);
    }
  });

  test('hands out bytes that nobody can spoil', () => {
    tokenizer.tokenBytes(97)[0] = 0;
    expect(tokenizer.decode([97])).toBe('a');
  });
});

describe('a byte vocabulary', () => {
  const tokenizer = createByteTokenizer('gpt-2');

  test('has the bytes in order and the end of text last', () => {
    expect(tokenizer).toMatchObject({ kind: 'byte', vocabSize: 257, endOfText: 256, merges: [] });
    for (let byte = 0; byte < 256; byte++) expect(tokenizer.tokenBytes(byte)).toEqual(Uint8Array.of(byte));
  });

  test('encodes every text as its bytes', () => {
    for (const text of Object.values(HARD_STRINGS)) expect(tokenizer.encode(text)).toEqual([...utf8(text)]);
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(tokenizer.encodeBytes(bytes)).toEqual([...bytes]);
      }),
    );
  });
});
