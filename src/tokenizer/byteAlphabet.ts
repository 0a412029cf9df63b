/**
 * GPT-2's byte alphabet: every byte has one printable character ("symbol"), so that a token that is not valid UTF-8, or
 * holds a space or a newline, can still be written in a JSON file. Tokens are bytes everywhere else.
 *
 * The 188 bytes that are printable in Latin-1 stand for themselves; the other 68, in order, are U+0100, U+0101, ...
 * A space (0x20) is therefore "Ġ", a newline (0x0A) "Ċ". Source: Radford et al. 2019, code release (`encoder.py`).
 */

/** Symbol of each byte, indexed by byte. */
export const BYTE_SYMBOLS: readonly string[] = (() => {
  const isPrintable = (byte: number) =>
    (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad && byte <= 0xff);
  let shifted = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : shifted++));
})();

const BYTE_OF_SYMBOL: ReadonlyMap<string, number> = new Map(
  BYTE_SYMBOLS.map((symbol, byte) => [symbol, byte]),
);

/** `[0x20, 0x69, 0x66]` -> "Ġif". */
export function bytesToSymbols(bytes: Uint8Array): string {
  let symbols = '';
  for (const byte of bytes) symbols += BYTE_SYMBOLS[byte];
  return symbols;
}

/** "Ġif" -> `[0x20, 0x69, 0x66]`; undefined where a character is not of the alphabet. */
export function symbolsToBytes(symbols: string): Uint8Array | undefined {
  const bytes = new Uint8Array(symbols.length); // all symbols are single UTF-16 units
  for (let i = 0; i < symbols.length; i++) {
    const byte = BYTE_OF_SYMBOL.get(symbols[i]!);
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}
