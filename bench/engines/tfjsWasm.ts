/**
 * Stock TensorFlow.js on its WebAssembly backend (XNNPACK, one thread: more need a page with special headers).
 *
 * Ours replaces some of that backend's kernels (ops/wasmKernels.ts). So the stock ones are copied under a name of their own
 * here, while this file is loaded, before any engine has started; both names share one backend.
 */
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../../src/workers/model/backends.ts';
import type { Engine } from './engine.ts';
import { stockRun } from './stockGpt.ts';

const NAME = 'stock-wasm';
tf.copyRegisteredKernels('wasm', NAME);

export const engine: Engine = {
  name: 'tfjs-wasm',
  gpu: false,
  async init(config, train, weights) {
    await startBackend('wasm');
    const shared = tf.findBackend('wasm');
    if (!tf.findBackendFactory(NAME)) tf.registerBackend(NAME, () => shared, 0);
    await tf.setBackend(NAME);
    return stockRun(config, train, weights, { backend: NAME, lookUpByProduct: true });
  },
};
