/** The text of a run on the GPU: token ids, and where the windows of an evaluation begin. */
import { type BatchShape, evaluationOffsets, type RunData, type TokenIds } from './batches.ts';

export interface GpuCorpus {
  train: GPUBuffer;
  trainTokens: number;
  /** Validation and held-out text one behind the other. */
  evaluation: GPUBuffer;
  /** Of each split, by batch: offsets into `evaluation`. */
  windows: Map<string, number[][]>;
  bytes: number;
  dispose(): void;
}

/** Bytes that `uploadCorpus` will take. */
export const corpusBytes = ({ train, validation, heldout }: RunData, idBits: 16 | 32): number =>
  (idBits / 8) * (train.length + validation.length + (heldout?.length ?? 0));

export function uploadCorpus(
  device: GPUDevice,
  { train, validation, heldout }: RunData,
  idBits: 16 | 32,
  shape: BatchShape,
  evalBatches: number,
): GpuCorpus {
  const windows = new Map([['validation', evaluationOffsets(validation.length, shape, evalBatches)]]);
  if (heldout) {
    const behind = evaluationOffsets(heldout.length, shape, evalBatches);
    windows.set(
      'heldout',
      behind.map((batch) => batch.map((offset) => offset + validation.length)),
    );
  }
  const buffers = [train, concatenate(heldout ? [validation, heldout] : [validation])].map((ids) =>
    uploadIds(device, ids, idBits),
  ) as [GPUBuffer, GPUBuffer];
  return {
    train: buffers[0],
    trainTokens: train.length,
    evaluation: buffers[1],
    windows,
    bytes: buffers[0].size + buffers[1].size,
    dispose: () => buffers.forEach((buffer) => buffer.destroy()),
  };
}

function concatenate(parts: TokenIds[]): TokenIds {
  const all = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Token ids on the GPU: two in a word where they fit. */
function uploadIds(device: GPUDevice, ids: TokenIds, idBits: 16 | 32): GPUBuffer {
  const words =
    idBits === 32
      ? Uint32Array.from(ids)
      : new Uint16Array(2 * Math.ceil(ids.length / 2)).map((_, i) => ids[i] ?? 0);
  const buffer = device.createBuffer({
    label: 'corpus',
    size: words.byteLength,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, words);
  return buffer;
}
