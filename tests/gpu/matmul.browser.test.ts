// Every program that can compute a product, against a float64 loop: all layouts, what follows the sums, odd sizes.
import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/gpu/kernels/kernel.ts';
import type { Product } from '../../src/gpu/kernels/matmul.ts';
import { blockTiles, workgroupBytes } from '../../src/gpu/kernels/matmulTiled.ts';
import { BLOCK_TILES } from '../../src/gpu/kernels/matmulTiles.ts';
import { type Variant, variantsFor } from '../../src/gpu/kernels/matmulVariants.ts';
import { createRng } from '../../src/lib/rng.ts';
import { relativeError } from '../ops/support.ts';
import { expected, FOLLOWS, type Follows, makeProduct, randomData, runDispatch } from './products.ts';
import { testDevice } from './support.ts';

const GPU: Target = { subgroupSize: 0, reduction: 'workgroup', effort: 'best', minInvocations: 4096 };
const SOFTWARE: Target = { subgroupSize: 4, reduction: 'serial', effort: 'best', minInvocations: 1 };
const ODD = [1, 3, 5, 13, 33, 70];
const EVEN = [4, 12, 20, 68];

const square = makeProduct('nn', 64, 64, 64, 'plain');
const oneRow = makeProduct('nn', 1, 64, 64, 'plain');
const ON_GPU = [...variantsFor(square, GPU), ...variantsFor(oneRow, GPU).slice(0, 2)];
// the others differ in two numbers and compile for seconds; tests of ops and models run them
const ON_CPU = variantsFor(square, SOFTWARE).filter(({ name }) => /16x8/.test(name));

type Size = [M: number, N: number, K: number];

/**
 * Twelve products in five programs, which differ in what is guarded and how wide numbers are read: compiling takes most of the
 * time. All layouts with odd sizes, one with multiples of four, one with whole blocks; what follows the sums in turn.
 */
function casesFor({ name }: Variant, index: number): [Product['layout'], Size[], Follows][] {
  const rng = createRng(index);
  const layouts = name.startsWith('vector') ? (['nn', 'nt'] as const) : (['nn', 'nt', 'tn'] as const);
  const rows = (sizes: number[]) => (name.startsWith('vector') ? [1, 3] : sizes);
  const draw = (sizes: number[]) => sizes[rng.int(sizes.length)]!;
  const sizes = (from: number[], count: number) =>
    Array.from({ length: count }, (): Size => [draw(rows(from)), draw(from), draw(from)]);
  const cases: [Product['layout'], Size[]][] = [
    ...layouts.map((layout): [Product['layout'], Size[]] => [layout, sizes(ODD, 3)]),
    [layouts[index % layouts.length]!, sizes(EVEN, 2)],
    [layouts[(index + 1) % layouts.length]!, [[rows([128])[0]!, 128, 64]]],
  ];
  return cases.map(([layout, list], i) => {
    const choices = FOLLOWS.filter((follows) => layout === 'tn' || follows !== 'dBias');
    return [layout, list, choices[(index + i) % choices.length]!];
  });
}

async function errorOf({ dispatchFor }: Variant, product: Product): Promise<number> {
  const data = randomData(product);
  const got = await runDispatch(await testDevice(), dispatchFor(product), data);
  const want = expected(product, data);
  expect(got.size).toBe(want.size);
  return Math.max(...[...want].map(([value, numbers]) => relativeError(got.get(value)!, numbers)));
}

describe.each([...ON_GPU, ...ON_CPU].map((variant, i) => [variant.name, variant, i] as const))(
  'product by %s',
  (_, variant, index) => {
    it.each(casesFor(variant, index))('%s %j, %s', async (layout, sizes, follows) => {
      for (const [M, N, K] of sizes)
        expect(await errorOf(variant, makeProduct(layout, M, N, K, follows))).toBeLessThan(2e-5);
    });
  },
);

describe('product', () => {
  it('may be written over the residual that it adds', async () => {
    const product = makeProduct('nn', 33, 16, 20, 'bias dropout residual');
    product.y.inPlaceOf = product.residual;
    expect(await errorOf(ON_GPU[0]!, product)).toBeLessThan(2e-5);
  });

  it('finds room in the workgroup memory that every device has', () => {
    for (const layout of ['nn', 'nt', 'tn'] as const)
      for (const tile of BLOCK_TILES) {
        const product = makeProduct(layout, 64, 64, 64, layout === 'tn' ? 'dBias' : 'plain');
        expect(workgroupBytes(product, tile)).toBeLessThanOrEqual(16384);
      }
  });

  it('in float16 is the same program on another type', () => {
    // no software adapter has f16: the program above is the emulation
    for (const layout of ['nn', 'nt', 'tn'] as const) {
      const wide = makeProduct(layout, 65, 64, 60, 'bias gelu');
      const half = makeProduct(layout, 65, 64, 60, 'bias gelu');
      half.a.dtype = half.b.dtype = 'float16';
      const tile = { ...BLOCK_TILES[0]!, half: true };
      const { code } = blockTiles(half, tile);
      expect(code).toMatch(/^enable f16;\n/);
      expect(code).toContain('alias tileAElement = f16;');
      expect(code).toContain('var s0_0 = vec4f();'); // sums stay f32
      expect(code.replace('enable f16;\n', '').replaceAll('f16', 'f32')).toBe(blockTiles(wide, tile).code);
    }
  });
});
