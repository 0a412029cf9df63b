/**
 * A plan: the fixed list of dispatches that computes a graph, and the memory it needs. `planGraph` knows all figures without
 * a device; `Plan.compile` makes buffers, pipelines and bind groups once; after that a run is encoding the list
 * (`encode`), and creates nothing.
 *
 * Where values live: externals (parameters, gradients, data) in buffers of the caller's, the rest in slots of memory.ts.
 */
import { GpuError } from '../lib/errors.ts';
import { formatBytes } from '../lib/units.ts';
import { bytesPerNumber, type Graph, storageOf, type Value } from './graph.ts';
import type { Dispatch, Target } from './kernels/kernel.ts';
import { lower } from './kernels/lower.ts';
import { assignMemory, type MemoryPlan, paddedBytes } from './memory.ts';
import { layoutOf, pipelineFor } from './pipelines.ts';

/** Everything about a plan that is known before the first run. */
export interface PlanSketch {
  graph: Graph;
  dispatches: Dispatch[];
  memory: MemoryPlan;
  stats: PlanStats;
}

export interface PlanStats {
  dispatches: number;
  pipelines: number;
  /** Floating-point operations of one run. */
  flops: number;
  /** Bytes that the dispatches read and write, each buffer counted once a dispatch. */
  bytesMoved: number;
  /** Memory of the plan's own, and the largest sum of values alive at once in it. */
  temporaryBytes: number;
  peakBytes: number;
}

export interface External {
  buffer: GPUBuffer;
  /** Bytes; a multiple of 256. */
  offset?: number;
  /** Bytes, where the graph does not know how much there is (a corpus). */
  size?: number;
}

export function planGraph(graph: Graph, target: Target): PlanSketch {
  const dispatches = graph.nodes.flatMap((node) => lower(node, target));
  const memory = assignMemory(graph);
  return {
    graph,
    dispatches,
    memory,
    stats: {
      dispatches: dispatches.length,
      pipelines: new Set(dispatches.map(({ code }) => code)).size,
      flops: dispatches.reduce((sum, { flops }) => sum + flops, 0),
      bytesMoved: dispatches.reduce((sum, dispatch) => sum + bytesOf(dispatch), 0),
      temporaryBytes: memory.bytes,
      peakBytes: memory.peakBytes,
    },
  };
}

export const bytesOf = ({ bindings }: Dispatch): number =>
  bindings.reduce((sum, { value }) => sum + value.size * bytesPerNumber(value.dtype), 0);

/** One dispatch, ready to be encoded. */
interface Command {
  pipeline: GPUComputePipeline;
  bindGroup: GPUBindGroup;
  workgroups: [number, number, number];
}

const storageUsage = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;

export class Plan {
  readonly sketch: PlanSketch;
  /** The programs in use: those of the sketch, until better ones have replaced them. */
  dispatches: Dispatch[] = [];
  readonly #device: GPUDevice;
  readonly #external: (name: string) => External;
  readonly #owned: GPUBuffer[] = [];
  readonly #places = new Map<Value, GPUBuffer>();
  #commands: Command[] = [];

  private constructor(device: GPUDevice, sketch: PlanSketch, external: (name: string) => External) {
    this.#device = device;
    this.sketch = sketch;
    this.#external = external;
    this.#allocate();
  }

  /**
   * Makes everything that a run needs. `onProgress` hears how many pipelines are ready.
   *
   * @throws {GpuError} when a program is refused, or memory does not suffice.
   */
  static async compile(
    device: GPUDevice,
    sketch: PlanSketch,
    external: (name: string) => External,
    onProgress?: (ready: number, all: number) => void,
  ): Promise<Plan> {
    device.pushErrorScope('out-of-memory');
    const plan = new Plan(device, sketch, external);
    const outOfMemory = device.popErrorScope();
    try {
      await plan.use(sketch.dispatches, onProgress);
      if (await outOfMemory)
        throw new GpuError(
          `The GPU has no room for the ${formatBytes(sketch.stats.temporaryBytes)} of intermediate values of this plan. ` +
            'Nothing is lost. Use a smaller batch or context, or close other pages that use the GPU.',
        );
    } catch (error) {
      plan.dispose();
      throw error;
    }
    return plan;
  }

