/** The loss of one batch as a plan: what evaluation runs, over the same parameter buffers as the training step. */
import type { Arenas } from '../gpu/arenas.ts';
import type { Target } from '../gpu/kernels/kernel.ts';
import { type External, Plan, planGraph } from '../gpu/plan.ts';
import type { ModelConfig } from '../model/config.ts';
import { type BatchSource, traceLoss } from './stepGraph.ts';

export class LossPlan {
  readonly #device: GPUDevice;
  readonly #plan: Plan;
  readonly #offsets: GPUBuffer;
  readonly #loss: GPUBuffer;
  readonly #staging: GPUBuffer;

  private constructor(
    device: GPUDevice,
    plan: Plan,
    offsets: GPUBuffer,
    loss: GPUBuffer,
    staging: GPUBuffer,
  ) {
    this.#device = device;
    this.#plan = plan;
    this.#offsets = offsets;
    this.#loss = loss;
    this.#staging = staging;
  }

  /** @throws {GpuError} */
  static async create(
    device: GPUDevice,
    arenas: Arenas,
    model: ModelConfig,
    source: BatchSource,
    corpus: External,
    target: Target,
  ): Promise<LossPlan> {
    const { STORAGE, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
    const make = (size: number, usage: number) => device.createBuffer({ size, usage });
    const offsets = make(4 * source.B, STORAGE | COPY_DST);
    const loss = make(16, STORAGE | COPY_SRC);
    const staging = make(4, COPY_DST | MAP_READ);
    const external = (name: string): External => {
      if (name === 'offsets') return { buffer: offsets };
      if (name === 'loss') return { buffer: loss };
      if (name === 'corpus') return corpus;
      return arenas.place('parameters', name.slice('parameters/'.length));
    };
    const plan = await Plan.compile(device, planGraph(traceLoss(model, source), target), external);
    return new LossPlan(device, plan, offsets, loss, staging);
  }

  /** Mean loss over the windows that begin at `offsets`, as many as the plan was made for. Waits for the GPU. */
  async run(offsets: number[]): Promise<number> {
    const { queue } = this.#device;
    queue.writeBuffer(this.#offsets, 0, Uint32Array.from(offsets));
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    this.#plan.encode(pass);
    pass.end();
    encoder.copyBufferToBuffer(this.#loss, 0, this.#staging, 0, 4);
    queue.submit([encoder.finish()]);
    await this.#staging.mapAsync(GPUMapMode.READ);
    const [loss] = new Float32Array(this.#staging.getMappedRange().slice(0));
    this.#staging.unmap();
    return loss!;
  }

  dispose(): void {
    this.#plan.dispose();
    for (const buffer of [this.#offsets, this.#loss, this.#staging]) buffer.destroy();
  }
}
