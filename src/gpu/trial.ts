/**
 * Trying programs for one product, on buffers of its own with random numbers: nothing of the model's is read or written. A
 * trial says whether a program computes what the plain one computes, and how long it takes.
 */
import { readBuffer } from './arenas.ts';
import { storageOf, type Value } from './graph.ts';
import { type Dispatch, kernel, load } from './kernels/kernel.ts';
import type { Product } from './kernels/matmul.ts';
import { paddedBytes } from './memory.ts';
import { layoutOf, pipelineFor } from './pipelines.ts';
import { hasTimestamps, PassTimer } from './timestamps.ts';

/** Random numbers that are copied over and over: an odd count, so that no two rows of a matrix are alike. */
const RANDOM_COUNT = 65537;

const COMPARING = 1024; // invocations

/** Measured at once, in ms: the rounding of timestamps (0.1), or the time that submitting takes, must matter little. */
const ENOUGH_MS = { timestamps: 2, wall: 6 };
const MAX_REPEATS = 256;

/** A program with the buffers of a trial, ready to run. */
export interface Contestant {
  dispatch: Dispatch;
  pipeline: GPUComputePipeline;
  bindGroup: GPUBindGroup;
}

export class Trial {
  readonly #device: GPUDevice;
  /** By the value that owns the memory. */
  readonly #buffers = new Map<Value, GPUBuffer>();
  readonly #owned: GPUBuffer[] = [];
  /** What the plain program wrote, by value. */
  readonly #wanted = new Map<Value, GPUBuffer>();

  private constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** @returns undefined when the device has no room for the product's operands beside all that it holds. */
  static async begin(device: GPUDevice, product: Product): Promise<Trial | undefined> {
    const trial = new Trial(device);
    device.pushErrorScope('validation');
    device.pushErrorScope('out-of-memory');
    trial.#allocate(product);
    const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    if (errors.every((error) => error === null)) return trial;
    trial.dispose();
    return undefined;
  }