  /** Replaces the programs by others for the same graph, between two runs: the old ones serve until the new ones are ready. */
  async use(dispatches: Dispatch[], onProgress?: (ready: number, all: number) => void): Promise<void> {
    const device = this.#device;
    const codes = new Map(dispatches.map((dispatch) => [dispatch.code, dispatch]));
    let ready = 0;
    const pipelines = new Map<string, GPUComputePipeline>();
    await Promise.all(
      [...codes].map(async ([code, dispatch]) => {
        pipelines.set(code, await pipelineFor(device, dispatch));
        onProgress?.(++ready, codes.size);
      }),
    );
    const dims = this.#dimsBuffer(dispatches);
    this.#commands = dispatches.map((dispatch) => ({
      pipeline: pipelines.get(dispatch.code)!,
      workgroups: dispatch.workgroups,
      bindGroup: device.createBindGroup({
        label: dispatch.label,
        layout: layoutOf(device, dispatch),
        entries: [
          ...dispatch.bindings.map(({ value }, binding) => ({
            binding,
            resource: this.placeOf(value),
          })),
          ...(dispatch.dims.length > 0
            ? [{ binding: dispatch.bindings.length, resource: dims(dispatch.dims) }]
            : []),
        ],
      }),
    }));
    this.dispatches = dispatches;
  }

  /** Encodes dispatches [from, to) of the list. Creates nothing. */
  encode(pass: GPUComputePassEncoder, from = 0, to = this.#commands.length): void {
    for (let i = from; i < to; i++) {
      const { pipeline, bindGroup, workgroups } = this.#commands[i]!;
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
    }
  }

  /** Work done after each dispatch of the list, in arbitrary units: arithmetic, and memory at 8 operations a byte. */
  get work(): number[] {
    let done = 0;
    return this.dispatches.map((dispatch) => (done += dispatch.flops + 8 * bytesOf(dispatch)));
  }

  get length(): number {
    return this.#commands.length;
  }

  /** Bytes of GPU buffers that this plan made. */
  get bytes(): number {
    return this.#owned.reduce((sum, { size }) => sum + size, 0);
  }

  /** Buffer, offset and size in bytes of a value. */
  placeOf(value: Value): GPUBufferBinding {
    const root = storageOf(value);
    const size = paddedBytes(root);
    if (root.external === undefined) return { buffer: this.#places.get(root)!, size };
    const { buffer, offset = 0, size: given } = this.#external(root.external);
    return { buffer, offset, size: given ?? Math.min(size, buffer.size - offset) };
  }

  dispose(): void {
    for (const buffer of this.#owned) buffer.destroy();
    this.#owned.length = 0;
    this.#commands = [];
  }

  #allocate(): void {
    const { memory, dispatches } = this.sketch;
    for (const [i, slot] of memory.slots.entries()) {
      const buffer = this.#own(slot.bytes, storageUsage(), `slot ${i}`);
      for (const { value } of slot.values) this.#places.set(value, buffer);
    }
    for (const { bindings } of dispatches)
      for (const { value } of bindings) {
        if (!value.constant || this.#places.has(value)) continue;
        const buffer = this.#own(paddedBytes(value), storageUsage(), 'constant');
        const { constant, dtype } = value;
        const numbers = dtype === 'int32' ? Int32Array.from(constant) : Float32Array.from(constant);
        this.#device.queue.writeBuffer(buffer, 0, numbers);
        this.#places.set(value, buffer);
      }
  }

  /** One uniform buffer for the shapes of all dispatches, equal ones stored once. */
  #dimsBuffer(dispatches: Dispatch[]): (dims: number[]) => GPUBufferBinding {
    const alignment = this.#device.limits.minUniformBufferOffsetAlignment;
    const unique = new Map<string, number[]>();
    for (const { dims } of dispatches) if (dims.length > 0) unique.set(dims.join(), dims);
    if (unique.size === 0) return () => ({ buffer: this.#owned[0]! });
    const all = new Uint32Array((unique.size * alignment) / 4);
    [...unique.values()].forEach((dims, i) => all.set(dims, (i * alignment) / 4));
    const buffer = this.#own(all.byteLength, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST, 'dims');
    this.#device.queue.writeBuffer(buffer, 0, all);
    const keys = [...unique.keys()];
    return (dims) => ({ buffer, offset: keys.indexOf(dims.join()) * alignment, size: 16 });
  }

  #own(size: number, usage: number, label: string): GPUBuffer {
    const buffer = this.#device.createBuffer({ label, size, usage });
    this.#owned.push(buffer);
    return buffer;
  }
}
