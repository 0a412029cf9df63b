/**
 * Groups of documents that are nearly the same text: copies with another name here and a changed line there. All of a group
 * must go to one side of a split, else validation measures memory.
 *
 * MinHash (Broder 1997, "On the resemblance and containment of documents") estimates how much of their shingles (runs of 5
 * words or signs) two documents share; locality-sensitive hashing in bands (Leskovec et al., "Mining of Massive Datasets",
 * chapter 3) finds the pairs worth comparing without looking at all of them. It finds documents that are alike as wholes,
 * not a short one inside a long one.
 */
import { hash32 } from '../lib/rng.ts';
import { hashText } from './split.ts';

/** Words or signs in a shingle. */
const SHINGLE = 5;
/** A pair with a similarity of 0.7 shares a band with a chance of 0.997, one with 0.3 with a chance of 0.03. */
const BANDS = 32;
const ROWS = 4; // numbers in a band
const HASHES = BANDS * ROWS;
/** Estimated share of common shingles from which two documents are near duplicates. */
const SIMILAR = 0.7;

/**
 * For each text the index of the first text of its group; a text that resembles no other is its own group. Texts without a
 * word resemble nothing.
 */
export function groupNearDuplicates(texts: readonly string[]): number[] {
  const signatures = texts.map(minHash);
  const parent = texts.map((_, i) => i);
  joinEqual(signatures, parent);
  const rootOf = (i: number) => {
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]!]!;
      i = parent[i]!;
    }
    return i;
  };
  for (let band = 0; band < BANDS; band++) {
    const buckets = new Map<string, number[]>();
    signatures.forEach((signature, i) => {
      if (!signature) return;
      const key = signature.subarray(band * ROWS, (band + 1) * ROWS).join();
      const bucket = buckets.get(key);
      if (!bucket) buckets.set(key, [i]);
      else {
        // one look at each group that the bucket holds
        for (const j of bucket) {
          const [a, b] = [rootOf(i), rootOf(j)];
          if (a !== b && similarity(signature, signatures[j]!) >= SIMILAR)
            parent[Math.max(a, b)] = Math.min(a, b);
        }
        bucket.push(i);
      }
    });
  }
  return texts.map((_, i) => rootOf(i));
}

/** Equal texts join the first of them, and only that one is compared further: thousands of copies would take long. */
function joinEqual(signatures: (Uint32Array | undefined)[], parent: number[]): void {
  const first = new Map<string, number>();
  signatures.forEach((signature, i) => {
    if (!signature) return;
    const key = signature.join();
    const twin = first.get(key);
    if (twin === undefined) first.set(key, i);
    else {
      parent[i] = twin;
      signatures[i] = undefined;
    }
  });
}

/** Estimate of |A and B| / |A or B| over the shingles of two texts, 0 to 1. */
export function estimateSimilarity(a: string, b: string): number {
  const [first, second] = [minHash(a), minHash(b)];
  return first && second ? similarity(first, second) : 0;
}

function similarity(a: Uint32Array, b: Uint32Array): number {
  let equal = 0;
  for (let h = 0; h < HASHES; h++) if (a[h] === b[h]) equal++;
  return equal / HASHES;
}

/** The least hash of all shingles under each of HASHES hash functions (HASHES,). */
function minHash(text: string): Uint32Array | undefined {
  const shingles = shingleHashes(text);
  if (shingles.size === 0) return undefined;
  const least = new Uint32Array(HASHES).fill(0xffffffff);
  for (const shingle of shingles)
    for (let h = 0; h < HASHES; h++) {
      // multiply-shift hashing (Dietzfelbinger et al. 1997): one odd factor and one summand each
      const mixed = (Math.imul(shingle, FACTORS[h]!) + SUMMANDS[h]!) >>> 0;
      const value = (mixed ^ (mixed >>> 15)) >>> 0;
      if (value < least[h]!) least[h] = value;
    }
  return least;
}

const FACTORS = Uint32Array.from({ length: HASHES }, (_, h) => hash32(h, 1) | 1);
const SUMMANDS = Uint32Array.from({ length: HASHES }, (_, h) => hash32(h, 2));

function shingleHashes(text: string): Set<number> {
  const words = Array.from(text.toLowerCase().matchAll(/[\p{L}\p{N}_$]+|[^\s\p{L}\p{N}_$]/gu), ([word]) =>
    hashText(word),
  );
  const shingles = new Set<number>();
  const size = Math.min(SHINGLE, words.length); // a text shorter than a shingle is one shingle
  for (let i = 0; i + size <= words.length && size > 0; i++) {
    let hash = 0;
    for (let k = 0; k < size; k++) hash = hash32(words[i + k]!, hash);
    shingles.add(hash);
  }
  return shingles;
}
