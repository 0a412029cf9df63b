import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8Length, utf8Runs } from '../../src/tokenizer/utf8.ts';

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/** Bytes that are nearly text: characters, and bytes that begin or continue one. */
const nearlyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3 }).map((text) => [...new TextEncoder().encode(text)]),
      fc.array(fc.constantFrom(0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xa0, 0xf0, 0x90, 0xf4, 0xf5, 0xff), {
        maxLength: 4,
      }),
    ),
  )
  .map((parts) => Uint8Array.from(parts.flat()));

describe('utf8Runs()', () => {
  test('cuts "a", two bytes of a three-byte character, "b"', () => {
    expect([...utf8Runs(Uint8Array.of(0x61, 0xe4, 0xbd, 0x62))]).toEqual([
      { start: 0, end: 1, valid: true },
      { start: 1, end: 2, valid: false },
      { start: 2, end: 3, valid: false },
      { start: 3, end: 4, valid: true },
    ]);
  });

  test.each([
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong three-byte form', [0xe0, 0x80, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a lone continuation', [0x80]],
  ])('finds no character in %s', (_, bytes) => {
    expect([...utf8Runs(Uint8Array.from(bytes))].every(({ valid }) => !valid)).toBe(true);
  });

  test('agrees with TextDecoder on what is text, and covers every byte once', () => {
    fc.assert(
      fc.property(nearlyText, (bytes) => {
        const runs = [...utf8Runs(bytes)];
        let at = 0;
        for (const { start, end, valid } of runs) {
          expect(start).toBe(at);
          expect(valid ? isUtf8(bytes.subarray(start, end)) : end - start === 1).toBe(true);
          at = end;
        }
        expect(at).toBe(bytes.length);
        expect(runs.every(({ valid }) => valid)).toBe(isUtf8(bytes));
        // valid runs are maximal
        runs.forEach(({ valid }, i) => expect(valid && runs[i + 1]?.valid).not.toBe(true));
      }),
      { numRuns: 500 },
    );
  });
});

describe('utf8Length()', () => {
  test('is what TextEncoder writes, lone surrogates too', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff)), (units) => {
        const text = String.fromCharCode(...units);
        expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
      }),
    );
    expect(utf8Length('aé你👍\ud800')).toBe(1 + 2 + 3 + 4 + 3);
  });
});
