/**
 * Tokens for eyes: one line, nothing invisible, no lost bytes. For display only; labels cannot be read back.
 *
 * - space "·", newline "↵", tab "→", carriage return "␍";
 * - other characters that show nothing (controls, no-break space, zero-width joiner, ...) by number: ⟨U+00A0⟩;
 * - bytes that are part of no whole character in hexadecimal: ⟨E4 BD⟩;
 * - everything else, and the name of a special token, as it is.
 */
import type { Tokenizer } from './tokenizer.ts';
import { utf8Runs } from './utf8.ts';

const VISIBLE: Record<string, string> = { ' ': '·', '\n': '↵', '\t': '→', '\r': '␍' };
const SHOWS_NOTHING = /[\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]/gu;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const hex = (n: number, digits: number) => n.toString(16).toUpperCase().padStart(digits, '0');

/** `[0x20, 0x61, 0xE4, 0xBD]` -> "·a⟨E4 BD⟩". */
export function bytesLabel(bytes: Uint8Array): string {
  let label = '';
  let stray: string[] = [];
  const closeStray = () => {
    if (stray.length > 0) label += `⟨${stray.join(' ')}⟩`;
    stray = [];
  };
  for (const { start, end, valid } of utf8Runs(bytes)) {
    if (valid) {
      closeStray();
      const text = decoder.decode(bytes.subarray(start, end));
      label += text.replace(SHOWS_NOTHING, (char) => VISIBLE[char] ?? `⟨U+${hex(char.codePointAt(0)!, 4)}⟩`);
    } else stray.push(hex(bytes[start]!, 2));
  }
  closeStray();
  return label;
}

/** What a person sees for a token. @throws {TokenizerError} where the vocabulary has no such id. */
export function tokenLabel(tokenizer: Pick<Tokenizer, 'tokenBytes'>, id: number): string {
  return bytesLabel(tokenizer.tokenBytes(id));
}
