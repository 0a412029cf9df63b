/**
 * Arenas: parameters, gradients and the two moments of Adam, each kind in one buffer at the same offsets, so that clipping and
 * the update are a few dispatches however many parameters there are. Kinds have buffers of their own because a dispatch may
 * not read and write the same buffer.
 *
 * Parameters that decay (matrices) come first: one number separates them from those that do not.
 */
import { GpuError } from '../lib/errors.ts';
import { bytesPerNumber, type HalfType } from './graph.ts';
import { formatBytes } from '../lib/units.ts';

/** `shadow`: a 16-bit copy of the parameters, as mixed precision reads them. */
export type ArenaKind = 'parameters' | 'gradients' | 'm' | 'v' | 'shadow';

export interface ArenaLayout {
  /** By name: where a parameter begins, in numbers, and its shape. */
  entries: Map<string, { offset: number; size: number; shape: number[] }>;
  /** Numbers in an arena, padding included. */
  size: number;
  /** The first so many numbers decay. */
  decayed: number;
}

const ALIGNMENT = 128; // numbers: 256 bytes, where a binding may begin, when a number has two

export function layoutArenas(shapes: Iterable<[string, number[]]>): ArenaLayout {
  const entries: ArenaLayout['entries'] = new Map();
  let size = 0;
  const place = (list: [string, number[]][]) => {
    for (const [name, shape] of list) {
      const count = shape.reduce((a, b) => a * b, 1);
      entries.set(name, { offset: size, size: count, shape });
      size += Math.ceil(count / ALIGNMENT) * ALIGNMENT;
    }
  };
  const all = [...shapes];
  place(all.filter(([, shape]) => shape.length >= 2));
  const decayed = size;
  place(all.filter(([, shape]) => shape.length < 2));
  return { entries, size, decayed };
}

export class Arenas {
  readonly layout: ArenaLayout;
  readonly #device: GPUDevice;
  readonly #buffers = new Map<ArenaKind, GPUBuffer>();
  readonly #shadowBytes: number;

  /** @throws {GpuError} when an arena is larger than a buffer can be. */
  constructor(device: GPUDevice, layout: ArenaLayout, kinds: ArenaKind[], half: HalfType = 'float16') {
    this.#shadowBytes = bytesPerNumber(half);
    this.layout = layout;
    this.#device = device;
    const bytes = 4 * layout.size;
    const limit = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
    if (bytes > limit)
      throw new GpuError(
        `The model's parameters take ${formatBytes(bytes)}; this GPU binds at most ${formatBytes(limit)} at once. ` +
          'Choose a smaller model.',
      );
    this.add(...kinds);
  }

  /** Makes arenas that are not there yet; they begin with zeros. */
  add(...kinds: ArenaKind[]): void {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    for (const kind of kinds)
      if (!this.#buffers.has(kind))
        this.#buffers.set(
          kind,
          this.#device.createBuffer({ label: kind, size: this.#width(kind) * this.layout.size, usage }),
        );
  }

  get bytes(): number {
    return [...this.#buffers.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Bytes of a number. */
  #width(kind: ArenaKind): number {
    return kind === 'shadow' ? this.#shadowBytes : 4;
  }

  has(kind: ArenaKind): boolean {
    return this.#buffers.has(kind);
  }

  buffer(kind: ArenaKind): GPUBuffer {
    return this.#buffers.get(kind)!;
  }

  /** Where one parameter, or what belongs to it, is. */
  place(kind: ArenaKind, name: string): { buffer: GPUBuffer; offset: number } {
    return { buffer: this.buffer(kind), offset: this.#width(kind) * this.layout.entries.get(name)!.offset };
  }

  write(kind: ArenaKind, name: string, data: Float32Array): void {
    const { buffer, offset } = this.place(kind, name);
    this.#device.queue.writeBuffer(buffer, offset, data as Float32Array<ArrayBuffer>);
  }

  clear(encoder: GPUCommandEncoder, kind: ArenaKind): void {
    encoder.clearBuffer(this.buffer(kind));
  }

  /** All numbers of an arena by name, as they are when the commands before have run. Waits for the GPU. */
  async read(kind: ArenaKind): Promise<Map<string, Float32Array>> {
    const all = await readBuffer(this.#device, this.buffer(kind));
    return new Map(
      [...this.layout.entries].map(([name, { offset, size }]) => [name, all.slice(offset, offset + size)]),
    );
  }

  dispose(): void {
    for (const buffer of this.#buffers.values()) buffer.destroy();
    this.#buffers.clear();
  }
}

/** Copies a buffer to the CPU: waits until all commands before are done. */
export async function readBuffer(device: GPUDevice, buffer: GPUBuffer): Promise<Float32Array> {
  const staging = device.createBuffer({
    size: buffer.size,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    return new Float32Array(staging.getMappedRange().slice(0));
  } finally {
    staging.destroy();
  }
}
