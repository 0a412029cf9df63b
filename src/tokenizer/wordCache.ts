/**
 * Ids of pre-tokens seen lately: real text repeats its words, and a lookup is far cheaper than merging.
 *
 * Bounded like a least-recently-used cache, without reordering on each hit: two generations, and when the young one is
 * full it becomes the old one. A word that was used since then has moved to the young one; the others are dropped with
 * the next change, so at most twice the capacity is held.
 */
const CAPACITY = 32_768; // words a generation; 4 MB of code has about 50,000 different ones
const LONGEST_WORD = 64; // UTF-16 units; longer ones hardly come twice

export class WordCache {
  #young = new Map<string, readonly number[]>();
  #old = new Map<string, readonly number[]>();

  get(word: string): readonly number[] | undefined {
    const ids = this.#young.get(word);
    if (ids) return ids;
    const older = this.#old.get(word);
    if (older) this.set(word, older);
    return older;
  }

  set(word: string, ids: readonly number[]): void {
    if (word.length > LONGEST_WORD) return;
    if (this.#young.size >= CAPACITY) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(word, ids);
  }
}
