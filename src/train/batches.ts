/**
 * Batches: windows of the token ids, targets one position later.
 *
 * Training windows begin at uniformly random offsets, as nanoGPT's do; which ones is a function of (seed, step, micro-batch)
 * alone, so that a run that is taken up again sees what it would have seen. Evaluation windows are always the same.
 */
import { DataError } from '../lib/errors.ts';
import { createRng, hash32 } from '../lib/rng.ts';

export type TokenIds = Uint16Array | Uint32Array;

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

/** The batch of micro-batch number `index` of a run. */
export function randomBatch(ids: TokenIds, shape: BatchShape, seed: number, index: number): Batch {
  const rng = createRng(hash32(index, seed));
  return batchAt(
    ids,
    Array.from({ length: shape.B }, () => rng.int(ids.length - shape.T)),
    shape,
  );
}

/**
 * At most `count` batches that cover the ids without overlap, from beginning to end where they suffice, else spread evenly.
 * A last batch may hold fewer windows.
 */
export function evaluationBatches(ids: TokenIds, shape: BatchShape, count: number): Batch[] {
  const windows = Math.floor((ids.length - 1) / shape.T);
  const wanted = Math.min(windows, count * shape.B);
  const offsets = Array.from({ length: wanted }, (_, i) => Math.floor((i * windows) / wanted) * shape.T);
  const batches: Batch[] = [];
  for (let i = 0; i < wanted; i += shape.B) batches.push(batchAt(ids, offsets.slice(i, i + shape.B), shape));
  return batches;
}

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
