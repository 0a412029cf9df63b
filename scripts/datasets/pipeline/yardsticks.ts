/** Two figures that say what a validation loss is worth: what a compressor reaches, and how much of the text training saw. */
import { brotliCompressSync, constants } from 'node:zlib';
import type { Document } from '../../../src/data/types.ts';

/** Bits per byte of brotli (RFC 7932; quality 11, window 2^24), each document by itself, weighted by bytes. */
export function brotliBitsPerByte(documents: readonly Document[]): number {
  let [packed, plain] = [0, 0];
  for (const { text } of documents) {
    const bytes = Buffer.from(text);
    packed += brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_LGWIN]: 24,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }).length;
    plain += bytes.length;
  }
  return plain === 0 ? 0 : (8 * packed) / plain;
}

/** Share of validation lines, longer than 10 characters after trimming, that also occur in training. */
export function linesInTraining(validation: readonly Document[], train: readonly Document[]): number {
  const known = new Set(linesOf(train));
  let [shared, total] = [0, 0];
  for (const line of linesOf(validation)) {
    total++;
    if (known.has(line)) shared++;
  }
  return total === 0 ? 0 : shared / total;
}

function* linesOf(documents: readonly Document[]): Generator<string> {
  for (const { text } of documents)
    for (const line of text.split('\n')) {
      const trimmed = line.trim();
      if (trimmed.length > 10) yield trimmed;
    }
}
