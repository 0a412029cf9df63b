/** Running graphs in tests: an op of the model's, or any traced code, compiled for a target and run once. */
import * as tf from '@tensorflow/tfjs-core';
import { readBuffer } from '../../src/gpu/arenas.ts';
import { openDevice } from '../../src/gpu/device.ts';
import type { Graph } from '../../src/gpu/graph.ts';
import type { Target } from '../../src/gpu/kernels/kernel.ts';
import { optimize } from '../../src/gpu/passes.ts';
import { type External, Plan, planGraph } from '../../src/gpu/plan.ts';
import { trace } from '../../src/gpu/traceBackend.ts';
import type { OpCase } from '../ops/support.ts';

/** Every way in which kernels are written: what this machine runs, what others run, what starts fast. */
export const TARGETS: Record<string, Target> = {
  'lanes of four': { subgroupSize: 4, reduction: 'serial', effort: 'best', minInvocations: 1 },
  'no subgroups, quick': { subgroupSize: 0, reduction: 'serial', effort: 'quick', minInvocations: 1 },
  'workgroups for rows': { subgroupSize: 0, reduction: 'workgroup', effort: 'best', minInvocations: 1 },
};

let opened: Promise<GPUDevice> | undefined;

/** One device for all tests of a file; a command that it refuses fails the test that sent it. */
export function testDevice(): Promise<GPUDevice> {
  opened ??= openDevice().then(({ device }) => {
    device.addEventListener('uncapturederror', ({ error }) => {
      throw new Error(error.message);
    });
    return device;
  });
  return opened;
}

type Numbers = Float32Array | Int32Array | Uint32Array;

/** Runs a graph whose externals are `data` (their buffers hold it before) and returns all of them as they are after. */
export async function runGraph(
  graph: Graph,
  data: Record<string, Numbers>,
  target: Target,
  runs = 1,
): Promise<Record<string, Float32Array>> {
  const device = await testDevice();
  const buffers = new Map<string, GPUBuffer>();
  for (const [name, values] of Object.entries(data)) {
    const buffer = device.createBuffer({
      size: 16 * Math.ceil(values.length / 4),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    });
    device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
    buffers.set(name, buffer);
  }
  const external = (name: string): External => {
    const buffer = buffers.get(name);
    if (!buffer) throw new Error(`the graph wants a buffer "${name}"`);
    return { buffer };
  };
  const plan = await Plan.compile(device, planGraph(graph, target), external);
  for (let i = 0; i < runs; i++) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    plan.encode(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
  }
  const after: Record<string, Float32Array> = {};
  for (const [name, buffer] of buffers)
    after[name] = (await readBuffer(device, buffer)).slice(0, data[name]!.length);
  plan.dispose();
  for (const buffer of buffers.values()) buffer.destroy();
  return after;
}

/** Value and gradients of one op, traced, planned and run. */
export async function runAsPlan(
  { inputs, op }: OpCase,
  arrays: Record<string, Float64Array>,
  dY: Float64Array,
  target: Target,
): Promise<{ y: Float32Array; gradients: Record<string, Float32Array> }> {
  const names = Object.keys(inputs);
  let size = 0;
  const data: Record<string, Numbers> = { dY: Float32Array.from(dY) };
  const graph = trace((tracer) => {
    const list = names.map((name) => tracer.parameter(`in/${name}`, inputs[name]!));
    const named = (tensors: tf.Tensor[]) => Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
    const { shape } = op(named(list)); // recorded too, but nobody reads it: the first pass drops it
    const { value: y, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => op(named(tensors)))(
      list,
      tracer.input('dY', shape),
    );
    size = y.size;
    tracer.output('y', y);
    names.forEach((name, i) => tracer.output(`d/${name}`, grads[i]!));
  });
  optimize(graph);
  for (const name of names) {
    data[`in/${name}`] = Float32Array.from(arrays[name]!);
    data[`d/${name}`] = new Float32Array(arrays[name]!.length);
  }
  data['y'] = new Float32Array(size);
  const after = await runGraph(graph, data, target);
  return { y: after['y']!, gradients: Object.fromEntries(names.map((name) => [name, after[`d/${name}`]!])) };
}
