/**
 * Bytes of a file -> text, or a reason why not. UTF-8 with or without byte order mark, UTF-16 with one (the WHATWG
 * encoding standard's decoders, https://encoding.spec.whatwg.org/). Nothing else is guessed. Line ends stay as they are.
 */
export type DecodedText =
  | { text: string; warning?: string }
  /** Ends a sentence that begins with the file's name. */
  | { problem: string };

/** Above this share of bytes that are not UTF-8 it is another encoding or no text; below, a few slips in old sources. */
const MAX_INVALID = 0.02;
/** Above this share of control characters it is no text, though every byte may be valid. */
const MAX_CONTROL = 0.05;

export function decodeText(bytes: Uint8Array): DecodedText {
  if (bytes.length === 0) return { problem: 'is empty' };
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'be' : '';
  if (utf16) {
    const text = new TextDecoder(`utf-16${utf16}`).decode(bytes);
    return binaryProblem(text) ?? emptyProblem(text) ?? { text };
  }
  if (bytes.includes(0)) return { problem: 'is not text: it contains zero bytes' };
  const text = new TextDecoder('utf-8').decode(bytes); // drops a byte order mark
  const invalid = countReplacements(text) - countEncodedReplacements(bytes);
  if (invalid > MAX_INVALID * text.length)
    return { problem: 'is not UTF-8 text; save it as UTF-8 if it is text in another encoding' };
  return (
    binaryProblem(text) ??
    emptyProblem(text) ??
    (invalid === 0
      ? { text }
      : { text, warning: `has ${invalid} byte sequences that are not UTF-8; they became \uFFFD` })
  );
}

function binaryProblem(text: string): { problem: string } | undefined {
  let control = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0) return { problem: 'is not text: it contains zero bytes' };
    // tab, line feed, vertical tab, form feed, return and escape occur in texts
    if (unit < 32 && !(unit >= 9 && unit <= 13) && unit !== 27) control++;
  }
  return control > MAX_CONTROL * text.length
    ? { problem: 'is not text: it is full of control characters' }
    : undefined;
}

const emptyProblem = (text: string) =>
  text.trim() === '' ? { problem: 'has nothing but white space' } : undefined;

function countReplacements(text: string): number {
  let count = 0;
  for (let i = text.indexOf('\uFFFD'); i >= 0; i = text.indexOf('\uFFFD', i + 1)) count++;
  return count;
}

/** Replacement characters that the file itself contains (EF BF BD). */
function countEncodedReplacements(bytes: Uint8Array): number {
  let count = 0;
  for (let i = bytes.indexOf(0xef); i >= 0; i = bytes.indexOf(0xef, i + 1))
    if (bytes[i + 1] === 0xbf && bytes[i + 2] === 0xbd) count++;
  return count;
}
