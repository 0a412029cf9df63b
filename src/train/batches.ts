/**
 * Batches: windows of the token ids, targets one position later.
 *
 * Training windows begin at uniformly random offsets, as nanoGPT's do; which ones is a function of (seed, step, micro-batch)
 * alone, so that a run that is taken up again sees what it would have seen. Evaluation windows are always the same.
 */
import { DataError } from '../lib/errors.ts';
import { createRng, hash32 } from '../lib/rng.ts';

export type TokenIds = Uint16Array | Uint32Array;

/** The text of a run, split. */
export interface RunData {
  train: TokenIds;
  validation: TokenIds;
  heldout?: TokenIds;
  /** Token between documents, where the vocabulary has one. */
  separator?: number;
}

export interface Batch {
  /** [B T] each. */
  inputs: Int32Array;
  targets: Int32Array;
  /** Number of the document within its window, where documents are to be told apart. */
  documents?: Int32Array;
}

export interface BatchShape {
  B: number;
  T: number;
  /** Token between documents: gives `documents`. */
  separator?: number;
}

/** Windows that begin at `offsets`. */
export function batchAt(
  ids: TokenIds,
  offsets: ArrayLike<number>,
  { T, separator }: Omit<BatchShape, 'B'>,
): Batch {
  const N = offsets.length * T;
  const batch: Batch = { inputs: new Int32Array(N), targets: new Int32Array(N) };
  if (separator !== undefined) batch.documents = new Int32Array(N);
  for (let b = 0; b < offsets.length; b++) {
    const from = offsets[b]!;
    batch.inputs.set(ids.subarray(from, from + T), b * T);
    batch.targets.set(ids.subarray(from + 1, from + T + 1), b * T);
    if (!batch.documents) continue;
    let document = 0;
    for (let t = 0; t < T; t++) {
      batch.documents[b * T + t] = document;
      if (ids[from + t] === separator) document++; // the separator belongs to the document that it ends
    }
  }
  return batch;
}

/** Where the windows of micro-batch number `index` of a run begin. */
export function randomOffsets(length: number, { B, T }: BatchShape, seed: number, index: number): number[] {
  const rng = createRng(hash32(index, seed));
  return Array.from({ length: B }, () => rng.int(length - T));
}

/** The batch of micro-batch number `index` of a run. */
export const randomBatch = (ids: TokenIds, shape: BatchShape, seed: number, index: number): Batch =>
  batchAt(ids, randomOffsets(ids.length, shape, seed, index), shape);

/**
 * Offsets of at most `count` batches that cover the ids without overlap, from beginning to end where they suffice, else
 * spread evenly. A last batch may hold fewer windows.
 */
export function evaluationOffsets(length: number, { B, T }: BatchShape, count: number): number[][] {
  const windows = Math.floor((length - 1) / T);
  const wanted = Math.min(windows, count * B);
  const offsets = Array.from({ length: wanted }, (_, i) => Math.floor((i * windows) / wanted) * T);
  return Array.from({ length: Math.ceil(wanted / B) }, (_, i) => offsets.slice(i * B, (i + 1) * B));
}

export const evaluationBatches = (ids: TokenIds, shape: BatchShape, count: number): Batch[] =>
  evaluationOffsets(ids.length, shape, count).map((offsets) => batchAt(ids, offsets, shape));

/**
 * Refuses a text that is shorter than one window and its target.
 *
 * @throws {DataError}
 */
export function requireOneWindow(ids: TokenIds, T: number, what: string): void {
  if (ids.length > T) return;
  throw new DataError(
    `The ${what} text has ${ids.length} tokens, one context needs ${T + 1}. ` +
      `Add more text, or choose a context (blockSize) of at most ${Math.max(1, ids.length - 1)}.`,
  );
}
