import { describe, expect, test } from 'vitest';
import { packDocuments } from '../../src/data/pack.ts';
import type { Document } from '../../src/data/types.ts';
import type { Tokenizer } from '../../src/tokenizer/tokenizer.ts';

/** A vocabulary of the 256 bytes and, where asked for, an end-of-text token: small enough to check by eye. */
function bytesOnly(vocabSize: number, endOfText: number | undefined): Tokenizer {
  const encodeBytes = (bytes: Uint8Array) => [...bytes];
  const decodeBytes = (ids: ArrayLike<number>) => Uint8Array.from(Array.from(ids).filter((id) => id < 256));
  return {
    kind: 'byte',
    preTokenizer: 'gpt-2',
    vocabSize,
    endOfText,
    encodeBytes,
    decodeBytes,
    encode: (text) => encodeBytes(new TextEncoder().encode(text)),
    decode: (ids) => new TextDecoder().decode(decodeBytes(ids)),
    tokenBytes: (id) => Uint8Array.of(id),
    merges: [],
  };
}

const documents: Document[] = ['let é', '', 'x'].map((text, i) => ({ path: `${i}`, license: 'MIT', text }));

describe('packDocuments()', () => {
  test('ends every document with the end-of-text token and counts bytes without it', async () => {
    const { ids, textBytes } = await packDocuments(documents, bytesOnly(257, 256), () => {});
    expect(ids).toEqual(Uint16Array.of(108, 101, 116, 32, 0xc3, 0xa9, 256, 256, 120, 256));
    expect(textBytes).toBe(7);
  });

  test('joins documents without a border where the vocabulary has none', async () => {
    const { ids } = await packDocuments(documents, bytesOnly(256, undefined), () => {});
    expect(ids).toEqual(Uint16Array.of(108, 101, 116, 32, 0xc3, 0xa9, 120));
  });

  test('uses 32 bits for vocabularies above 65,536', async () => {
    const tokenizer = bytesOnly(65_537, 65_536);
    expect((await packDocuments(documents, tokenizer, () => {})).ids).toEqual(
      Uint32Array.of(108, 101, 116, 32, 0xc3, 0xa9, 65_536, 65_536, 120, 65_536),
    );
    expect((await packDocuments([], bytesOnly(65_536, 65_535), () => {})).ids).toBeInstanceOf(Uint16Array);
  });

  test('tells how far it is, and ends where that throws', async () => {
    const told: number[] = [];
    await packDocuments(documents, bytesOnly(257, 256), (bytes) => void told.push(bytes));
    expect(told).toEqual([6, 6, 7]);
    const stopped = packDocuments(documents, bytesOnly(257, 256), () => Promise.reject(new Error('stop')));
    await expect(stopped).rejects.toThrow('stop');
  });
});
