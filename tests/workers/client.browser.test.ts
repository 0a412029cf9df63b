/** The bridge with real workers. What the workers of the app do is tested in textWorker and modelWorker. */
import { transfer } from 'comlink';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CancelledError, TokenizerError, WorkerError } from '../../src/lib/errors.ts';
import { startWorker, type WorkerHandle } from '../../src/workers/workerHandle.ts';
import type { SmallApi } from './fixtures/small.worker.ts';

const started: { terminate(): void }[] = [];
afterEach(() => {
  for (const handle of started.splice(0)) handle.terminate();
});

const smallWorker = () =>
  new Worker(new URL('./fixtures/small.worker.ts', import.meta.url), { type: 'module' });

function start(create: () => Worker = smallWorker, onEvent: (event: string) => void = () => {}) {
  const handle: WorkerHandle<SmallApi> = startWorker<SmallApi, string>({
    label: 'small worker',
    remedy: 'Nothing is lost. Try again.',
    pageUrl: 'https://example.org/a/b/',
    create,
    onEvent,
  });
  started.push(handle);
  return handle;
}

describe('a call', () => {
  test('is answered by the worker', async () => {
    expect(await start().api.add(2, 3)).toBe(5);
  });

  test('finds the page address in the worker', async () => {
    expect(await start().api.pageUrl()).toBe('https://example.org/a/b/');
  });

  test('hands arrays over without copying them', async () => {
    const values = new Float32Array([1, 2, 3]);
    const doubled = await start().api.double(transfer(values, [values.buffer]));
    expect([...doubled]).toEqual([2, 4, 6]);
    expect(values.length).toBe(0);
  });

  test('rejects with class, name and message of our errors', async () => {
    const { api } = start();
    const refused = await api.refuse('known').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TokenizerError);
    expect(refused).toMatchObject({
      name: 'TokenizerError',
      message: 'vocabSize: expected at least 257, got 3.',
    });
    expect(await api.refuse('cancelled').catch((error: unknown) => error)).toBeInstanceOf(CancelledError);
  });

  test('rejects with name and message of foreign errors, and the worker goes on', async () => {
    const { api } = start();
    await expect(api.refuse('foreign')).rejects.toMatchObject({ name: 'RangeError', message: 'too far' });
    expect(await api.add(1, 1)).toBe(2);
  });

  test('rejects when an argument cannot be sent', async () => {
    const { api } = start();
    const unsendable = (() => {}) as unknown as number;
    await expect(api.add(unsendable, 1)).rejects.toMatchObject({ name: 'DataCloneError' });
    expect(await api.add(1, 1)).toBe(2);
  });
});

test('events arrive on their own port', async () => {
  const heard: string[] = [];
  const { api } = start(smallWorker, (event) => heard.push(event));
  await api.tell('half way');
  await vi.waitFor(() => expect(heard).toEqual(['half way']));
});

describe('a worker that dies', () => {
  test('by an uncaught error rejects every open call and says why', async () => {
    const { api, onCrash } = start();
    const crashes: string[] = [];
    onCrash((message) => crashes.push(message));
    const waiting = api.wait().catch((error: unknown) => error);
    const throwing = api.throwLater().catch((error: unknown) => error);
    const sentence =
      'The small worker stopped because of an error: Error: the bench broke. Nothing is lost. Try again.';
    for (const error of [await waiting, await throwing]) {
      expect(error).toBeInstanceOf(WorkerError);
      expect(error).toMatchObject({ name: 'WorkerError', message: sentence });
    }
    expect(crashes).toEqual([sentence]);
  });

  test('by closing itself rejects every open call', async () => {
    const { api } = start();
    await expect(api.closeItself()).rejects.toThrow(/^The small worker ended without a word/);
  });

  test('before it lived rejects the first call', async () => {
    const { api } = start(() => new Worker('/no/such.worker.js', { type: 'module' }));
    await expect(api.add(1, 2)).rejects.toThrow('could not be started: its script did not load');
  });

  test('because the browser refuses to make it rejects, and onCrash tells late listeners', async () => {
    const { api, onCrash } = start(() => {
      throw new DOMException('blocked by policy', 'SecurityError');
    });
    await expect(api.add(1, 2)).rejects.toThrow(/could not be started: blocked by policy/);
    const crashes: string[] = [];
    onCrash((message) => crashes.push(message));
    expect(crashes).toHaveLength(1);
  });

  test('rejects later calls too, until restart brings a fresh one behind the same api', async () => {
    const heard: string[] = [];
    const { api, restart } = start(smallWorker, (event) => heard.push(event));
    expect(await api.count()).toBe(1);
    expect(await api.count()).toBe(2);
    await expect(api.closeItself()).rejects.toBeInstanceOf(WorkerError);
    await expect(api.count()).rejects.toBeInstanceOf(WorkerError);
    restart();
    expect(await api.count()).toBe(1);
    await api.tell('back again');
    await vi.waitFor(() => expect(heard).toEqual(['back again']));
  });
});

describe('ending a worker on purpose', () => {
  test('restart rejects what was open and reports no crash', async () => {
    const { api, onCrash, restart } = start();
    const crashed = vi.fn<(message: string) => void>();
    onCrash(crashed);
    await api.add(1, 1);
    const waiting = api.wait().catch((error: unknown) => error);
    restart();
    expect(await waiting).toMatchObject({
      name: 'WorkerError',
      message: expect.stringContaining('started anew'),
    });
    expect(await api.add(1, 1)).toBe(2);
    expect(crashed).not.toHaveBeenCalled();
  });

  test('terminate rejects open and later calls and reports no crash', async () => {
    const { api, onCrash, terminate } = start();
    const crashed = vi.fn<(message: string) => void>();
    onCrash(crashed);
    const waiting = api.wait().catch((error: unknown) => error);
    terminate();
    expect(await waiting).toMatchObject({
      name: 'WorkerError',
      message: expect.stringContaining('was closed'),
    });
    await expect(api.add(1, 1)).rejects.toBeInstanceOf(WorkerError);
    expect(crashed).not.toHaveBeenCalled();
  });
});
