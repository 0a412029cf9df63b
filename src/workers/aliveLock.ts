/**
 * How the page learns that a worker is gone although no event says so: it closed itself, or the browser ended it to save
 * memory. The worker holds a lock for as long as it lives; browsers release the locks of a dead worker at once; so whoever
 * waits for the lock gets it at that moment (Web Locks, https://w3c.github.io/web-locks/#agent-integration). Unlike a
 * heartbeat this cannot mistake a busy worker for a dead one.
 *
 * Web Locks exist in secure contexts only (https, localhost). Elsewhere nothing is watched and only `error` events tell.
 */

/** Worker's side. Resolves with true when the lock is held, which it is until the worker ends; false without locks. */
export function holdAliveLock(name: string): Promise<boolean> {
  if (!('locks' in navigator)) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, () => {
        resolve(true);
        return new Promise(() => {});
      })
      .catch(reject);
  });
}

/** Page's side, to be called once the worker holds the lock. Calls back when the worker is gone. */
export function watchAliveLock(name: string, gone: () => void, signal: AbortSignal): void {
  navigator.locks.request(name, { signal }, gone).catch(() => {}); // aborted: the page ended the worker itself
}
