/**
 * Characters as tokens. A character is a Unicode code point; lone surrogates count as U+FFFD, as TextEncoder writes them.
 *
 * - Open: ids 0 to 255 are the bytes (so the ASCII characters are there), then the text's other characters in order of
 *   code point, then the beginnings of those characters (a file can only say "merge two tokens", so 你, E4 BD A0, is made
 *   in two merges and E4 BD must be a token too; it occurs only in characters that the text did not have), then
 *   `<|endoftext|>`. Unknown characters become their bytes.
 * - Closed: the text's characters in order of code point and nothing else, as in nanoGPT's `shakespeare_char` (65 tokens
 *   for tiny Shakespeare). Unknown characters are an error.
 */
import { TokenizerError } from '../lib/errors.ts';
import { createBpeTokenizer } from './bpe.ts';
import { bytesToSymbols } from './byteAlphabet.ts';
import { type ProgressOptions, withBreath } from './breather.ts';
import { byteTokens } from './byteTokenizer.ts';
import { createClosedTokenizer } from './closedTokenizer.ts';
import { END_OF_TEXT, type PreTokenizerName, type Tokenizer } from './tokenizer.ts';

/** Ids fit 16 bits. */
export const MAX_CHAR_VOCAB = 65_536;

export interface CharConfig {
  closed: boolean;
  preTokenizer: PreTokenizerName;
}

/**
 * @throws {TokenizerError} when there are no characters, or too many different ones.
 * @throws {CancelledError} when `shouldStop` said so.
 */
export async function buildCharTokenizer(
  documents: Iterable<string>,
  { closed, preTokenizer }: CharConfig,
  options: ProgressOptions = {},
): Promise<Tokenizer> {
  const characters = await collectCharacters([...documents], options);
  if (closed && characters.length === 0)
    throw new TokenizerError(
      'A closed character vocabulary needs text: expected at least 1 character, got 0.',
    );
  const tokenizer = closed
    ? createClosedTokenizer(characters)
    : createCharTokenizer(
        characters.filter((character) => character > '\x7f'),
        preTokenizer,
      );
  if (tokenizer.vocabSize > MAX_CHAR_VOCAB)
    throw new TokenizerError(
      `The text has ${characters.length} different characters, which makes ${tokenizer.vocabSize} tokens; at most ` +
        `${MAX_CHAR_VOCAB} are possible. Choose a BPE or byte vocabulary: both hold every text.`,
    );
  return tokenizer;
}

/** @param characters of two and more UTF-8 bytes, in the order of their ids. */
export function createCharTokenizer(
  characters: readonly string[],
  preTokenizer: PreTokenizerName,
): Tokenizer {
  const encoder = new TextEncoder();
  const tokens = [...byteTokens(), ...characters.map((character) => encoder.encode(character))];
  const merges: [number, number][] = [];
  const idOf = new Map(tokens.map((bytes, id) => [bytesToSymbols(bytes), id]));
  const made = new Set<string>();
  for (const character of characters) {
    const bytes = encoder.encode(character);
    for (let length = 2; length <= bytes.length; length++) {
      const beginning = bytes.subarray(0, length);
      const symbols = bytesToSymbols(beginning);
      if (made.has(symbols)) continue;
      made.add(symbols);
      if (!idOf.has(symbols)) {
        idOf.set(symbols, tokens.length);
        tokens.push(beginning);
      }
      merges.push([idOf.get(symbols.slice(0, -1))!, bytes[length - 1]!]);
    }
  }
  tokens.push(encoder.encode(END_OF_TEXT));
  return createBpeTokenizer({ kind: 'char', preTokenizer, tokens, merges, endOfText: tokens.length - 1 });
}

/** Different characters of all documents, in order of code point. */
async function collectCharacters(documents: readonly string[], options: ProgressOptions): Promise<string[]> {
  const total = documents.reduce((sum, text) => sum + text.length, 0);
  const found = new Set<number>();
  const sliceLength = 1 << 20; // units between two looks at the clock
  await withBreath(total, options, async (turn) => {
    let before = 0;
    for (const text of documents) {
      for (let i = 0; i < text.length; i++) {
        const codePoint = text.codePointAt(i)!;
        if (codePoint > 0xffff) i++;
        found.add(codePoint >= 0xd800 && codePoint < 0xe000 ? 0xfffd : codePoint);
        if (i % sliceLength === 0) {
          const pause = turn(before + i);
          if (pause) await pause;
        }
      }
      before += text.length;
    }
  });
  return [...found].sort((a, b) => a - b).map((codePoint) => String.fromCodePoint(codePoint));
}
