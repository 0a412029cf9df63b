/**
 * The definition of byte-pair encoding, written for clarity and not for speed: every merge counts every pair of every word
 * again. The oracle of bpeTrain.test.ts and bpe.test.ts; it shares no code with src/ but the pre-tokenizer.
 */
import { preTokenize } from '../../src/tokenizer/preTokenizer.ts';
import type { PreTokenizerName } from '../../src/tokenizer/tokenizer.ts';

type MergeList = [number, number][];

const replacePair = (word: number[], [left, right]: readonly [number, number], id: number): number[] => {
  const out: number[] = [];
  for (let i = 0; i < word.length; i++) {
    const isHere = word[i] === left && word[i + 1] === right;
    out.push(isHere ? id : word[i]!);
    if (isHere) i++;
  }
  return out;
};

/** Merges in order; fewer than wanted when no pair occurs twice. */
export function naiveTrain(documents: readonly string[], wanted: number, name: PreTokenizerName): MergeList {
  const encoder = new TextEncoder();
  let words = documents.flatMap((text) => preTokenize(text, name).map((word) => [...encoder.encode(word)]));
  const lengths = Array.from({ length: 256 }, () => 1);
  const merges: MergeList = [];
  while (merges.length < wanted) {
    const counts = new Map<string, { pair: [number, number]; count: number }>();
    for (const word of words)
      for (let i = 1; i < word.length; i++) {
        const pair: [number, number] = [word[i - 1]!, word[i]!];
        const entry = counts.get(pair.join()) ?? { pair, count: 0 };
        entry.count++;
        counts.set(pair.join(), entry);
      }
    const [best] = [...counts.values()]
      .filter(({ pair: [left, right] }) => lengths[left]! + lengths[right]! <= 256)
      .sort((a, b) => b.count - a.count || a.pair[0] - b.pair[0] || a.pair[1] - b.pair[1]);
    if (!best || best.count < 2) break;
    const id = 256 + merges.length;
    words = words.map((word) => replacePair(word, best.pair, id));
    merges.push(best.pair);
    lengths.push(lengths[best.pair[0]]! + lengths[best.pair[1]]!);
  }
  return merges;
}

/** Ids of one text: in each word the merge of lowest rank, everywhere, until none fits. For `naiveTrain`'s merges. */
export function naiveEncode(
  text: string,
  merges: ReadonlyArray<readonly [number, number]>,
  name: PreTokenizerName,
) {
  const encoder = new TextEncoder();
  return preTokenize(text, name).flatMap((piece) =>
    merges.reduce((word, pair, rank) => replacePair(word, pair, 256 + rank), [...encoder.encode(piece)]),
  );
}
