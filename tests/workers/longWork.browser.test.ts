/** In a browser, because only there is a message a task of its own: Node hands over a thousand of one port in a row. */
import { describe, expect, test } from 'vitest';
import { CancelledError } from '../../src/lib/errors.ts';
import type { ProgressEvent } from '../../src/workers/api.ts';
import { createLongWork, type Turn } from '../../src/workers/text/longWork.ts';

const about = { task: 'Counting', total: 100, unit: 'bytes' } as const;

/** Computes without a pause, as encoding does, for `ms` milliseconds. */
async function compute(ms: number, turn: Turn): Promise<number> {
  const start = performance.now();
  let turns = 0;
  for (;;) {
    const spent = performance.now() - start;
    if (spent >= ms) return turns;
    const pause = turn(Math.floor((100 * spent) / ms));
    if (pause) await pause;
    turns++;
  }
}

describe('long work', () => {
  test('tells its begin, its end and little between, however often it takes a turn', async () => {
    const events: ProgressEvent[] = [];
    const work = createLongWork((event) => events.push(event));
    const turns = await work.run(about, ({ turn }) => compute(450, turn));
    expect(turns).toBeGreaterThan(1000);
    expect(events.length).toBeGreaterThanOrEqual(3);
    expect(events.length).toBeLessThanOrEqual(6); // 450 ms at ten a second, and both ends
    expect(events[0]).toEqual({ type: 'progress', ...about, done: 0 });
    expect(events.at(-1)).toEqual({ type: 'progress', ...about, done: 100 });
    const done = events.map((event) => event.done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
  });

  test('hears a cancel that arrives as a message while it computes', async () => {
    const work = createLongWork(() => {});
    const channel = new MessageChannel();
    channel.port1.onmessage = () => work.cancel();
    const start = performance.now();
    const counting = work.run(about, ({ turn }) => compute(20_000, turn)).catch((error: unknown) => error);
    channel.port2.postMessage(null);
    const error = await counting;
    channel.port1.close();
    expect(error).toBeInstanceOf(CancelledError);
    expect(error).toMatchObject({ message: 'Counting was stopped. Nothing was changed.' });
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test('aborts what waits for the network, and calls that a cancel too', async () => {
    const work = createLongWork(() => {});
    const waiting = work.run(
      about,
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        }),
    );
    setTimeout(() => work.cancel(), 5);
    await expect(waiting).rejects.toBeInstanceOf(CancelledError);
  });

  test('works one after the other, and a failure does not stop the next', async () => {
    const order: string[] = [];
    const work = createLongWork(() => {});
    const first = work.run(about, async ({ turn }) => {
      order.push('first begins');
      await compute(60, turn);
      order.push('first ends');
      throw new RangeError('broken');
    });
    const second = work.run(about, async () => order.push('second begins'));
    await expect(first).rejects.toThrow('broken');
    await second;
    expect(order).toEqual(['first begins', 'first ends', 'second begins']);
  });

  test('a cancel with nothing under way harms nothing', async () => {
    const work = createLongWork(() => {});
    work.cancel();
    expect(await work.run(about, async () => 7)).toBe(7);
  });
});
