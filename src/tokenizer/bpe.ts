/**
 * Byte-level byte-pair encoding: applies a list of merges (Sennrich et al. 2016, arXiv 1508.07909; over bytes as GPT-2).
 * A pre-token starts as its bytes; the merge of lowest rank that fits anywhere is applied, leftmost first, until none
 * fits. Byte and open character vocabularies are the same thing with other merges. Not here: learning merges (bpeTrain.ts).
 */
import { TokenizerError } from '../lib/errors.ts';
import { bytesToSymbols } from './byteAlphabet.ts';
import { Heap } from './heap.ts';
import { preTokenize, sections } from './preTokenizer.ts';
import type { PreTokenizerName, Tokenizer, TokenizerKind } from './tokenizer.ts';
import { utf8Runs } from './utf8.ts';
import { WordCache } from './wordCache.ts';

export interface BpeVocabulary {
  kind: TokenizerKind;
  preTokenizer: PreTokenizerName;
  /** Bytes of each token, indexed by id; all 256 single bytes are among them, and no two are equal. */
  tokens: readonly Uint8Array[];
  /** Pairs of ids in rank order; each pair's joined bytes are a token. */
  merges: ReadonlyArray<readonly [number, number]>;
  /** Id of the end-of-text token, which text never becomes. */
  endOfText: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The heap's order is rank first, position second, in one number: rank * POSITIONS + position. */
const POSITIONS = 2 ** 32;

export function createBpeTokenizer(vocabulary: BpeVocabulary): Tokenizer {
  const { kind, preTokenizer, tokens, merges, endOfText } = vocabulary;
  const vocabSize = tokens.length;
  const cache = new WordCache();
  const symbols = tokens.map(bytesToSymbols);
  const idOfSymbols = new Map<string, number>();
  const idOfByte = new Int32Array(256);
  for (const [id, bytes] of tokens.entries()) {
    if (id === endOfText) continue;
    idOfSymbols.set(symbols[id]!, id);
    if (bytes.length === 1) idOfByte[bytes[0]!] = id;
  }
  const rankOfPair = new Map(merges.map(([left, right], rank) => [left * vocabSize + right, rank]));
  const product = merges.map(([left, right]) => idOfSymbols.get(symbols[left]! + symbols[right]!)!);

  /** All merges of one pre-token, in O(n log n). Tokens are a linked list: `next` and `previous` are positions. */
  function mergeWord(bytes: Uint8Array): number[] {
    const n = bytes.length;
    if (n === 1) return [idOfByte[bytes[0]!]!];
    const ids = Int32Array.from(bytes, (byte) => idOfByte[byte]!);
    const next = Int32Array.from(bytes, (_, i) => i + 1);
    const previous = Int32Array.from(bytes, (_, i) => i - 1);
    const queue = new Heap<number>((a, b) => a < b);
    const rankAt = (i: number) =>
      next[i]! < n ? rankOfPair.get(ids[i]! * vocabSize + ids[next[i]!]!) : undefined;
    const offer = (i: number) => {
      const rank = rankAt(i);
      if (rank !== undefined) queue.push(rank * POSITIONS + i);
    };
    for (let i = 0; i < n - 1; i++) offer(i);
    for (let item = queue.pop(); item !== undefined; item = queue.pop()) {
      const i = item % POSITIONS;
      const rank = (item - i) / POSITIONS;
      if (ids[i]! < 0 || rankAt(i) !== rank) continue; // one of the two has been merged meanwhile
      const absorbed = next[i]!;
      ids[i] = product[rank]!;
      ids[absorbed] = -1;
      next[i] = next[absorbed]!;
      if (next[i]! < n) previous[next[i]!] = i;
      offer(i);
      if (previous[i]! >= 0) offer(previous[i]!);
    }
    const result: number[] = [];
    for (let i = 0; i < n; i = next[i]!) result.push(ids[i]!);
    return result;
  }

  function encodeInto(text: string, out: number[]): void {
    for (const section of sections(text)) {
      for (const word of preTokenize(section, preTokenizer)) {
        let ids = cache.get(word);
        if (!ids) cache.set(word, (ids = mergeWord(encoder.encode(word))));
        for (const id of ids) out.push(id);
      }
    }
  }

  const requireToken = (id: number): Uint8Array => {
    const bytes = tokens[id];
    if (!bytes)
      throw new TokenizerError(
        `Token ids of this vocabulary are 0 to ${vocabSize - 1}, got ${id}: these ids come from another tokenizer.`,
      );
    return bytes;
  };

  function decodeBytes(ids: ArrayLike<number>): Uint8Array {
    let length = 0;
    for (let i = 0; i < ids.length; i++) length += requireToken(ids[i]!).length;
    const out = new Uint8Array(length);
    for (let i = 0, at = 0; i < ids.length; i++) {
      const bytes = tokens[ids[i]!]!;
      out.set(bytes, at);
      at += bytes.length;
    }
    return out;
  }

  return {
    kind,
    preTokenizer,
    vocabSize,
    endOfText,
    merges,
    encode(text) {
      const out: number[] = [];
      encodeInto(text, out);
      return out;
    },
    encodeBytes(bytes) {
      const out: number[] = [];
      for (const { start, end, valid } of utf8Runs(bytes)) {
        if (valid) encodeInto(decoder.decode(bytes.subarray(start, end)), out);
        else out.push(idOfByte[bytes[start]!]!);
      }
      return out;
    },
    decodeBytes,
    decode: (ids) => decoder.decode(decodeBytes(ids)),
    tokenBytes: (id) => requireToken(id).slice(),
  };
}
