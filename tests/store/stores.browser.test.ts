import { wrap } from 'comlink';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { OpfsTests } from './opfsTests.ts';

const worker = new Worker(new URL('./opfsTests.worker.ts', import.meta.url), { type: 'module' });
const stores = wrap<OpfsTests>(worker);
afterAll(() => worker.terminate());

const run = (n: number) => new Uint8Array(100).fill(n);

describe('the slot', () => {
  beforeEach(() => stores.slotDiscard());

  it('is empty at first, and says so', async () => {
    expect(await stores.slotInfo()).toBeNull();
    await expect(stores.slotRead()).rejects.toThrow('There is no saved run in this browser.');
  });

  it('gives back what was written last', async () => {
    for (const n of [1, 2, 3]) {
      await stores.slotWrite(run(n), n);
      expect(await stores.slotRead()).toEqual(run(n));
      expect((await stores.slotInfo())!.step).toBe(n);
    }
  });

  it('keeps the copy before when a write is cut off, wherever that happens', async () => {
    await stores.slotWrite(run(1), 1); // place a
    await stores.slotWrite(run(2), 2); // place b
    // the third write begins in a: first a is not believed any more, then its file is half written
    await stores.lose('a.json');
    await stores.damage('a', run(3).subarray(0, 50));
    expect(await stores.slotRead()).toEqual(run(2));
    // ... or the small file is cut off
    await stores.damage('a', run(3));
    await stores.damage('a.json', new TextEncoder().encode('{"info":{"sav'));
    expect(await stores.slotRead()).toEqual(run(2));
    // and the next write succeeds
    await stores.slotWrite(run(4), 4);
    expect(await stores.slotRead()).toEqual(run(4));
  });

  it('refuses a file that is not the one it wrote', async () => {
    await stores.slotWrite(run(1), 1);
    await stores.damage('a', run(1).subarray(0, 99));
    await expect(stores.slotRead()).rejects.toThrow('The saved run is damaged: 99 bytes of 100');
  });
});

describe('own texts', () => {
  it('are listed, loaded and removed', async () => {
    await stores.textSave('one', 'first');
    await stores.textSave('two', 'second');
    expect((await stores.textList()).map(({ id }) => id).toSorted()).toEqual(['one', 'two']);
    expect(await stores.textLoad('two')).toEqual({ summary: { id: 'two' }, text: 'second' });
    await stores.textRemove('one');
    await stores.textRemove('two');
    expect(await stores.textList()).toEqual([]);
    await expect(stores.textLoad('one')).rejects.toThrow(/not in this browser any more/);
  });
});
