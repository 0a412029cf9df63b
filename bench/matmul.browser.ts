/**
 * GFLOP/s of every program for matrix products, on those of a training step, beside stock tfjs: `npm run bench -- matmul [configs]`,
 * comma-separated. Programs that are not offered on this adapter are measured as well: it is how one finds out that they
 * should not be.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgpu';
import { adapterName, isSoftwareAdapter, openDevice } from '../src/gpu/device.ts';
import { Graph } from '../src/gpu/graph.ts';
import { type Product, productOf } from '../src/gpu/kernels/matmul.ts';
import { plainVariant, type Variant, variantsFor } from '../src/gpu/kernels/matmulVariants.ts';
import { targetFor } from '../src/gpu/target.ts';
import { Trial } from '../src/gpu/trial.ts';
import { startBackend } from '../src/workers/model/backends.ts';

/** Tokens of a batch, width of the model, vocabulary. */
const CONFIGS: Record<string, { M: number; C: number; V: number }> = {
  small: { M: 512, C: 128, V: 256 },
  wide: { M: 512, C: 256, V: 512 },
  nanogpt: { M: 16384, C: 384, V: 65 }, // nanoGPT's shakespeare_char on a GPU
};

interface Shape {
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

// stock tfjs keeps its kernels under these names, whatever we replace (see bench/engines/tfjsWasm.ts)
const STOCK = { wasm: 'stock-wasm', webgpu: 'stock-webgpu' };
tf.copyRegisteredKernels('webgpu', STOCK.webgpu);
const openStockGpu = tf.findBackendFactory('webgpu');

const ENOUGH_MS = 200; // of a tfjs product, for each figure

type Figures = Map<string, (number | string)[]>;

export async function bench(configs?: string): Promise<Record<string, Record<string, (number | string)[]>>> {
  const { device, info } = await openDevice();
  const software = isSoftwareAdapter(info);
  console.log(`adapter: ${adapterName(info)}; GFLOP/s`);
  const found: Record<string, Record<string, (number | string)[]>> = {};
  for (const name of configs?.split(',') ?? (software ? ['small', 'wide'] : Object.keys(CONFIGS))) {
    const config = CONFIGS[name];
    if (!config)
      throw new Error(`bench: no configuration ${name}; there are ${Object.keys(CONFIGS).join()}.`);
    const shapes = shapesOf(config);
    const figures: Figures = new Map();
    const add = (row: string, at: number, figure: number | string) =>
      figures.set(row, Object.assign(figures.get(row) ?? shapes.map(() => '-'), { [at]: figure }));
    const ours = targetFor(info, device.features, software);
    const gpu = { ...ours, subgroupSize: 0, reduction: 'workgroup' as const };
    for (const [at, shape] of shapes.entries()) {
      const product = productFor(shape);
      const variants = [...variantsFor(product, ours), ...variantsFor(product, gpu)];
      for (const [row, figure] of await measure(device, product, variants)) add(row, at, figure);
      for (const [row, figure] of await measureTfjs(shape)) add(row, at, figure);
    }
    console.log(
      `\n${name}: ${shapes.map(({ name, layout, M, N, K }) => `${name} ${layout} ${M}x${N}x${K}`).join(', ')}`,
    );
    console.log(['', ...shapes.map(({ name }) => name)].map(cell).join(''));
    for (const [row, list] of figures) console.log([row, ...list].map(cell).join(''));
    found[name] = Object.fromEntries(figures);
  }
  return found;
}

const cell = (value: number | string, i: number): string =>
  i === 0 ? String(value).padEnd(28) : (typeof value === 'number' ? value.toFixed(2) : value).padStart(10);

const operands = ({ layout, M, N, K }: Shape) => ({
  a: layout === 'tn' ? [K, M] : [M, K],
  b: layout === 'nt' ? [N, K] : [K, N],
  transposeA: layout === 'tn',
  transposeB: layout === 'nt',
});

function productFor(shape: Shape): Product {
  const graph = new Graph();
  const { a, b, ...attrs } = operands(shape);
  const inputs = { a: graph.value(a, 'float32'), b: graph.value(b, 'float32') };
  const y = graph.value([shape.M, shape.N], 'float32');
  return productOf({ op: 'Product', inputs, outputs: { y }, attrs });
}

async function measure(device: GPUDevice, product: Product, variants: Variant[]) {
  const figures = new Map<string, number | string>();
  const trial = await Trial.begin(device, product);
  if (!trial) return figures;
  const plain = await trial.compile(plainVariant.dispatchFor(product));
  trial.learn(plain!);
  const { M, N, K } = product;
  for (const variant of variants) {
    if (figures.has(variant.name)) continue;
    const contestant = await trial.compile(variant.dispatchFor(product));
    if (!contestant) figures.set(variant.name, 'refused');
    else if (!((await trial.errorOf(contestant)) < 1e-4)) figures.set(variant.name, 'WRONG');
    else figures.set(variant.name, (2 * M * N * K) / (await trial.time(contestant, Infinity)) / 1e6);
  }
  trial.dispose();
  return figures;
}

/** Stock products of tfjs: submitted until they have taken a while, then waited for. */
async function measureTfjs(shape: Shape): Promise<Map<string, number>> {
  const figures = new Map<string, number>();
  const { a, b, transposeA, transposeB } = operands(shape);
  for (const [backend, name] of Object.entries(STOCK)) {
    if (!tf.findBackendFactory(name)) {
      if (backend === 'wasm') {
        tf.copyRegisteredKernels('wasm', name); // before startBackend replaces some of them
        await startBackend('wasm');
        const shared = tf.findBackend('wasm');
        tf.registerBackend(name, () => shared, 0);
      } else tf.registerBackend(name, openStockGpu, 0);
    }
    await tf.setBackend(name);
    const [left, right] = [tf.randomUniform(a), tf.randomUniform(b)];
    const multiply = () => tf.matMul(left as tf.Tensor2D, right as tf.Tensor2D, transposeA, transposeB);
    const run = async (times: number) => {
      const start = performance.now();
      for (let i = 1; i < times; i++) multiply().dispose();
      const last = multiply();
      const corner = tf.slice(last, [0, 0], [1, 1]);
      await corner.data(); // when it is there, all before it are
      tf.dispose([last, corner]);
      return performance.now() - start;
    };
    await run(1);
    const once = await run(1);
    const times = Math.min(256, Math.max(1, Math.ceil(ENOUGH_MS / once)));
    const ms = (await run(times)) / times;
    figures.set(`tfjs ${backend}`, (2 * shape.M * shape.N * shape.K) / ms / 1e6);
    tf.dispose([left, right]);
  }
  return figures;
}
