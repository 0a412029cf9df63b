/**
 * One worker as the page sees it: calls that always settle, events, and a way back after a crash.
 *
 * comlink turns messages into calls, but it never settles a call whose worker died, because nobody answers
 * (https://github.com/GoogleChromeLabs/comlink, `requestResponseMessage`). So every open call is kept here as well, and is
 * rejected with a WorkerError as soon as the worker is known to be gone. A worker can go in four ways:
 *   - `error`         its script could not be loaded, or it threw where nobody catches;
 *   - `messageerror`  it answered with something that cannot be read here, so one call would stay open for ever;
 *   - silently        it closed itself or the browser ended it (out of memory); `aliveLock.ts` notices;
 *   - the page itself ends it: terminate(), restart().
 *
 * This file knows nothing of what the workers do: that is `client.ts` (which workers) and `api.ts` (what they offer).
 */
import { transfer, wrap, type Remote } from 'comlink';
import {
  CancelledError,
  CheckpointError,
  ConfigError,
  DataError,
  GlassboxError,
  GpuError,
  TokenizerError,
  WorkerError,
} from '../lib/errors.ts';
import { watchAliveLock } from './aliveLock.ts';

export interface WorkerHandle<T> {
  /**
   * The worker's methods. It stays the same object for good: after restart() it talks to the new worker. A call rejects
   * with the worker's own error (same name and message, and the same class where lib/errors.ts has it), or with a
   * WorkerError when the worker is gone.
   */
  readonly api: Remote<T>;
  /** Called once per crash with the sentence that open calls were rejected with; at once if it has crashed already. */
  onCrash(cb: (message: string) => void): void;
  /** Ends the worker if it still runs, and starts a fresh one that knows nothing of the old one's state. */
  restart(): void;
  /** Ends the worker; open and later calls reject. restart() brings it back. */
  terminate(): void;
}

/** What every worker must offer; see `connect` in api.ts. */
export interface Connectable {
  connect(port: MessagePort, pageUrl: string, aliveLock: string): void | Promise<boolean>;
}

export interface WorkerOptions<E> {
  /** Name in error messages: "text worker". */
  label: string;
  /** What is safe after a crash and what to do next, as a sentence. */
  remedy: string;
  pageUrl: string;
  create(): Worker;
  onEvent(event: E): void;
}

/** The time from one start to its end. */
interface Life {
  worker: Worker | undefined;
  port: MessagePort | undefined;
  /** Stops waiting for the alive lock. */
  watch: AbortController;
  remote: Record<string, (...args: unknown[]) => Promise<unknown>> | undefined;
  /** Settled when the worker has answered its first call, and its end would be noticed from then on. */
  connected: Promise<void>;
  /** Rejects each open call. */
  open: Set<(error: WorkerError) => void>;
  /** Why it is over. */
  ended: string | undefined;
}

export function startWorker<T extends Connectable, E>(options: WorkerOptions<E>): WorkerHandle<T> {
  const crashCallbacks = new Set<(message: string) => void>();
  let crashed: string | undefined;
  let life = begin();

  function begin(): Life {
    const born: Life = {
      worker: undefined,
      port: undefined,
      watch: new AbortController(),
      remote: undefined,
      connected: Promise.resolve(),
      open: new Set(),
      ended: undefined,
    };
    const crash = (cause: string) => {
      if (born.ended !== undefined) return;
      crashed = `The ${options.label} ${cause}. ${options.remedy}`;
      end(born, crashed);
      for (const callback of crashCallbacks) callback(crashed);
    };
    try {
      const worker = (born.worker = options.create());
      worker.addEventListener('error', (event: Event) => {
        event.preventDefault(); // it is told to the person; no need to have it in the console a second time
        const message = event instanceof ErrorEvent ? event.message : '';
        crash(
          message
            ? `stopped because of an error: ${message.replace(/^Uncaught /, '').replace(/\.$/, '')}`
            : 'could not be started: its script did not load',
        );
      });
      worker.addEventListener('messageerror', () => crash('sent an answer that could not be read'));
      const { port1, port2 } = new MessageChannel();
      born.port = port1;
      port1.onmessage = ({ data }: MessageEvent<E>) => options.onEvent(data);
      const remote = wrap<Connectable>(worker);
      born.remote = remote as unknown as NonNullable<Life['remote']>;
      // unique among all tabs; crypto.randomUUID would need a secure context
      const aliveLock = `${options.label} ${Date.now()} ${Math.random()}`;
      const gone = () => crash('ended without a word; the browser may have run out of memory');
      born.connected = remote
        .connect(transfer(port2, [port2]), options.pageUrl, aliveLock)
        .then((held) => {
          if (held === true) watchAliveLock(aliveLock, gone, born.watch.signal);
        })
        .catch((error: unknown) => crash(`could not be connected: ${messageOf(error)}`));
    } catch (error) {
      crash(`could not be started: ${messageOf(error)}`); // a content security policy may throw here
    }
    return born;
  }

  function call(method: string, args: unknown[]): Promise<unknown> {
    const { open, remote, ended, connected } = life;
    return new Promise((resolve, reject) => {
      if (ended !== undefined || !remote) {
        reject(new WorkerError(ended));
        return;
      }
      open.add(reject);
      connected
        .then(() => remote[method]!(...args))
        .then(resolve, (error: unknown) => reject(rebuildError(error)))
        .finally(() => open.delete(reject));
    });
  }

  const api = new Proxy({} as Record<string | symbol, unknown>, {
    get(_, key) {
      // `then` must be absent, or `await handle.api` would call it
      if (typeof key === 'symbol' || key === 'then') return undefined;
      return (...args: unknown[]) => call(key, args);
    },
  }) as unknown as Remote<T>;

  return {
    api,
    onCrash(callback) {
      crashCallbacks.add(callback);
      if (crashed !== undefined) callback(crashed);
    },
    restart() {
      end(life, `The ${options.label} was started anew before this call was answered. Try it again.`);
      crashed = undefined;
      life = begin();
    },
    terminate() {
      end(life, `The ${options.label} was closed. Reload the page to use it again.`);
    },
  };
}

function end(life: Life, reason: string): void {
  if (life.ended !== undefined) return;
  life.ended = reason;
  life.watch.abort();
  life.port?.close();
  life.worker?.terminate();
  for (const reject of life.open) reject(new WorkerError(reason));
  life.open.clear();
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const ERROR_CLASSES = [
  ConfigError,
  DataError,
  TokenizerError,
  CheckpointError,
  GpuError,
  WorkerError,
  CancelledError,
  GlassboxError,
];

/** What comlink rebuilds is a plain Error with name, message and stack; this gives it its class back. */
function rebuildError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  for (const ErrorClass of ERROR_CLASSES) {
    const rebuilt = new ErrorClass(error.message);
    if (rebuilt.name !== error.name) continue; // the instance's name; that of the class does not survive minification
    rebuilt.stack = error.stack;
    return rebuilt;
  }
  return error;
}
