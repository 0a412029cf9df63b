/**
 * Counts what any engine does with WebGPU, by wrapping the methods of the prototypes before the first device is asked for.
 * Bytes alive are those of buffers created and not yet destroyed; a buffer that is only left to the garbage collector counts
 * as alive, since nobody can know when it goes.
 */
export interface GpuCounts {
  dispatches: number;
  submits: number;
  /** Buffers created. */
  buffers: number;
  bindGroups: number;
  aliveBytes: number;
  /** Highest aliveBytes; set it to aliveBytes to begin anew. */
  peakBytes: number;
}

let counts: GpuCounts | undefined;

/** The running totals of this page; the first call begins to count. All zero where there is no WebGPU. */
export function gpuCounts(): GpuCounts {
  if (counts) return counts;
  counts = { dispatches: 0, submits: 0, buffers: 0, bindGroups: 0, aliveBytes: 0, peakBytes: 0 };
  if (typeof GPUDevice !== 'undefined') install(counts);
  return counts;
}

function install(to: GpuCounts): void {
  /** Buffers of each device that were not destroyed, by size: destroying the device destroys them. */
  const alive = new WeakMap<GPUDevice, Map<GPUBuffer, number>>();
  const owner = new WeakMap<GPUBuffer, GPUDevice>();
  const free = (device: GPUDevice | undefined, buffer: GPUBuffer) => {
    const buffers = device && alive.get(device);
    to.aliveBytes -= buffers?.get(buffer) ?? 0;
    buffers?.delete(buffer);
  };

  after(GPUDevice.prototype, 'createBuffer', (device, buffer) => {
    to.buffers++;
    to.aliveBytes += buffer.size;
    to.peakBytes = Math.max(to.peakBytes, to.aliveBytes);
    owner.set(buffer, device);
    if (!alive.has(device)) alive.set(device, new Map());
    alive.get(device)!.set(buffer, buffer.size);
  });
  after(GPUBuffer.prototype, 'destroy', (buffer) => free(owner.get(buffer), buffer));
  after(GPUDevice.prototype, 'destroy', (device) => {
    for (const buffer of [...(alive.get(device)?.keys() ?? [])]) free(device, buffer);
  });
  after(GPUDevice.prototype, 'createBindGroup', () => void to.bindGroups++);
  after(GPUQueue.prototype, 'submit', () => void to.submits++);
  after(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', () => void to.dispatches++);
  after(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', () => void to.dispatches++);
}

type Methods<P> = { [K in keyof P as P[K] extends (...args: never[]) => unknown ? K : never]: P[K] };

/** Calls `f` with the object and the result after each call of a method. */
function after<P extends object, K extends keyof Methods<P> & keyof P>(
  prototype: P,
  name: K,
  f: (self: P, result: P[K] extends (...args: never[]) => infer R ? R : never) => void,
): void {
  const original = prototype[name] as (...args: unknown[]) => never;
  prototype[name] = function (this: P, ...args: unknown[]) {
    const result = original.apply(this, args);
    f(this, result);
    return result;
  } as P[K];
}
