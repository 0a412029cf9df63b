/**
 * Pipelines of a device, each program compiled once: training, evaluation and generation share what they have in common.
 * Layouts are explicit, because `layout: 'auto'` leaves out what a program happens not to use.
 */
import { GpuError } from '../lib/errors.ts';
import type { Dispatch } from './kernels/kernel.ts';

interface Cache {
  pipelines: Map<string, Promise<GPUComputePipeline>>;
  layouts: Map<string, GPUBindGroupLayout>;
}

const caches = new WeakMap<GPUDevice, Cache>();

function cacheOf(device: GPUDevice): Cache {
  let cache = caches.get(device);
  if (!cache) caches.set(device, (cache = { pipelines: new Map(), layouts: new Map() }));
  return cache;
}

/** The layout of a dispatch's bind group: storage buffers in order, then the uniform block where there is one. */
export function layoutOf(device: GPUDevice, { bindings, dims }: Dispatch): GPUBindGroupLayout {
  const { layouts } = cacheOf(device);
  const types: GPUBufferBindingType[] = bindings.map(({ write }) =>
    write ? 'storage' : 'read-only-storage',
  );
  if (dims.length > 0) types.push('uniform');
  const key = types.join();
  let layout = layouts.get(key);
  if (!layout) {
    const entries = types.map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    }));
    layouts.set(key, (layout = device.createBindGroupLayout({ entries })));
  }
  return layout;
}

/** @throws {GpuError} when the program does not compile: that is a mistake of ours, and the message holds it. */
export function pipelineFor(device: GPUDevice, dispatch: Dispatch): Promise<GPUComputePipeline> {
  const { pipelines } = cacheOf(device);
  const { code, label } = dispatch;
  let pipeline = pipelines.get(code);
  if (!pipeline) {
    pipeline = device
      .createComputePipelineAsync({
        label,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layoutOf(device, dispatch)] }),
        compute: { module: device.createShaderModule({ label, code }), entryPoint: 'main' },
      })
      .catch((error: unknown) => {
        throw new GpuError(
          `The GPU program "${label}" was refused: ${error instanceof Error ? error.message : String(error)}`,
        );
      });
    pipelines.set(code, pipeline);
  }
  return pipeline;
}
