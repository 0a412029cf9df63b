/**
 * Stock TensorFlow.js on its WebGPU backend, as it comes: its own choice of device, features and limits.
 *
 * Under a name of its own, because ours replaces the backend that is registered as 'webgpu' (workers/model/backends.ts). For
 * the same reason the stock factory is taken while this file is loaded, before any engine has started.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgpu';
import type { Engine } from './engine.ts';
import { stockRun } from './stockGpt.ts';

const NAME = 'stock-webgpu';
tf.copyRegisteredKernels('webgpu', NAME);
const openBackend = tf.findBackendFactory('webgpu');

export const engine: Engine = {
  name: 'tfjs-webgpu',
  gpu: true,
  async init(config, train, weights) {
    tf.registerBackend(NAME, openBackend, 0);
    if (!(await tf.setBackend(NAME))) throw new Error('the webgpu backend of tfjs did not start');
    const run = stockRun(config, train, weights, { backend: NAME, lookUpByProduct: false });
    return {
      ...run,
      dispose() {
        run.dispose();
        const { device } = tf.findBackend(NAME) as tf.KernelBackend & { device: GPUDevice };
        tf.removeBackend(NAME);
        device.destroy();
      },
    };
  },
};
