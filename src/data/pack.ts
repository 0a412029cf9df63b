/**
 * Documents -> one long row of token ids, as nanoGPT's train.bin is: document, end-of-text token, document, and so on.
 * A vocabulary without an end-of-text token (closed characters) gives the documents joined without a border.
 */
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { utf8Length } from '../tokenizer/utf8.ts';
import type { TokenIds } from './ngram.ts';
import type { Document } from './types.ts';

export interface PackedSplit {
  ids: TokenIds;
  /** UTF-8 bytes of the documents, without separators. */
  textBytes: number;
}

/**
 * @param turn awaited after each document with the bytes done so far: progress, a pause to hear `cancel`, and where it
 *   throws, the end.
 * @throws {TokenizerError} when a closed vocabulary meets a character that it does not have.
 */
export async function packDocuments(
  documents: readonly Document[],
  tokenizer: Tokenizer,
  turn: (bytesDone: number) => void | Promise<void>,
): Promise<PackedSplit> {
  const { endOfText, vocabSize } = tokenizer;
  const sizes = documents.map(({ text }) => utf8Length(text));
  const room = sizes.reduce((sum, size) => sum + size + 1, 0); // no token is shorter than a byte
  const ids = vocabSize > 65_536 ? new Uint32Array(room) : new Uint16Array(room);
  let length = 0;
  let textBytes = 0;
  for (const [i, { text }] of documents.entries()) {
    const documentIds = tokenizer.encode(text);
    ids.set(documentIds, length);
    length += documentIds.length;
    if (endOfText !== undefined) ids[length++] = endOfText;
    textBytes += sizes[i]!;
    const pause = turn(textBytes);
    if (pause) await pause; // thousands of awaits that wait for nothing would cost more than the work
  }
  return { ids: ids.slice(0, length), textBytes };
}
