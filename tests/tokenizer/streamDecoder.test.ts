import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createByteTokenizer } from '../../src/tokenizer/byteTokenizer.ts';
import { createStreamDecoder } from '../../src/tokenizer/streamDecoder.ts';

const tokenizer = createByteTokenizer('gpt-2');

describe('createStreamDecoder()', () => {
  test('holds the bytes of a split character back until it is whole', () => {
    const decoder = createStreamDecoder(tokenizer);
    expect(tokenizer.encode('a你b').map((id) => decoder.push(id))).toEqual(['a', '', '', '你', 'b']);
    expect(decoder.flush()).toBe('');
  });

  test('shows what never became a character as U+FFFD, and begins anew after that', () => {
    const decoder = createStreamDecoder(tokenizer);
    expect([0xe4, 0xbd].map((id) => decoder.push(id))).toEqual(['', '']);
    expect(decoder.flush()).toBe('\ufffd');
    expect(decoder.push(0x61)).toBe('a');
  });

  test('keeps a byte order mark', () => {
    const decoder = createStreamDecoder(tokenizer);
    expect([0xef, 0xbb, 0xbf].map((id) => decoder.push(id)).join('')).toBe('\ufeff');
  });

  test('gives in pieces what decode gives at once, whatever the tokens are', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(256)), (ids) => {
        const decoder = createStreamDecoder(tokenizer);
        const pieces = ids.map((id) => decoder.push(id)).join('') + decoder.flush();
        expect(pieces).toBe(tokenizer.decode(ids));
      }),
    );
  });
});
