/**
 * Generation through plans: the contract of generate.ts, with prefill, decode and sampling on the GPU. Several tokens are
 * drawn in one submit, and the next ones are under way while the CPU reads the last.
 *
 * A generator works on a copy of the parameters, taken when a prompt begins: training may go on meanwhile.
 */
import { Arenas, readBuffer } from '../gpu/arenas.ts';
import type { Target } from '../gpu/kernels/kernel.ts';
import { type External, Plan, planGraph, type PlanSketch } from '../gpu/plan.ts';
import { GpuError, invariant } from '../lib/errors.ts';
import { formatBytes } from '../lib/units.ts';
import type { ModelConfig } from '../model/config.ts';
import { kvWidth, TOKEN_RING, traceDecode, tracePrefill } from './decodeGraph.ts';
import { type GenerateOptions, promptLimit } from './generate.ts';

/** Rows of a prompt that go through the model at once. */
const CHUNK = 32;
/** A submit is about so long: the page wants its tokens as they come. */
const SUBMIT_MS = 30;
const MOST_PER_SUBMIT = 16;
const UNTIMED_PER_SUBMIT = 4; // before the first was timed
const IN_FLIGHT = 2;

/** Writes one text at a time; its buffers hold where that text is. */
export class PlanGenerator {
  readonly #device: GPUDevice;
  readonly #live: Arenas;
  readonly #model: ModelConfig;
  readonly #buffers: Map<string, GPUBuffer>;
  readonly #staging: GPUBuffer[];
  readonly #copy: Arenas;
  #prefill!: Plan;
  #decode!: Plan;
  #msPerToken: number | undefined;
  /** When the last submit was done, ms; undefined after a prompt, whose time is not that of tokens. */
  #doneAt: number | undefined;

  private constructor(device: GPUDevice, live: Arenas, model: ModelConfig) {
    this.#device = device;
    this.#live = live;
    this.#model = model;
    this.#copy = new Arenas(device, live.layout, ['parameters']);
    const { STORAGE, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
    const make = (label: string, numbers: number) =>
      device.createBuffer({ label, size: 16 * Math.ceil(numbers / 4), usage: STORAGE | COPY_DST | COPY_SRC });
    const sizes: Record<string, number> = {
      prompt: this.#rows,
      row: 1,
      position: 1,
      logits: model.vocabSize,
      weights: model.vocabSize,
      controls: 4,
      state: 4,
      tokens: TOKEN_RING,
    };
    for (let layer = 0; layer < model.nLayer; layer++)
      sizes[`cache/k${layer}`] = sizes[`cache/v${layer}`] = model.blockSize * kvWidth(model);
    this.#buffers = new Map(Object.entries(sizes).map(([name, numbers]) => [name, make(name, numbers)]));
    this.#staging = Array.from({ length: IN_FLIGHT }, () =>
      device.createBuffer({ size: 4 * TOKEN_RING, usage: MAP_READ | COPY_DST }),
    );
  }

