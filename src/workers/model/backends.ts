/**
 * Starting a tfjs backend. The webgpu backend is loaded only when it is used; wasm is told where its three binaries are,
 * since the bundler names files by their content.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plainWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { GpuError } from '../../lib/errors.ts';
import type { Backend } from '../api.ts';

/**
 * Makes `backend` the one that runs everything from now on.
 *
 * @throws {GpuError}
 */
export async function startBackend(backend: Backend): Promise<void> {
  if (backend === 'wasm')
    setWasmPaths({
      'tfjs-backend-wasm.wasm': new URL(plainWasm, self.location.href).href,
      'tfjs-backend-wasm-simd.wasm': new URL(simdWasm, self.location.href).href,
      'tfjs-backend-wasm-threaded-simd.wasm': new URL(threadedWasm, self.location.href).href,
    });
  if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu');
  const started = await tf.setBackend(backend).catch((error: unknown) => {
    throw new GpuError(
      `The ${backend} backend did not start: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  if (!started) throw new GpuError(`The ${backend} backend did not start in this browser.`);
  await tf.ready();
}