  /** @returns undefined for a program that the device refuses. */
  async compile(dispatch: Dispatch): Promise<Contestant | undefined> {
    const device = this.#device;
    device.pushErrorScope('validation'); // that a candidate was refused is no error of the page's
    const pending = pipelineFor(device, dispatch).catch(() => undefined);
    const [refused, pipeline] = await Promise.all([device.popErrorScope(), pending]);
    if (refused || !pipeline || this.#owned.length === 0) return undefined; // or the trial ended meanwhile
    return this.#contestant(
      dispatch,
      pipeline,
      dispatch.bindings.map(({ value }) => this.#bufferOf(value)),
    );
  }

  /** Runs the program that the others are held to. */
  learn(plain: Contestant): void {
    const encoder = this.#device.createCommandEncoder();
    this.#run(encoder, plain);
    for (const value of outputsOf(plain)) {
      const buffer = this.#bufferOf(value);
      const wanted = this.#own(buffer.size);
      encoder.copyBufferToBuffer(buffer, 0, wanted, 0, buffer.size);
      this.#wanted.set(value, wanted);
    }
    this.#device.queue.submit([encoder.finish()]);
  }

  /** Largest difference of any output to the plain program's, relative to the largest number there; Infinity for NaN. */
  async errorOf(contestant: Contestant): Promise<number> {
    const device = this.#device;
    const encoder = device.createCommandEncoder();
    this.#run(encoder, contestant);
    const results: GPUBuffer[] = [];
    for (const value of outputsOf(contestant)) {
      const compare = comparison(value);
      const result = device.createBuffer({ size: 8 * COMPARING, usage: storageUsage() });
      results.push(result);
      const buffers = [this.#wanted.get(value)!, this.#bufferOf(value), result];
      encode(encoder, this.#contestant(compare, await pipelineFor(device, compare), buffers));
    }
    device.queue.submit([encoder.finish()]);
    let worst = 0;
    for (const result of results) {
      const numbers = await readBuffer(device, result);
      const differences = numbers.filter((_, i) => i % 2 === 0);
      const magnitudes = numbers.filter((_, i) => i % 2 === 1);
      const error = Math.max(...differences);
      worst = Math.max(worst, error < NOT_A_NUMBER ? error / (Math.max(...magnitudes) || 1) : Infinity);
      result.destroy();
    }
    return worst;
  }

  /** Milliseconds of one run. Measured once only, when it is clearly longer than `bestMs`. */
  async time(contestant: Contestant, bestMs: number): Promise<number> {
    const enough = hasTimestamps(this.#device) ? ENOUGH_MS.timestamps : ENOUGH_MS.wall;
    let repeats = 1;
    let ms = await this.#measure(contestant, repeats);
    while (ms < enough && repeats < MAX_REPEATS) {
      repeats = Math.min(MAX_REPEATS, Math.ceil((1.5 * repeats * enough) / Math.max(ms, enough / 16)));
      ms = await this.#measure(contestant, repeats);
    }
    if (ms / repeats > 1.3 * bestMs) return ms / repeats;
    return Math.min(ms, await this.#measure(contestant, repeats)) / repeats;
  }

  dispose(): void {
    for (const buffer of this.#owned) buffer.destroy();
    this.#owned.length = 0;
  }

  /** Milliseconds of `repeats` runs, one behind the other. */
  async #measure(contestant: Contestant, repeats: number): Promise<number> {
    const device = this.#device;
    const encoder = device.createCommandEncoder({ label: 'trial' });
    if (hasTimestamps(device)) {
      const timer = new PassTimer(device, 1);
      encode(encoder, contestant, repeats, timer.writes(0));
      const [ms] = await timer.submit(encoder);
      timer.dispose();
      return ms!;
    }
    encode(encoder, contestant, repeats);
    await device.queue.onSubmittedWorkDone(); // of others, before
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  }

  /** Encodes one run on fresh numbers: products may add to what is there. */
  #run(encoder: GPUCommandEncoder, contestant: Contestant): void {
    for (const value of outputsOf(contestant)) this.#randomize(encoder, storageOf(value));
    encode(encoder, contestant);
  }

  #allocate({ a, b, y, bias, residual, slope, dBias, seed }: Product): void {
    const encoder = this.#device.createCommandEncoder();
    for (const value of [a, b, y, bias, residual, slope, dBias, seed]) {
      const root = value && storageOf(value);
      if (!root || this.#buffers.has(root)) continue;
      this.#buffers.set(root, this.#own(paddedBytes(root)));
      this.#randomize(encoder, root);
    }
    this.#device.queue.submit([encoder.finish()]);
  }

  #randomize(encoder: GPUCommandEncoder, root: Value): void {
    const buffer = this.#buffers.get(root)!;
    const source = randomNumbers(this.#device, root.dtype === 'float16');
    for (let at = 0; at < buffer.size; at += source.size)
      encoder.copyBufferToBuffer(source, 0, buffer, at, Math.min(source.size, buffer.size - at));
  }

  #contestant(dispatch: Dispatch, pipeline: GPUComputePipeline, buffers: GPUBuffer[]): Contestant {
    const dims = this.#own(16, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    this.#device.queue.writeBuffer(dims, 0, Uint32Array.from(dispatch.dims));
    const bindGroup = this.#device.createBindGroup({
      label: dispatch.label,
      layout: layoutOf(this.#device, dispatch),
      entries: [...buffers, dims].map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    return { dispatch, pipeline, bindGroup };
  }

  #bufferOf(value: Value): GPUBuffer {
    return this.#buffers.get(storageOf(value))!;
  }

  #own(size: number, usage = storageUsage()): GPUBuffer {
    const buffer = this.#device.createBuffer({ label: 'trial', size, usage });
    this.#owned.push(buffer);
    return buffer;
  }
}

const storageUsage = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;

const outputsOf = ({ dispatch }: Contestant): Value[] =>
  dispatch.bindings.filter(({ write }) => write).map(({ value }) => value);

function encode(
  encoder: GPUCommandEncoder,
  { dispatch, pipeline, bindGroup }: Contestant,
  repeats = 1,
  timestampWrites?: GPUComputePassTimestampWrites,
): void {
  const pass = encoder.beginComputePass({ timestampWrites });
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  for (let i = 0; i < repeats; i++) pass.dispatchWorkgroups(...dispatch.workgroups);
  pass.end();
}

const NOT_A_NUMBER = 1e30; // what `comparison` reports for NaN and infinity

/** want, got -> for each invocation: the largest difference, and the largest number of `want`, among those it looked at. */
function comparison({ size, dtype }: Value): Dispatch {
  const value = (id: number): Value => ({ id, shape: [size], size, dtype });
  const [want, got] = [value(0), value(1)];
  const result: Value = { id: 2, shape: [COMPARING, 2], size: 2 * COMPARING, dtype: 'float32' };
  return kernel({
    label: `compare ${dtype}`,
    reads: { want: [want, 1], got: [got, 1] },
    writes: { result: [result, 2] },
    dims: { size },
    workgroup: [64],
    threads: [COMPARING],
    // by its bits, because a program may assume that there is no NaN
    body: `var worst = 0.0; var largest = 0.0;
for (var at = i; at < dims.size; at += ${COMPARING}u) {
  let x = ${load(got, 'got', 'at', 1)}; let y = ${load(want, 'want', 'at', 1)};
  let finite = (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
  worst = max(worst, select(${NOT_A_NUMBER}, abs(x - y), finite)); largest = max(largest, abs(y));
}
result[i] = vec2f(worst, largest);`,
  });
}

const sources = new WeakMap<GPUDevice, Map<boolean, GPUBuffer>>();

/** From -1 to 1; 16 bits wide with magnitudes of 0.5 to 1, whose bit patterns need no conversion. */
function randomNumbers(device: GPUDevice, half: boolean): GPUBuffer {
  const known = sources.get(device) ?? new Map<boolean, GPUBuffer>();
  sources.set(device, known);
  let source = known.get(half);
  if (!source) {
    const numbers = half
      ? Uint16Array.from({ length: 2 * RANDOM_COUNT }, () => ((Math.random() * 65536) & 0x83ff) | 0x3800)
      : Float32Array.from({ length: RANDOM_COUNT }, () => 2 * Math.random() - 1);
    source = device.createBuffer({ label: 'random', size: numbers.byteLength, usage: storageUsage() });
    device.queue.writeBuffer(source, 0, numbers);
    known.set(half, source);
  }
  return source;
}
