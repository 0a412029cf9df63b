/**
 * Progress and stopping for work of seconds: a worker hears nothing while it computes, so a loop calls `turn` often, and
 * now and then `turn` gives way for one task, in which a message can arrive.
 */
import { CancelledError } from '../lib/errors.ts';

/** How long work goes on without giving way. */
const INTERVAL_MS = 30;

export interface ProgressOptions {
  /** Called with 0 first, `total` last, and about 30 times a second between. `done / total` is the share done. */
  onProgress?: (done: number, total: number) => void;
  /** Asked at every call of `onProgress`; true ends the work with a CancelledError. */
  shouldStop?: () => boolean;
}

/** Await the result where there is one; mostly there is none, which costs nothing. @throws {CancelledError} */
export type Turn = (done: number) => void | Promise<void>;

/**
 * Runs `work`, which reports `done` of `total` through `turn`.
 *
 * @throws {CancelledError} when `shouldStop` said so.
 */
export async function withBreath<T>(
  total: number,
  { onProgress, shouldStop }: ProgressOptions,
  work: (turn: Turn) => Promise<T>,
): Promise<T> {
  let heardAt = performance.now();
  const tell = (done: number) => {
    if (shouldStop?.()) throw new CancelledError('Building the vocabulary was stopped. Nothing was changed.');
    onProgress?.(done, total);
  };
  const giveWay = async (done: number) => {
    tell(done);
    await nextTask();
    heardAt = performance.now();
    if (shouldStop?.()) throw new CancelledError('Building the vocabulary was stopped. Nothing was changed.');
  };
  tell(0);
  const result = await work((done) => {
    if (performance.now() - heardAt >= INTERVAL_MS) return giveWay(done);
  });
  tell(total);
  return result;
}

/**
 * A timer would wait for milliseconds, and a resolved promise lets no message in. The channel is made anew each time,
 * because Node hands out up to a thousand messages of one port before it looks at anything else; closed, because an open
 * port keeps Node alive.
 */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
