/**
 * The slot: the last run, kept for the next visit. Two files take turns, and a small third one says which is whole; a write
 * that is cut off (a closed tab, a full disk) never costs the copy before it.
 */
import { CheckpointError } from '../lib/errors.ts';
import type { SavedRunInfo } from '../workers/api.ts';
import { openFolder, readFile, removeFile, writeFile } from './opfs.ts';

const FOLDER = 'run';
const POINTER = 'current.json';

interface Pointer extends SavedRunInfo {
  file: 'a' | 'b';
}

async function readPointer(): Promise<Pointer | null> {
  const bytes = await readFile(await openFolder(FOLDER), POINTER);
  if (!bytes) return null;
  try {
    const pointer = JSON.parse(new TextDecoder().decode(bytes)) as Pointer;
    return pointer.file === 'a' || pointer.file === 'b' ? pointer : null;
  } catch {
    return null; // cut off in the middle of a write
  }
}

export const runSlot = {
  /** What is in the slot; null for nothing, and where the browser keeps no files. */
  async info(): Promise<SavedRunInfo | null> {
    const pointer = await readPointer().catch(() => null);
    if (!pointer) return null;
    const { file: _file, ...info } = pointer;
    return info;
  },
  /** @throws {GlassboxError} */
  async write(bytes: Uint8Array, info: SavedRunInfo): Promise<void> {
    const folder = await openFolder(FOLDER);
    const file = (await readPointer())?.file === 'a' ? 'b' : 'a';
    await writeFile(folder, file, bytes);
    const pointer: Pointer = { ...info, file };
    await writeFile(folder, POINTER, new TextEncoder().encode(JSON.stringify(pointer)));
  },
  /** @throws {CheckpointError} when the slot is empty. */
  async read(): Promise<Uint8Array> {
    const pointer = await readPointer();
    const bytes = pointer && (await readFile(await openFolder(FOLDER), pointer.file));
    if (!bytes) throw new CheckpointError('There is no saved run in this browser.');
    return bytes;
  },
  async discard(): Promise<void> {
    const folder = await openFolder(FOLDER);
    for (const name of [POINTER, 'a', 'b']) await removeFile(folder, name);
  },
};
