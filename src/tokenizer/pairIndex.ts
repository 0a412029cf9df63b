/**
 * All neighbouring pairs of tokens in a set of weighted words: where each stands, how often it occurs, which is the most
 * frequent. The working memory of bpeTrain.ts; it knows nothing of text or vocabularies.
 *
 * The words' bytes lie one after the other in one row of cells with a border cell between words. A token covers as many
 * cells as it has bytes; its first cell holds its id, its last cell its start, so both neighbours are found at once.
 *
 *     the word "aab"         BORDER   a       a       b     BORDER
 *     after (a, a) -> 256    BORDER  256   INSIDE     b     BORDER
 */
import { Heap } from './heap.ts';
import { utf8Length } from './utf8.ts';

export interface Pair {
  readonly left: number;
  readonly right: number;
  /** Occurrences now. */
  count: number;
  /** Occurrences when it was put into the heap. Counts of pairs in the heap only fall, so this is never too small. */
  countInHeap: number;
  /** Cells where the pair stands or stood; a place is checked before use and never comes twice. */
  places: number[];
}

const BORDER = -1;
const INSIDE = -2;
/** Ids are below this; a pair's key is left * ID_LIMIT + right. */
const ID_LIMIT = 1 << 16;

export class PairIndex {
  /** Id of the token that starts in this cell. */
  readonly #ids: Int32Array;
  /** Start of the token that ends in this cell. */
  readonly #starts: Int32Array;
  /** How often the word of this cell occurs. */
  readonly #weights: Int32Array;
  /** Cells (bytes) of each token. */
  readonly #lengths: number[] = Array.from({ length: 256 }, () => 1);
  readonly #pairs = new Map<number, Pair>();
  /** Pairs that are not in the heap yet. */
  #fresh: Pair[] = [];
  readonly #heap = new Heap<Pair>(
    (a, b) =>
      a.countInHeap > b.countInHeap ||
      (a.countInHeap === b.countInHeap && (a.left < b.left || (a.left === b.left && a.right < b.right))),
  );

  private constructor(cells: number) {
    this.#ids = new Int32Array(cells).fill(BORDER);
    this.#starts = Int32Array.from({ length: cells }, (_, i) => i);
    this.#weights = new Int32Array(cells);
  }

  /** @param counts words, and how often each occurs. */
  static async create(
    counts: ReadonlyMap<string, number>,
    turn: () => void | Promise<void>,
  ): Promise<PairIndex> {
    const encoder = new TextEncoder();
    let cells = 1;
    for (const word of counts.keys()) cells += utf8Length(word) + 1;
    const index = new PairIndex(cells);
    let cell = 1;
    for (const [word, count] of counts) {
      const bytes = encoder.encode(word);
      index.#ids.set(bytes, cell);
      index.#weights.fill(count, cell, cell + bytes.length);
      for (let i = 1; i < bytes.length; i++) index.#add(bytes[i - 1]!, bytes[i]!, cell + i - 1, count);
      cell += bytes.length + 1;
      const pause = turn();
      if (pause) await pause;
    }
    index.#offerFresh();
    return index;
  }

  /** Takes the most frequent pair out; undefined when none occurs twice. Pairs with equal counts: see bpeTrain.ts. */
  popBest(): Pair | undefined {
    for (let pair = this.#heap.pop(); pair; pair = this.#heap.pop()) {
      if (pair.count === pair.countInHeap) return pair;
      this.#offer(pair);
    }
    return undefined;
  }

  /** Replaces the pair by one token at all its places, from left to right within a word. */
  merge({ left, right, places }: Pair, id: number): void {
    const ids = this.#ids;
    const starts = this.#starts;
    const leftLength = this.#lengths[left]!;
    const length = leftLength + this.#lengths[right]!;
    this.#lengths[id] = length;
    if (left === right) places.sort((a, b) => a - b); // "aaa" is (aa)a, not a(aa)
    for (const cell of places) {
      const middle = cell + leftLength;
      if (ids[cell] !== left || ids[middle] !== right) continue; // merged with something else meanwhile
      const weight = this.#weights[cell]!;
      const after = cell + length;
      const before = ids[cell - 1] === BORDER ? BORDER : starts[cell - 1]!;
      ids[cell] = id;
      ids[middle] = INSIDE;
      starts[after - 1] = cell;
      if (before !== BORDER) {
        this.#pairs.get(ids[before]! * ID_LIMIT + left)!.count -= weight;
        this.#add(ids[before]!, id, before, weight);
      }
      if (ids[after] !== BORDER) {
        this.#pairs.get(right * ID_LIMIT + ids[after]!)!.count -= weight;
        this.#add(id, ids[after]!, cell, weight);
      }
    }
    this.#pairs.delete(left * ID_LIMIT + right); // stands nowhere now, and will not come again
    this.#offerFresh();
  }

  #add(left: number, right: number, cell: number, weight: number): void {
    const key = left * ID_LIMIT + right;
    let pair = this.#pairs.get(key);
    if (!pair) {
      pair = { left, right, count: 0, countInHeap: 0, places: [] };
      this.#pairs.set(key, pair);
      this.#fresh.push(pair);
    }
    pair.count += weight;
    pair.places.push(cell);
  }

  #offerFresh(): void {
    for (const pair of this.#fresh) this.#offer(pair);
    this.#fresh = [];
  }

  /** A pair that occurs once is no pattern and is left out. */
  #offer(pair: Pair): void {
    if (pair.count < 2) return;
    pair.countInHeap = pair.count;
    this.#heap.push(pair);
  }
}
