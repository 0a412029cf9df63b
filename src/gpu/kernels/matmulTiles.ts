/** Which blocks of matmulTiled.ts and matmulVector.ts GPUs are offered, and which of them fits a product nobody has timed. */
import { ceilDiv, type Target } from './kernel.ts';
import type { Product } from './matmul.ts';
import type { BlockTile } from './matmulTiled.ts';
import type { VectorTile } from './matmulVector.ts';

const block = (
  rows: number,
  columns: number,
  depth: number,
  each: [number, number],
  slices = 1,
): BlockTile => ({
  rows,
  columns,
  depth,
  each,
  slices,
  half: false,
});

const MIDDLE = block(64, 64, 16, [4, 4]);
const SMALL = block(32, 32, 16, [4, 4]);
const SLICED = block(32, 32, 8, [4, 4], 4);

/**
 * 64 to 256 invocations and at most 16 KiB of workgroup memory, which every device has. Large parts for an invocation want
 * registers that not every GPU has: 64 sums made an M1 half as fast as 16 do (llama.cpp #10982), and larger ones faster.
 */
export const BLOCK_TILES: BlockTile[] = [
  MIDDLE,
  block(64, 64, 16, [8, 4]),
  SMALL,
  block(128, 64, 16, [8, 4]),
  block(64, 64, 8, [8, 8]),
  block(128, 128, 8, [8, 8]),
  SLICED,
];

export const VECTOR_TILES: VectorTile[] = [
  { columns: 8, parts: 32 },
  { columns: 4, parts: 32 },
];

const VECTOR_ROWS = 4; // of a, at most: each row reads all of b again

export const takesVectors = ({ M, layout }: Product): boolean => M <= VECTOR_ROWS && layout !== 'tn';

export const hasHalf = ({ a, b }: Product): boolean => a.dtype === 'float16' || b.dtype === 'float16';

/** The middle one, as long as it leaves enough workgroups; slices of K where there is nothing else to divide. */
export function pickBlock(product: Product, { minInvocations }: Target): BlockTile {
  const { M, N, K } = product;
  // four invocations for each that the device runs at once: what waits for memory is not in the way
  const enough = ({ rows, columns, each }: BlockTile) =>
    (ceilDiv(M, rows) * ceilDiv(N, columns) * rows * columns) / (each[0] * each[1]) >= 4 * minInvocations;
  const tile = enough(MIDDLE) ? MIDDLE : enough(SMALL) || K < 512 ? SMALL : SLICED;
  return { ...tile, half: hasHalf(product) };
}
