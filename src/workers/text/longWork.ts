/**
 * Long work in a worker: one at a time, with progress that does not flood the page, and stoppable. A worker hears nothing
 * while it computes, so a loop comes to `turn` often; now and then `turn` gives way for one task, in which a `cancel` that
 * has arrived is heard.
 */
import { CancelledError } from '../../lib/errors.ts';
import type { ProgressEvent } from '../api.ts';
import { yieldTask } from '../model/runControl.ts';

/** Longest time without hearing. */
const YIELD_INTERVAL_MS = 30;
/** Ten messages a second at most. */
const PROGRESS_INTERVAL_MS = 100;

/**
 * Says how much is done. Where the result is a promise it must be awaited; often there is none, which costs nothing.
 *
 * @throws {CancelledError}
 */
export type Turn = (done: number) => void | Promise<void>;

/** What work under way has of the world. */
export interface WorkContext {
  turn: Turn;
  /** Progress alone, for work that gives way by itself; throttled like `turn`. */
  tell(done: number): void;
  /** Aborted by `cancel`. */
  signal: AbortSignal;
}

export type WorkLabel = Pick<ProgressEvent, 'task' | 'total' | 'unit'>;

export interface LongWork {
  /** Waits until earlier work is through, then works. The first and the last state of progress are always sent. */
  run<T>(about: WorkLabel, work: (context: WorkContext) => Promise<T>): Promise<T>;
  /** Stops the work under way, not what waits behind it. */
  cancel(): void;
}

export function createLongWork(send: (event: ProgressEvent) => void): LongWork {
  let before: Promise<unknown> = Promise.resolve();
  let current: AbortController | undefined;

  async function runNow<T>(about: WorkLabel, work: (context: WorkContext) => Promise<T>): Promise<T> {
    const { signal } = (current = new AbortController());
    let heardAt = performance.now();
    let sentAt = heardAt;
    const sendNow = (done: number) => send({ type: 'progress', ...about, done: Math.min(done, about.total) });
    const tell = (done: number) => {
      const now = performance.now();
      if (now - sentAt < PROGRESS_INTERVAL_MS) return;
      sentAt = now;
      sendNow(done);
    };
    const requireWanted = () => {
      if (signal.aborted) throw new CancelledError(`${about.task} was stopped. Nothing was changed.`);
    };
    const turn: Turn = (done) => {
      requireWanted();
      tell(done);
      if (performance.now() - heardAt < YIELD_INTERVAL_MS) return;
      return yieldTask().then(() => {
        heardAt = performance.now();
        requireWanted();
      });
    };
    sendNow(0);
    try {
      const result = await work({ turn, tell, signal });
      sendNow(about.total);
      return result;
    } catch (error) {
      requireWanted(); // whatever an aborted fetch throws
      throw error;
    } finally {
      current = undefined;
    }
  }

  return {
    run(about, work) {
      const result = before.then(() => runNow(about, work));
      before = result.catch(() => {});
      return result;
    },
    cancel: () => current?.abort(),
  };
}
