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
import { openDevice } from '../../gpu/device.ts';
import { GpuError } from '../../lib/errors.ts';
import { installWasmKernels } from '../../ops/wasmKernels.ts';
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
  if (backend === 'webgpu') await registerOnOurDevice();
  const started = await tf.setBackend(backend).catch((error: unknown) => {
    throw new GpuError(
      `The ${backend} backend did not start: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  if (!started) throw new GpuError(`The ${backend} backend did not start in this browser.`);
  await tf.ready();
  if (backend === 'wasm') installWasmKernels();
}

/** The device that tfjs computes on; undefined until it was opened, and again when it is lost. */
let device: GPUDevice | undefined;

/**
 * tfjs on a device of ours instead of its own: with all features and limits of the adapter, and open to other users of the
 * same buffers.
 */
async function registerOnOurDevice(): Promise<void> {
  if (device) return;
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const opened = await openDevice();
  tf.removeBackend('webgpu'); // the factory that tfjs registered for itself, or one whose device was lost
  tf.registerBackend('webgpu', () => new WebGPUBackend(opened.device, opened.info), 3);
  device = opened.device;
  watchDevice(device);
}

/** Told when the GPU refuses a command or is lost: tfjs itself would go on with numbers that nobody computed. */
let onFailure: (error: GpuError) => void = () => undefined;
export function setGpuFailureListener(listener: (error: GpuError) => void): void {
  onFailure = listener;
}

function watchDevice(opened: GPUDevice): void {
  opened.addEventListener('uncapturederror', ({ error }) =>
    onFailure(
      new GpuError(
        `The GPU refused a command: ${error.message} Weights saved before are safe. ` +
          'Reload the page; if it happens again, add "#backend=wasm" to the address to go on without the GPU.',
      ),
    ),
  );
  void opened.lost.then(({ reason, message }) => {
    device = undefined;
    if (reason === 'destroyed') return;
    onFailure(
      new GpuError(
        `The GPU was reset by the system (${message || 'no reason given'}). Weights saved before are safe: ` +
          'reload the page and continue, with a smaller batch if this happens again.',
      ),
    );
  });
}
