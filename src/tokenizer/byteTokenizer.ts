/** The smallest vocabulary: every byte is a token (byte b has id b), and `<|endoftext|>` is the last, 256. Nothing to learn. */
import { createBpeTokenizer } from './bpe.ts';
import { END_OF_TEXT, type PreTokenizerName, type Tokenizer } from './tokenizer.ts';

/** Bytes 0 to 255 as tokens, the beginning of every open vocabulary. */
export const byteTokens = (): Uint8Array[] => Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));

/** @param preTokenizer written to files only: without merges it changes nothing. */
export function createByteTokenizer(preTokenizer: PreTokenizerName): Tokenizer {
  const tokens = [...byteTokens(), new TextEncoder().encode(END_OF_TEXT)];
  return createBpeTokenizer({ kind: 'byte', preTokenizer, tokens, merges: [], endOfText: 256 });
}
