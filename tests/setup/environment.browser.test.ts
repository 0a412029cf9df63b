// What the other browser tests, and the page, take for granted of the browser under test.
import simdWasmUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import { describe, expect, test } from 'vitest';

/** A module with one function that makes a v128 and drops it; it validates only where wasm knows SIMD. */
const simdModule = Uint8Array.from(
  [
    [0, 97, 115, 109, 1, 0, 0, 0], // magic, version 1
    [1, 4, 1, 0x60, 0, 0], // type section: () -> ()
    [3, 2, 1, 0], // function section: one function of type 0
    [10, 9, 1, 7, 0, 0x41, 0, 0xfd, 15, 0x1a, 11], // code: i32.const 0, i8x16.splat, drop, end
  ].flat(),
);

describe('the browser under test', () => {
  test('computes on a WebGPU device', async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter?.requestDevice();
    if (!device)
      throw new Error('no WebGPU adapter: the launch flags of scripts/browser.mjs did not take effect');
    const code = `@group(0) @binding(0) var<storage, read_write> x : array<f32>;
      @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id : vec3u) { x[id.x] = x[id.x] * 2.0; }`;
    const pipeline = device.createComputePipeline({
      layout: 'auto',
      compute: { module: device.createShaderModule({ code }) },
    });
    const values = new Float32Array([1, 2, 3, 4]);
    const { COPY_DST, COPY_SRC, MAP_READ, STORAGE } = GPUBufferUsage;
    const buffer = device.createBuffer({ size: values.byteLength, usage: STORAGE | COPY_DST | COPY_SRC });
    const result = device.createBuffer({ size: values.byteLength, usage: MAP_READ | COPY_DST });
    device.queue.writeBuffer(buffer, 0, values);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    const entries = [{ binding: 0, resource: { buffer } }];
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(1);
    pass.end();
    encoder.copyBufferToBuffer(buffer, 0, result, 0, values.byteLength);
    device.queue.submit([encoder.finish()]);
    await result.mapAsync(GPUMapMode.READ); // GPU -> CPU wait
    expect([...new Float32Array(result.getMappedRange())]).toEqual([2, 4, 6, 8]);
    device.destroy();
  });

  test('keeps a file in the origin private file system', async () => {
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle('environment-test', { create: true });
    const writable = await handle.createWritable();
    await writable.write(new Uint8Array([1, 2, 3]));
    await writable.close();
    const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
    await folder.removeEntry('environment-test');
    expect([...bytes]).toEqual([1, 2, 3]);
  });

  test('compiles wasm SIMD', () => {
    expect(WebAssembly.validate(simdModule)).toBe(true);
    expect(WebAssembly.validate(simdModule.slice(0, -1))).toBe(false);
  });

  test('is served the wasm files of tfjs as wasm', async () => {
    const response = await fetch(simdWasmUrl);
    expect(response.headers.get('content-type')).toBe('application/wasm');
    const module = await WebAssembly.compileStreaming(response);
    expect(WebAssembly.Module.exports(module).map((entry) => entry.name)).toContain('memory');
  });

  test('runs module workers', async () => {
    const source = new Blob(['postMessage(navigator.hardwareConcurrency)'], { type: 'text/javascript' });
    const worker = new Worker(URL.createObjectURL(source), { type: 'module' });
    const cores = await new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
    worker.terminate();
    expect(cores).toBeGreaterThan(0);
  });
});
