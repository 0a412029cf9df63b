/**
 * Times measured by the device itself. Chrome rounds them to 100 us (a guard against timing attacks) unless it is told
 * otherwise: what is shorter must be averaged over many runs, or repeated within a pass.
 */
export const hasTimestamps = ({ features }: GPUDevice): boolean => features.has('timestamp-query');

const BYTES = 8; // of a timestamp, in ns

/** Times the passes of one encoder: `writes(i)` goes into the descriptor of pass i. */
export class PassTimer {
  readonly #device: GPUDevice;
  readonly #passes: number;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer;

  /** `passes` up to 2048: a query set holds 4096 timestamps. */
  constructor(device: GPUDevice, passes: number) {
    const size = 2 * passes * BYTES;
    this.#device = device;
    this.#passes = passes;
    this.#queries = device.createQuerySet({ type: 'timestamp', count: 2 * passes });
    this.#resolved = device.createBuffer({
      label: 'timestamps',
      size,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    this.#staging = device.createBuffer({
      label: 'timestamps read',
      size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
  }

  writes(pass: number): GPUComputePassTimestampWrites {
    return {
      querySet: this.#queries,
      beginningOfPassWriteIndex: 2 * pass,
      endOfPassWriteIndex: 2 * pass + 1,
    };
  }

  /** Ends the encoder, submits it and waits for the GPU. @returns ms of each pass. */
  async submit(encoder: GPUCommandEncoder): Promise<number[]> {
    encoder.resolveQuerySet(this.#queries, 0, 2 * this.#passes, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, this.#staging.size);
    this.#device.queue.submit([encoder.finish()]);
    await this.#staging.mapAsync(GPUMapMode.READ);
    const times = new BigInt64Array(this.#staging.getMappedRange().slice(0));
    this.#staging.unmap();
    // some drivers begin to count anew in between: such a pass took no time rather than a negative one
    return Array.from({ length: this.#passes }, (_, i) =>
      Math.max(0, Number(times[2 * i + 1]! - times[2 * i]!) / 1e6),
    );
  }

  dispose(): void {
    this.#queries.destroy();
    this.#resolved.destroy();
    this.#staging.destroy();
  }
}
