/**
 * The programs that can compute a product, by name: what autotune.ts chooses from. Which one is fastest differs by several
 * times between GPUs, and no figure that a device tells would say it.
 */
import type { Dispatch, Target } from './kernel.ts';
import { pickTile, type Product, registerTiles, type Tile } from './matmul.ts';
import { type BlockTile, blockTiles, tileName, workgroupBytes } from './matmulTiled.ts';
import { BLOCK_TILES, hasHalf, pickBlock, takesVectors, VECTOR_TILES } from './matmulTiles.ts';
import { rowTimesMatrix, vectorName, type VectorTile } from './matmulVector.ts';

export interface Variant {
  name: string;
  dispatchFor(product: Product): Dispatch;
}

const REGISTER_TILES: [rows: number, columns: number][] = [
  [4, 4],
  [8, 4],
  [8, 8],
];

/** What a program on the CPU likes: large tiles, since its registers spill into a cache that is as near. */
const SOFTWARE_TILES: [rows: number, columns: number][] = [
  [8, 8],
  [16, 8],
  [16, 16],
  [32, 8],
  [32, 16],
];

const GUARANTEED_BYTES = 16384; // of workgroup memory

const registers = (tile: Tile): Variant => ({
  name: `registers ${tile.rows}x${tile.columns}${tile.share ? ' shared' : ''}`,
  dispatchFor: (product) => registerTiles(product, tile),
});

const tiled = (tile: BlockTile): Variant => ({
  name: tileName(tile),
  dispatchFor: (product) => blockTiles(product, tile),
});

const vector = (tile: VectorTile): Variant => ({
  name: vectorName(tile),
  dispatchFor: (product) => rowTimesMatrix(product, tile),
});

/** The plainest program: what the others are held to. */
export const plainVariant: Variant = registers({ rows: 4, columns: 4, workgroup: [4, 4], share: false });

/** Candidates for a product, the one that `matmul` takes by itself first. */
export function variantsFor(product: Product, target: Target): Variant[] {
  const share = target.subgroupSize === 4;
  if (target.reduction === 'serial') {
    const tiles = [
      pickTile(product, target),
      ...SOFTWARE_TILES.map(([rows, columns]) => ({
        rows,
        columns,
        workgroup: (share ? [4, 1] : [4, 4]) as [number, number],
        share,
      })),
    ];
    return unique(tiles.map(registers));
  }
  const narrow = takesVectors(product);
  const blocks = narrow ? BLOCK_TILES.filter(({ rows }) => rows === 32) : BLOCK_TILES;
  return unique([
    ...(narrow ? VECTOR_TILES.map(vector) : []),
    ...[pickBlock(product, target), ...blocks.map((tile) => ({ ...tile, half: hasHalf(product) }))]
      .filter((tile) => workgroupBytes(product, tile) <= GUARANTEED_BYTES)
      .map(tiled),
    ...REGISTER_TILES.map(([rows, columns]) => registers({ rows, columns, workgroup: [8, 8], share: false })),
  ]);
}

const unique = (variants: Variant[]): Variant[] => [
  ...new Map(variants.map((variant) => [variant.name, variant])).values(),
];
