import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createByteTokenizer } from '../../src/tokenizer/byteTokenizer.ts';
import { bytesLabel, tokenLabel } from '../../src/tokenizer/label.ts';

const label = (text: string) => bytesLabel(new TextEncoder().encode(text));

describe('bytesLabel()', () => {
  test.each([
    ['words as they are', 'return你好👍', 'return你好👍'],
    ['spaces, tabs and line ends as signs', ' a\t\r\n', '·a→␍↵'],
    ['a no-break space by its number', 'a\u00a0b', 'a⟨U+00A0⟩b'],
    ['joiners and byte order marks by their numbers', '\u200d\ufeff', '⟨U+200D⟩⟨U+FEFF⟩'],
    ['controls by their numbers', '\0\u001b', '⟨U+0000⟩⟨U+001B⟩'],
  ])('shows %s', (_, text, expected) => {
    expect(label(text)).toBe(expected);
  });

  test('shows bytes that are no whole character in hexadecimal', () => {
    expect(bytesLabel(Uint8Array.of(0xe4, 0xbd))).toBe('⟨E4 BD⟩');
    expect(bytesLabel(Uint8Array.of(0x20, 0x61, 0xe4, 0xbd))).toBe('·a⟨E4 BD⟩');
    expect(bytesLabel(Uint8Array.of(0xbd, 0xa0, 0x62))).toBe('⟨BD A0⟩b');
  });

  test('never shows a line break, a control or nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        expect(bytesLabel(bytes)).toMatch(/^[^\p{C}]+$/u);
      }),
    );
  });
});

test('tokenLabel() shows a special token by its name', () => {
  const tokenizer = createByteTokenizer('gpt-2');
  expect(tokenLabel(tokenizer, 256)).toBe('<|endoftext|>');
  expect(tokenLabel(tokenizer, 10)).toBe('↵');
  expect(() => tokenLabel(tokenizer, 257)).toThrow('got 257');
});
