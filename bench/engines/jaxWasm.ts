/** jax-js on WebAssembly: one thread, since more need a page with special headers. */
import type { Engine } from './engine.ts';
import { jaxRun } from './jax.ts';

export const engine: Engine = {
  name: 'jax-wasm',
  gpu: false,
  init: (config, train, weights) => jaxRun(config, train, weights, 'wasm'),
};
