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
import type { TuneCache } from '../../gpu/autotune.ts';
import { adapterName, isSoftwareAdapter, openDevice } from '../../gpu/device.ts';
import { targetFor } from '../../gpu/target.ts';
import { GpuError } from '../../lib/errors.ts';
import { installWasmKernels } from '../../ops/wasmKernels.ts';
import type { Gpu } from '../../train/planEngine.ts';
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

/** The device that plans and tfjs compute on; undefined until it was opened, and again when it is lost. */
let gpu: Gpu | undefined;

/** What plans run on; undefined while another backend than webgpu is in use. */
export const currentGpu = (): Gpu | undefined => (tf.getBackend() === 'webgpu' ? gpu : undefined);

/**
 * How long a submit may be, ms: the browser cannot paint meanwhile. A GPU of its own memory switches faster than one that
 * is shared with the screen; a program on the CPU is no display at all. Never long enough for a watchdog.
 */
const SUBMIT_MS = { shared: 8, discrete: 30, unseen: 200 };

function submitBudget(info: GPUAdapterInfo, visible: boolean): number {
  if (!visible || isSoftwareAdapter(info)) return SUBMIT_MS.unseen;
  return info.vendor === 'nvidia' ? SUBMIT_MS.discrete : SUBMIT_MS.shared;
}

let adapterInfo: GPUAdapterInfo | undefined;

/** Where kernels that won are kept; without it nothing is tried. Said before the backend starts. */
let tuneCache: TuneCache | undefined;
export function keepTuningIn(cache: TuneCache): void {
  tuneCache = cache;
}

export function setPageVisible(visible: boolean): void {
  if (gpu && adapterInfo) gpu.submitBudgetMs = submitBudget(adapterInfo, visible);
}

const GIB = 2 ** 30;

/** WebGPU does not tell how much memory there is: a rough bound from the largest buffer. A program's is the tab's. */
export const gpuMemoryLimit = (software: boolean, maxBufferSize: number): number =>
  software ? 2 * GIB : Math.max(2 * GIB, 2 * maxBufferSize);

/**
 * tfjs on a device of ours instead of its own: with all features and limits of the adapter, and open to other users of the
 * same buffers.
 */
async function registerOnOurDevice(): Promise<void> {
  if (gpu) return;
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const { device, info } = await openDevice();
  tf.removeBackend('webgpu'); // the factory that tfjs registered for itself, or one whose device was lost
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, info), 3);
  const software = isSoftwareAdapter(info);
  adapterInfo = info;
  gpu = {
    device,
    target: targetFor(info, device.features, software),
    memoryLimitBytes: gpuMemoryLimit(software, device.limits.maxBufferSize),
    submitBudgetMs: submitBudget(info, true),
    ...(!software && tuneCache && { tune: { adapter: adapterName(info), cache: tuneCache } }),
    ...(device.features.has('shader-f16') && { half: 'float16' }),
  };
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
    gpu = undefined;
    if (reason === 'destroyed') return;
    onFailure(
      new GpuError(
        `The GPU was reset by the system (${message || 'no reason given'}). Weights saved before are safe: ` +
          'reload the page and continue, with a smaller batch if this happens again.',
      ),
    );
  });
}
