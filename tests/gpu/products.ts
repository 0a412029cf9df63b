/** Products for tests: made from a layout, sizes and what follows, run as one dispatch, and computed in float64. */
import { readBuffer } from '../../src/gpu/arenas.ts';
import { Graph, storageOf, type Value } from '../../src/gpu/graph.ts';
import type { Dispatch } from '../../src/gpu/kernels/kernel.ts';
import { type Product, productOf } from '../../src/gpu/kernels/matmul.ts';
import { layoutOf, pipelineFor } from '../../src/gpu/pipelines.ts';
import { createRng, hash32 } from '../../src/lib/rng.ts';
import { gelu, geluDerivative } from '../reference/gelu.ts';

/** What is done to the sums: each a list of what the graph's passes put together. */
export const FOLLOWS = [
  'plain',
  'bias gelu',
  'slope',
  'bias dropout residual',
  'accumulate',
  'dBias',
] as const;
export type Follows = (typeof FOLLOWS)[number];

const DROPOUT = { rate: 0.3, stream: 5 };
const SEED = 11;

export function makeProduct(
  layout: Product['layout'],
  M: number,
  N: number,
  K: number,
  follows: Follows,
): Product {
  const graph = new Graph();
  const value = (...shape: number[]) => graph.value(shape, 'float32');
  const has = (what: string) => follows.includes(what);
  const inputs: Record<string, Value> = {
    a: layout === 'tn' ? value(K, M) : value(M, K),
    b: layout === 'nt' ? value(N, K) : value(K, N),
  };
  const outputs: Record<string, Value> = { y: value(M, N) };
  if (follows.startsWith('bias')) inputs['bias'] = value(N);
  if (follows === 'slope') inputs['slope'] = value(M, N);
  if (has('gelu')) outputs['slope'] = value(M, N);
  if (has('residual')) inputs['residual'] = value(M, N);
  if (has('dropout')) inputs['seed'] = graph.value([1], 'int32');
  if (has('dBias')) outputs['dBias'] = value(N);
  const attrs = {
    transposeA: layout === 'tn',
    transposeB: layout === 'nt',
    accumulate: follows === 'accumulate' || follows === 'dBias',
    ...(has('gelu') && { gelu: 'tanh' }),
    ...(has('dropout') && { dropout: DROPOUT }),
  };
  return productOf({ op: 'Product', inputs, outputs, attrs });
}

export type Arrays = Map<Value, Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>>;

/** Random numbers for every value of a product, outputs too. */
export function randomData({ node, seed }: Product): Arrays {
  const rng = createRng(7);
  const values = [...Object.values(node.inputs), ...Object.values(node.outputs)];
  return new Map(
    values.map((value) => [
      value,
      value === seed
        ? Int32Array.of(SEED)
        : Float32Array.from({ length: value.size }, () => Math.fround(rng.normal())),
    ]),
  );
}

/** What the outputs hold afterwards, in float64. */
export function expected(product: Product, data: Arrays): Map<Value, Float64Array> {
  const { layout, M, N, K, a, b, y, bias, residual, slope, dBias, accumulate } = product;
  const [A, B] = [data.get(a)!, data.get(b)!];
  const atA = (m: number, k: number) => A[layout === 'tn' ? k * M + m : m * K + k]!;
  const atB = (k: number, n: number) => B[layout === 'nt' ? n * K + k : k * N + n]!;
  const sums = new Float64Array(M * N);
  const slopes = new Float64Array(M * N);
  const columns = new Float64Array(N);
  const key = hash32(DROPOUT.stream, SEED);
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += atA(m, k) * atB(k, n);
      const at = m * N + n;
      if (bias) sum += data.get(bias)![n]!;
      slopes[at] = geluDerivative(sum, 'tanh');
      if (product.gelu) sum = gelu(sum, product.gelu);
      else if (slope) sum *= data.get(slope)![at]!;
      if (product.dropout)
        sum *= hash32(at, key) >= Math.ceil(DROPOUT.rate * 2 ** 32) ? 1 / (1 - DROPOUT.rate) : 0;
      if (residual) sum += data.get(residual)![at]!;
      sums[at] = sum + (accumulate ? data.get(y)![at]! : 0);
    }
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < K; k++) columns[n]! += atB(k, n);
    if (accumulate && dBias) columns[n]! += data.get(dBias)![n]!;
  }
  const all = new Map([[y, sums]]);
  if (product.gelu && slope) all.set(slope, slopes);
  if (dBias) all.set(dBias, columns);
  return all;
}

/** Runs one dispatch; returns what its outputs hold. */
export async function runDispatch(
  device: GPUDevice,
  dispatch: Dispatch,
  data: Arrays,
): Promise<Map<Value, Float32Array>> {
  const pipeline = await pipelineFor(device, dispatch);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const buffers = new Map<Value, GPUBuffer>();
  for (const { value } of dispatch.bindings) {
    const buffer = device.createBuffer({ size: 16 * Math.ceil(value.size / 4), usage });
    device.queue.writeBuffer(buffer, 0, data.get(storageOf(value))!);
    buffers.set(value, buffer);
  }
  const dims = device.createBuffer({ size: 16, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(dims, 0, Uint32Array.from(dispatch.dims));
  const bindGroup = device.createBindGroup({
    layout: layoutOf(device, dispatch),
    entries: [...dispatch.bindings.map(({ value }) => buffers.get(value)!), dims].map((buffer, binding) => ({
      binding,
      resource: { buffer },
    })),
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...dispatch.workgroups);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const after = new Map<Value, Float32Array>();
  for (const { value, write } of dispatch.bindings)
    if (write) after.set(value, (await readBuffer(device, buffers.get(value)!)).slice(0, value.size));
  for (const buffer of [...buffers.values(), dims]) buffer.destroy();
  return after;
}
