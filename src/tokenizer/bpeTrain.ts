/**
 * Learning merges: the pair of neighbouring tokens that occurs most often becomes a token, again and again (Gage 1994;
 * Sennrich et al. 2016, arXiv 1508.07909).
 *
 * Rules, so that equal texts give equal vocabularies on every machine:
 * - A pair's count is the number of places where it stands, summed over the words (pre-tokens) times how often each occurs.
 * - The highest count wins; of equal counts the pair with the smaller left id, then the smaller right id.
 * - Merge number i makes token 256 + i. No two merges make the same bytes: what stands between two borders of tokens is
 *   cut in one way wherever it stands, because merges inside it do not depend on what is outside.
 * - A pair longer than 256 bytes is not merged, so that a file of one letter does not fill the vocabulary with runs of it.
 * - A pair that occurs once is no pattern: the text then supports no larger vocabulary, which is an error that says how
 *   large it may be.
 *
 * Worked example, "aaabdaaabac" (one word; a = 97, b = 98):
 *   (a, a) stands at 4 places                       -> 256 "aa"     256 a b d 256 a b a c
 *   (a, b) and (256, a) stand at 2; 97 < 256        -> 257 "ab"     256 257 d 256 257 a c
 *   (256, 257) stands at 2                          -> 258 "aaab"   258 d 258 a c
 *
 * Speed: words are counted once; after a merge only its own places and their two neighbours are touched, never the text.
 */
import { invariant, TokenizerError } from '../lib/errors.ts';
import { createBpeTokenizer } from './bpe.ts';
import { bytesToSymbols } from './byteAlphabet.ts';
import { type ProgressOptions, type Turn, withBreath } from './breather.ts';
import { byteTokens, createByteTokenizer } from './byteTokenizer.ts';
import { type Pair, PairIndex } from './pairIndex.ts';
import { END_OF_TEXT, type PreTokenizerName, type Tokenizer } from './tokenizer.ts';
import { countWords } from './wordCounts.ts';

export const MIN_BPE_VOCAB = 257;
export const MAX_BPE_VOCAB = 8192;
const MAX_TOKEN_BYTES = 256;

export interface BpeTrainConfig {
  /** Tokens in all: 256 bytes, the merges, and `<|endoftext|>`, which is the last. 257 means bytes only. */
  vocabSize: number;
  preTokenizer: PreTokenizerName;
}

/**
 * Learns a byte-level BPE vocabulary. Byte b has id b, merge i makes id 256 + i, `<|endoftext|>` is the last id.
 *
 * @param documents each cut by itself. Lone surrogates count as U+FFFD, as everywhere in encoding.
 * @throws {TokenizerError} when the size is not allowed or the text does not support it.
 * @throws {CancelledError} when `shouldStop` said so.
 */
export async function trainBpe(
  documents: Iterable<string>,
  { vocabSize, preTokenizer }: BpeTrainConfig,
  options: ProgressOptions = {},
): Promise<Tokenizer> {
  if (!Number.isInteger(vocabSize) || vocabSize < MIN_BPE_VOCAB || vocabSize > MAX_BPE_VOCAB)
    throw new TokenizerError(
      `vocabSize: expected a whole number from ${MIN_BPE_VOCAB} (bytes only) to ${MAX_BPE_VOCAB}, got ${vocabSize}.`,
    );
  if (vocabSize === MIN_BPE_VOCAB) return createByteTokenizer(preTokenizer);
  const texts = [...documents];
  const textLength = Math.max(
    1,
    texts.reduce((sum, text) => sum + text.length, 0),
  );
  const wanted = vocabSize - MIN_BPE_VOCAB;
  // counting words and merging take about as long as each other: each is half of the way
  return withBreath(2 * wanted, options, async (turn) => {
    const counts = await countWords(texts, preTokenizer, (done) =>
      turn(Math.floor((wanted * done) / textLength)),
    );
    const { tokens, merges } = await learnMerges(counts, wanted, (done) => turn(wanted + done));
    if (merges.length < wanted) {
      const most = MIN_BPE_VOCAB + merges.length;
      throw new TokenizerError(
        `vocabSize: this text supports at most ${most} tokens, got ${vocabSize}: after ${merges.length} merges no ` +
          `pair of tokens occurs twice. Choose ${most} or fewer, or add text.`,
      );
    }
    tokens.push(new TextEncoder().encode(END_OF_TEXT));
    return createBpeTokenizer({ kind: 'bpe', preTokenizer, tokens, merges, endOfText: tokens.length - 1 });
  });
}

/** Fewer merges than wanted when no pair is left that occurs twice. */
async function learnMerges(
  counts: ReadonlyMap<string, number>,
  wanted: number,
  turn: Turn,
): Promise<{ tokens: Uint8Array[]; merges: [number, number][] }> {
  const tokens = byteTokens();
  const merges: [number, number][] = [];
  const index = await PairIndex.create(counts, () => turn(0));
  const known = new Set<string>();
  for (let pair = index.popBest(); pair && merges.length < wanted; pair = index.popBest()) {
    const bytes = joined(tokens, pair);
    if (bytes.length > MAX_TOKEN_BYTES) continue;
    const symbols = bytesToSymbols(bytes);
    invariant(!known.has(symbols), `merges make "${symbols}" twice`);
    known.add(symbols);
    index.merge(pair, tokens.length);
    tokens.push(bytes);
    merges.push([pair.left, pair.right]);
    const pause = turn(merges.length);
    if (pause) await pause;
  }
  return { tokens, merges };
}

function joined(tokens: readonly Uint8Array[], { left, right }: Pair): Uint8Array {
  const bytes = new Uint8Array(tokens[left]!.length + tokens[right]!.length);
  bytes.set(tokens[left]!);
  bytes.set(tokens[right]!, tokens[left]!.length);
  return bytes;
}
