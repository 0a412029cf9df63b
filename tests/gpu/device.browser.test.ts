import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { detectCapabilities, openDevice } from '../../src/gpu/device.ts';
import { startBackend } from '../../src/workers/model/backends.ts';

describe('openDevice()', () => {
  it('gives a device with the limits and features of the adapter', async () => {
    const adapter = (await navigator.gpu.requestAdapter())!;
    const { device, info } = await openDevice();
    expect(device.limits.maxStorageBuffersPerShaderStage).toBe(
      adapter.limits.maxStorageBuffersPerShaderStage,
    );
    expect(device.limits.maxBufferSize).toBe(adapter.limits.maxBufferSize);
    for (const feature of ['subgroups', 'timestamp-query', 'shader-f16'] as GPUFeatureName[])
      expect(device.features.has(feature)).toBe(adapter.features.has(feature));
    expect(info.vendor).toBe(adapter.info.vendor);
    device.destroy();
  });

  it('is what tfjs computes on: a buffer of ours and a tensor need no copy between them', async () => {
    await startBackend('webgpu');
    const { device } = tf.backend() as unknown as { device: GPUDevice };
    expect(device.label).toBe('glassbox');
    const buffer = device.createBuffer({
      size: 16,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    device.queue.writeBuffer(buffer, 0, Float32Array.of(1, 2, 3, 4));
    const tensor = tf.tensor({ buffer, zeroCopy: true }, [4]);
    expect([...(await tf.mul(tensor, 2).data())]).toEqual([2, 4, 6, 8]);
  });
});

describe('detectCapabilities()', () => {
  it('knows a program on the CPU for what it is', async () => {
    const found = await detectCapabilities();
    expect(found.adapter).toMatchObject({ software: true });
    expect(found.adapter!.name).toMatch(/swiftshader/i);
    expect([found.hasWebGpu, found.hasWasm, found.hasWasmSimd]).toEqual([true, true, true]);
  });
});
