/**
 * Which bytes are UTF-8 and which are not. Text is handled by TextEncoder and TextDecoder elsewhere; this file serves the
 * two places that must not lose a byte that is no text: `encodeBytes` and token labels.
 *
 * Source: The Unicode Standard, table 3-7, "Well-Formed UTF-8 Byte Sequences".
 */

/** A maximal run of valid UTF-8, or one byte that is part of no character. */
export interface Utf8Run {
  start: number;
  /** Exclusive. */
  end: number;
  valid: boolean;
}

/** Bytes of the character that begins at `i`: 1 to 4, or 0 where no valid character begins. */
export function characterLength(bytes: Uint8Array, i: number): number {
  const lead = bytes[i]!;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || i + length > bytes.length) return 0;
  // the second byte has a narrower range after four leads: no overlong forms, no surrogates, nothing above U+10FFFF
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  const second = bytes[i + 1]!;
  if (second < low || second > high) return 0;
  for (let k = 2; k < length; k++) if ((bytes[i + k]! & 0xc0) !== 0x80) return 0;
  return length;
}

/** `[0x61, 0xE4, 0xBD, 0x62]` -> "a" valid, E4 invalid, BD invalid, "b" valid. */
export function* utf8Runs(bytes: Uint8Array): Generator<Utf8Run> {
  let start = 0;
  let i = 0;
  while (i < bytes.length) {
    const length = characterLength(bytes, i);
    if (length > 0) {
      i += length;
      continue;
    }
    if (i > start) yield { start, end: i, valid: true };
    yield { start: i, end: ++i, valid: false };
    start = i;
  }
  if (i > start) yield { start, end: i, valid: true };
}

/** Bytes that TextEncoder would give; a lone surrogate counts as U+FFFD, 3 bytes. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    length += unit < 0x800 ? 1 : 2;
    const isPair = unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    if (isPair) i++; // two units, four bytes: two units already counted, two added
  }
  return length;
}
