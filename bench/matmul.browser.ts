/**
 * GFLOP/s of every program for matrix products, on those of a training step, beside stock tfjs: `npm run bench -- matmul
 * [configs]`, comma-separated. bench/node/matmul.ts measures ours without a browser.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgpu';
import { openDevice } from '../src/gpu/device.ts';
import { startBackend } from '../src/workers/model/backends.ts';
import { measureProducts, operands, type Shape } from './engines/products.ts';

// stock tfjs keeps its kernels under these names, whatever we replace (bench/engines/tfjsWasm.ts)
const STOCK = { wasm: 'stock-wasm', webgpu: 'stock-webgpu' };
tf.copyRegisteredKernels('webgpu', STOCK.webgpu);
tf.copyRegisteredKernels('wasm', STOCK.wasm);
const openStockGpu = tf.findBackendFactory('webgpu');

const ENOUGH_MS = 200; // for each figure

export async function bench(configs?: string) {
  const { device, info } = await openDevice();
  await startBackend('wasm');
  const wasm = tf.findBackend('wasm');
  tf.registerBackend(STOCK.wasm, () => wasm, 0);
  tf.registerBackend(STOCK.webgpu, openStockGpu, 0);
  return measureProducts(device, info, configs, measureTfjs);
}

/** Submitted until they have taken a while, then waited for. */
async function measureTfjs(shape: Shape): Promise<Map<string, number>> {
  const figures = new Map<string, number>();
  const { a, b, transposeA, transposeB } = operands(shape);
  for (const [backend, name] of Object.entries(STOCK)) {
    await tf.setBackend(name);
    const [left, right] = [tf.randomUniform<tf.Rank.R2>(a), tf.randomUniform<tf.Rank.R2>(b)];
    const multiply = () => tf.matMul(left, right, transposeA, transposeB);
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
    const times = Math.min(256, Math.max(1, Math.ceil(ENOUGH_MS / (await run(1)))));
    const ms = (await run(times)) / times;
    figures.set(`tfjs ${backend}`, (2 * shape.M * shape.N * shape.K) / ms / 1e6);
    tf.dispose([left, right]);
  }
  return figures;
}
