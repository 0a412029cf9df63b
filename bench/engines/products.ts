/**
 * What bench/matmul.browser.ts and bench/node/matmul.ts have in common: the products of a training step, and GFLOP/s of each
 * of our programs for them.
 */
import { autotune } from '../../src/gpu/autotune.ts';
import { adapterName, isSoftwareAdapter } from '../../src/gpu/device.ts';
import { type DType, Graph } from '../../src/gpu/graph.ts';
import type { Target } from '../../src/gpu/kernels/kernel.ts';
import { type Product, productOf } from '../../src/gpu/kernels/matmul.ts';
import { plainVariant, variantsFor } from '../../src/gpu/kernels/matmulVariants.ts';
import { productKey } from '../../src/gpu/productKinds.ts';
import { targetFor } from '../../src/gpu/target.ts';
import { Trial } from '../../src/gpu/trial.ts';

/** Tokens of a batch, width of the model, vocabulary. */
const CONFIGS: Record<string, { M: number; C: number; V: number }> = {
  small: { M: 512, C: 128, V: 256 },
  wide: { M: 512, C: 256, V: 512 },
  nanogpt: { M: 16384, C: 384, V: 65 }, // nanoGPT's shakespeare_char on a GPU
};

export interface Shape {
  name: string;
  layout: Product['layout'];
  M: number;
  N: number;
  K: number;
}

/** One of each kind: into the MLP and out of it, their gradients, the head, and one token of a completion. */
const shapesOf = ({ M, C, V }: { M: number; C: number; V: number }): Shape[] => [
  { name: 'up', layout: 'nn', M, N: 4 * C, K: C },
  { name: 'down', layout: 'nn', M, N: C, K: 4 * C },
  { name: 'dX', layout: 'nt', M, N: 4 * C, K: C },
  { name: 'dW', layout: 'tn', M: C, N: 4 * C, K: M },
  { name: 'head', layout: 'nt', M, N: V, K: C },
  { name: 'token', layout: 'nn', M: 1, N: 4 * C, K: C },
];

/** Shapes of a and b for tf.matMul and for a graph. */
export const operands = ({ layout, M, N, K }: Shape) => ({
  a: (layout === 'tn' ? [K, M] : [M, K]) as [number, number],
  b: (layout === 'nt' ? [N, K] : [K, N]) as [number, number],
  transposeA: layout === 'tn',
  transposeB: layout === 'nt',
});

function productFor(shape: Shape, dtype: DType): Product {
  const graph = new Graph();
  const { a, b, ...attrs } = operands(shape);
  const inputs = { a: graph.value(a, dtype), b: graph.value(b, dtype) };
  // gradients of parameters are summed up in 32 bits
  const y = graph.value([shape.M, shape.N], shape.layout === 'tn' ? 'float32' : dtype);
  return productOf({ op: 'Product', inputs, outputs: { y }, attrs });
}

/** By program, a figure for each shape. */
export type Figures = Map<string, (number | string)[]>;

/** Figures of one product by other engines. */
type Others = (shape: Shape) => Promise<Map<string, number>>;

/** Prints a table for each configuration: `names`, or those that this adapter can be asked to compute. */
export async function measureProducts(
  device: GPUDevice,
  info: GPUAdapterInfo,
  names: string | undefined,
  others: Others = async () => new Map(),
): Promise<Record<string, Record<string, (number | string)[]>>> {
  const software = isSoftwareAdapter(info);
  const target = targetFor(info, device.features, software);
  console.log(`adapter: ${adapterName(info)}; GFLOP/s`);
  const found: Record<string, Record<string, (number | string)[]>> = {};
  for (const name of names?.split(',') ?? (software ? ['small', 'wide'] : Object.keys(CONFIGS))) {
    const config = CONFIGS[name];
    if (!config)
      throw new Error(`bench: no configuration ${name}; there are ${Object.keys(CONFIGS).join()}.`);
    const shapes = shapesOf(config);
    const dtypes: DType[] = device.features.has('shader-f16') ? ['float32', 'float16'] : ['float32'];
    for (const dtype of dtypes) {
      const figures: Figures = new Map();
      for (const [at, shape] of shapes.entries()) {
        const all = [...(await ours(device, productFor(shape, dtype), target))];
        if (dtype === 'float32') all.push(...(await others(shape)));
        for (const [row, figure] of all)
          figures.set(row, Object.assign(figures.get(row) ?? shapes.map(() => '-'), { [at]: figure }));
      }
      const products = shapes.map((shape) => productFor(shape, dtype));
      console.log(
        `\n${name}, ${dtype}: ${shapes.map((s) => `${s.name} ${s.layout} ${s.M}x${s.N}x${s.K}`).join(', ')}`,
      );
      console.log(
        table([
          ['', ...shapes.map((shape) => shape.name)],
          ...[...figures].map(([row, list]) => [row, ...list]),
        ]),
      );
      await tune(device, info, products, target);
      found[`${name} ${dtype}`] = Object.fromEntries(figures);
    }
  }
  return found;
}

/** Programs that are not offered on this adapter are measured as well: it is how one finds out that they should not be. */
async function ours(device: GPUDevice, product: Product, target: Target) {
  const figures = new Map<string, number | string>();
  const trial = await Trial.begin(device, product);
  const plain = await trial?.compile(plainVariant.dispatchFor(product));
  if (!trial || !plain) return figures;
  trial.learn(plain);
  const { a, M, N, K } = product;
  const asGpu: Target = { ...target, subgroupSize: 0, reduction: 'workgroup' };
  for (const variant of [...variantsFor(product, target), ...variantsFor(product, asGpu)]) {
    if (figures.has(variant.name)) continue;
    const contestant = await trial.compile(variant.dispatchFor(product));
    if (!contestant) figures.set(variant.name, 'refused');
    else if (!((await trial.errorOf(contestant)) < (a.dtype === 'float32' ? 1e-4 : 2e-2)))
      figures.set(variant.name, 'WRONG');
    else figures.set(variant.name, (2 * M * N * K) / (await trial.time(contestant, Infinity)) / 1e6);
  }
  trial.dispose();
  return figures;
}

/** Prints what autotuning chooses in its usual time; the pipelines are compiled by now. */
async function tune(device: GPUDevice, info: GPUAdapterInfo, products: Product[], target: Target) {
  const start = performance.now();
  const choices = await autotune(device, products, { target, adapter: adapterName(info) });
  const names = products.map((product) => choices.get(productKey(product)) ?? 'as it was');
  console.log(`autotuned in ${(performance.now() - start).toFixed(0)} ms: ${names.join(', ')}`);
}

/** Numbers with two decimals; columns as wide as what is in them. */
function table(rows: (number | string)[][]): string {
  const text = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toFixed(2) : cell)));
  const widths = text[0]!.map((_, i) => Math.max(...text.map((row) => row[i]!.length)));
  return text
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]! + 2))).join(''),
    )
    .join('\n');
}
