/** Which products of a plan are alike, and smaller ones that stand for them: what autotune.ts need not try twice. */
import { type Graph, storageOf, type Value } from './graph.ts';
import { type Product, productOf } from './kernels/matmul.ts';

export const productsOf = (graph: Graph): Product[] =>
  graph.nodes.filter(({ op }) => op === 'Linear' || op === 'Product').map(productOf);

/** Products with the same key take the same time. */
export function productKey(product: Product): string {
  const { bias, residual, slope, dBias, gelu, dropout, accumulate } = product;
  const follows = { bias, gelu, slope, dropout, residual, dBias, accumulate };
  const names = Object.entries(follows).flatMap(([name, there]) => (there ? [name] : []));
  return [bareKey(product), ...names].join(' ');
}

/** The same without what follows the sums. */
export const bareKey = ({ layout, M, N, K, a, b, y }: Product): string =>
  `${layout} ${M}x${N}x${K} ${[a, b, y].map(({ dtype }) => dtype).join()}`;

/** The product alone, with nothing that follows. */
export const bare = ({ node, layout, M, N, K, a, b, y }: Product): Product => ({
  ...{ node, layout, M, N, K, a, b, y },
  accumulate: false,
});

const TRIAL_FLOPS = 2e9; // some ms of a GPU

/**
 * The same product on values of its own, and of fewer tokens where there are many: what is best for 4,000 is so for 16,000,
 * and takes less time and memory to find.
 */
export function small(product: Product): Product {
  const { layout, N, residual } = product;
  let { M, K } = product;
  const flops = () => 2 * M * N * K;
  const mayHalve = (n: number) => n > 2048 && n % 512 === 0; // still whole blocks
  if (layout === 'tn') while (flops() > TRIAL_FLOPS && mayHalve(K)) K /= 2;
  else while (flops() > TRIAL_FLOPS && mayHalve(M)) M /= 2;
  const sized = ({ id, dtype }: Value, ...shape: number[]): Value => ({
    ...{ id, shape, dtype },
    size: shape.reduce((a, b) => a * b, 1),
  });
  const maybe = (value: Value | undefined, ...shape: number[]) => value && sized(value, ...shape);
  const sizedResidual = maybe(residual, M, N);
  const inPlace = residual && storageOf(residual) === storageOf(product.y);
  return {
    ...product,
    M,
    K,
    a: layout === 'tn' ? sized(product.a, K, M) : sized(product.a, M, K),
    b: layout === 'nt' ? sized(product.b, N, K) : sized(product.b, K, N),
    y: { ...sized(product.y, M, N), ...(inPlace && { inPlaceOf: sizedResidual }) },
    residual: sizedResidual,
    slope: maybe(product.slope, M, N),
    bias: maybe(product.bias, N),
    dBias: maybe(product.dBias, N),
    seed: maybe(product.seed, 1),
  };
}

export function groupBy(products: Product[], keyOf: (product: Product) => string): Product[][] {
  const groups = new Map<string, Product[]>();
  for (const product of products) {
    const key = keyOf(product);
    groups.set(key, [...(groups.get(key) ?? []), product]);
  }
  return [...groups.values()];
}

export const flopsOf = (group: Product[]): number =>
  group.reduce((sum, { M, N, K }) => sum + 2 * M * N * K, 0);
