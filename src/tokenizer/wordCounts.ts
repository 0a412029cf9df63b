/** How often each pre-token ("word") occurs: all that learning merges needs to know about a text. */
import type { Turn } from './breather.ts';
import { preTokenize, sections } from './preTokenizer.ts';
import type { PreTokenizerName } from './tokenizer.ts';

/**
 * Documents are cut each by itself: no pre-token goes from one into the next.
 *
 * @param turn told how many UTF-16 units are counted.
 */
export async function countWords(
  documents: Iterable<string>,
  preTokenizer: PreTokenizerName,
  turn: Turn,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let done = 0;
  for (const document of documents) {
    for (const section of sections(document)) {
      for (const word of preTokenize(section, preTokenizer)) counts.set(word, (counts.get(word) ?? 0) + 1);
      done += section.length;
      const pause = turn(done);
      if (pause) await pause;
    }
  }
  return counts;
}
