/** jax-js on WebGPU, on a device of its own. */
import type { Engine } from './engine.ts';
import { jaxRun } from './jax.ts';

export const engine: Engine = {
  name: 'jax-webgpu',
  gpu: true,
  init: (config, train, weights) => jaxRun(config, train, weights, 'webgpu'),
};