  /**
   * `live`: the parameters, as training changes them. `onProgress`: programs compiled so far, and in all.
   *
   * @throws {GpuError} when the GPU has no room or refuses a program.
   */
  static async create(
    device: GPUDevice,
    live: Arenas,
    model: ModelConfig,
    target: Target,
    onProgress?: (ready: number, all: number) => void,
  ): Promise<PlanGenerator> {
    device.pushErrorScope('out-of-memory');
    let generator: PlanGenerator;
    let outOfMemory: Promise<GPUError | null>;
    try {
      generator = new PlanGenerator(device, live, model);
    } finally {
      outOfMemory = device.popErrorScope();
    }
    const external = (name: string): External => {
      const buffer = generator.#buffers.get(name);
      return buffer ? { buffer } : generator.#copy.place('parameters', name.slice('parameters/'.length));
    };
    try {
      if (await outOfMemory)
        throw new GpuError(
          `The GPU has no room for the ${formatBytes(generator.#ownBytes)} that writing text takes, a copy of the weights ` +
            'among them. Nothing is lost. Close other pages that use the GPU, or choose a smaller model or context.',
        );
      const sketches = [tracePrefill(model, generator.#rows), traceDecode(model)].map((graph) =>
        planGraph(graph, target),
      );
      const all = sketches.reduce((sum, { stats }) => sum + stats.pipelines, 0);
      let ready = 0;
      const compile = (sketch: PlanSketch) =>
        Plan.compile(device, sketch, external, () => onProgress?.(++ready, all));
      const prefill = compile(sketches[0]!).then((plan) => (generator.#prefill = plan));
      const decode = compile(sketches[1]!).then((plan) => (generator.#decode = plan));
      await Promise.allSettled([prefill, decode]); // nothing is disposed of while the other is still being made
      await Promise.all([prefill, decode]);
    } catch (error) {
      generator.dispose();
      throw error;
    }
    return generator;
  }

  /** Yields new tokens as they are drawn, as generateTokens does. */
  async *tokens(prompt: ArrayLike<number>, options: GenerateOptions): AsyncGenerator<number> {
    const { blockSize } = this.#model;
    const history = Array.from(prompt).slice(-promptLimit(this.#model));
    invariant(history.length > 0, 'a text begins with a token at least');
    this.#begin(options);
    this.#feed(history);
    let position = history.length;
    let ordered = 0; // tokens that the GPU was told to draw
    let taken = 0;
    const underWay: Promise<number[]>[] = [];
    try {
      while (taken < options.maxNewTokens) {
        // the newest half of a full context is read again as a fresh prompt, once all tokens before are known
        if (position > blockSize && underWay.length === 0) {
          const kept = history.slice(-Math.max(1, blockSize >> 1));
          this.#feed(kept);
          position = kept.length;
        }
        while (underWay.length < IN_FLIGHT && ordered < options.maxNewTokens && position <= blockSize) {
          // the logits of the last position give one more token; what its own run leaves is never read
          const wanted = ordered === 0 ? 1 : this.#perSubmit; // the first is to be seen at once
          const count = Math.min(wanted, options.maxNewTokens - ordered, blockSize + 1 - position);
          underWay.push(this.#draw(ordered, count));
          ordered += count;
          position += count;
        }
        for (const token of (await underWay.shift()) ?? []) {
          if (token === options.stopToken) return;
          taken++;
          history.push(token);
          yield token;
        }
      }
    } finally {
      await Promise.all(underWay); // the staging buffers are free again
    }
  }

  /** Logits after a prompt of at most blockSize tokens: what a token would be drawn from. Waits for the GPU. */
  async logits(tokens: ArrayLike<number>): Promise<Float32Array> {
    this.#begin({ temperature: 0, topK: 0, topP: 1, seed: 0, maxNewTokens: 0 });
    this.#feed(Array.from(tokens));
    return this.#read('logits');
  }

  get bytes(): number {
    return this.#ownBytes + this.#prefill.bytes + this.#decode.bytes;
  }

  /** Without those of the plans. */
  get #ownBytes(): number {
    const buffers = [...this.#buffers.values(), ...this.#staging];
    return buffers.reduce((sum, { size }) => sum + size, this.#copy.bytes);
  }

  dispose(): void {
    this.#prefill?.dispose();
    this.#decode?.dispose();
    this.#copy.dispose();
    for (const buffer of [...this.#buffers.values(), ...this.#staging]) buffer.destroy();
  }

  get #rows(): number {
    return Math.min(CHUNK, this.#model.blockSize);
  }

  get #perSubmit(): number {
    if (this.#msPerToken === undefined) return UNTIMED_PER_SUBMIT;
    return Math.max(1, Math.min(MOST_PER_SUBMIT, Math.floor(SUBMIT_MS / this.#msPerToken)));
  }

  /** The weights of now, and what the draws depend on. */
  #begin({ temperature, topK, topP, seed }: GenerateOptions): void {
    const { queue } = this.#device;
    const encoder = this.#device.createCommandEncoder();
    const from = this.#live.buffer('parameters');
    encoder.copyBufferToBuffer(from, 0, this.#copy.buffer('parameters'), 0, from.size);
    queue.submit([encoder.finish()]);
    queue.writeBuffer(this.#buffers.get('controls')!, 0, Float32Array.of(temperature, topK, topP));
    queue.writeBuffer(this.#buffers.get('state')!, 0, Uint32Array.of(seed, 0));
  }

  /** Runs a prompt through the model, from position 0. */
  #feed(tokens: number[]): void {
    const { queue } = this.#device;
    const rows = this.#rows;
    for (let from = 0; from < tokens.length; from += rows) {
      const chunk = Int32Array.from({ length: rows }, (_, i) => tokens[from + i] ?? 0);
      const count = Math.min(rows, tokens.length - from);
      queue.writeBuffer(this.#buffers.get('prompt')!, 0, chunk);
      queue.writeBuffer(this.#buffers.get('position')!, 0, Int32Array.of(from));
      queue.writeBuffer(this.#buffers.get('row')!, 0, Int32Array.of(count - 1));
      this.#submit((pass) => this.#prefill.encode(pass));
    }
    queue.writeBuffer(this.#buffers.get('position')!, 0, Int32Array.of(tokens.length));
    this.#doneAt = undefined;
  }

  /** Draws `count` tokens, the first of which is number `from`; they arrive when the GPU is done. */
  async #draw(from: number, count: number): Promise<number[]> {
    const staging = this.#staging.pop()!;
    const startedAt = performance.now();
    this.#submit(
      (pass) => {
        for (let i = 0; i < count; i++) this.#decode.encode(pass);
      },
      (encoder) => encoder.copyBufferToBuffer(this.#buffers.get('tokens')!, 0, staging, 0, staging.size),
    );
    await staging.mapAsync(GPUMapMode.READ);
    const ring = new Uint32Array(staging.getMappedRange());
    const tokens = Array.from({ length: count }, (_, i) => ring[(from + i) % TOKEN_RING]!);
    staging.unmap();
    this.#staging.push(staging);
    const now = performance.now();
    if (this.#doneAt !== undefined) {
      const ms = (now - Math.max(startedAt, this.#doneAt)) / count;
      this.#msPerToken = this.#msPerToken === undefined ? ms : 0.7 * this.#msPerToken + 0.3 * ms;
    }
    this.#doneAt = now;
    return tokens;
  }

  #submit(encode: (pass: GPUComputePassEncoder) => void, after?: (encoder: GPUCommandEncoder) => void): void {
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    encode(pass);
    pass.end();
    after?.(encoder);
    this.#device.queue.submit([encoder.finish()]);
  }

  async #read(name: string): Promise<Float32Array> {
    return (await readBuffer(this.#device, this.#buffers.get(name)!)).slice(0, this.#model.vocabSize);
  }
}
