import { describe, expect, test } from 'vitest';
import { BYTE_SYMBOLS, bytesToSymbols, symbolsToBytes } from '../../src/tokenizer/byteAlphabet.ts';

describe('byteAlphabet', () => {
  test('gives every byte its own printable character', () => {
    expect(new Set(BYTE_SYMBOLS).size).toBe(256);
    for (const symbol of BYTE_SYMBOLS) expect(symbol).toMatch(/^[^\p{Z}\p{C}]$/u);
  });

  test('is the alphabet of GPT-2', () => {
    expect(bytesToSymbols(new TextEncoder().encode(' if\n\t~'))).toBe('ĠifĊĉ~');
    expect(bytesToSymbols(Uint8Array.of(0x00, 0x7f, 0xa0, 0xad, 0xff))).toBe('ĀġłŃÿ');
  });

  test('goes back to the same bytes', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(symbolsToBytes(bytesToSymbols(bytes))).toEqual(bytes);
  });

  test('knows no bytes for characters outside of it', () => {
    expect(symbolsToBytes('a b')).toBeUndefined();
    expect(symbolsToBytes('你')).toBeUndefined();
  });
});
