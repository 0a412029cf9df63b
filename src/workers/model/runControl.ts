/**
 * Start, pause, step, stop: what the page asks for between two steps of the loop.
 *
 * A worker hears nothing while it computes, so the loop comes here before every step and gives way for one real task
 * (a message on a channel; a timer would wait for milliseconds, a resolved promise would not let messages in).
 */
import { CancelledError } from '../../lib/errors.ts';

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Resolves in a task of its own, after messages that have already arrived. */
export function yieldTask(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}

export type RunState = 'running' | 'paused' | 'stopped';

export class RunControl {
  #state: RunState = 'running';
  #stepsLeft = Infinity;
  #wake: (() => void) | undefined;
  readonly #onChange: (state: RunState) => void;

  constructor(onChange: (state: RunState) => void) {
    this.#onChange = onChange;
  }

  get state(): RunState {
    return this.#state;
  }
  pause(): void {
    this.#set('paused', 0);
  }
  resume(): void {
    this.#set('running', Infinity);
  }
  /** One step, then paused again. */
  step(): void {
    this.#set('running', 1);
  }
  stop(): void {
    this.#set('stopped', 0);
  }

  /** Awaited before each step. False: the loop ends. */
  async turn(): Promise<boolean> {
    await yieldTask();
    for (;;) {
      if (this.#state === 'stopped') return false;
      if (this.#state === 'running' && this.#stepsLeft-- > 0) return true;
      this.pause();
      await new Promise<void>((wake) => (this.#wake = wake));
    }
  }

  /** Between parts of a step (evaluation batches): gives way, and ends the work early when stopped. @throws {CancelledError} */
  async breathe(): Promise<void> {
    await yieldTask();
    if (this.#state === 'stopped') throw new CancelledError('Training was stopped.');
  }

  #set(state: RunState, steps: number): void {
    if (this.#state === 'stopped') return;
    this.#stepsLeft = steps;
    const changed = state !== this.#state;
    this.#state = state;
    if (state !== 'paused') this.#wake?.();
    if (changed) this.#onChange(state);
  }
}
