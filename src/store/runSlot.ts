/**
 * The slot: the last run, kept for the next visit. Two places take turns, each a file with the run and, written after it, a
 * small one that says it is whole. A write that is cut off (a closed tab, a full disk) never costs the copy before it.
 */
import { CheckpointError } from '../lib/errors.ts';
import type { SavedRunInfo } from '../workers/api.ts';
import { openFolder, readFile, removeFile, writeFile } from './opfs.ts';

const FOLDER = 'run';
const PLACES = ['a', 'b'] as const;
type Place = (typeof PLACES)[number];

interface Whole {
  info: SavedRunInfo;
  /** Size of the run's file. */
  bytes: number;
}

const infoFile = (place: Place) => `${place}.json`;

/** The place with the newest whole run. */
async function newest(
  folder: FileSystemDirectoryHandle,
): Promise<{ place: Place; whole: Whole } | undefined> {
  let best: { place: Place; whole: Whole } | undefined;
  for (const place of PLACES) {
    const bytes = await readFile(folder, infoFile(place));
    const whole = bytes && parse(bytes);
    if (whole && (!best || whole.info.savedAt > best.whole.info.savedAt)) best = { place, whole };
  }
  return best;
}

function parse(bytes: Uint8Array): Whole | undefined {
  try {
    const { info, bytes: size } = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Whole>;
    return info && size ? { info, bytes: size } : undefined;
  } catch {
    return undefined; // cut off in the middle of a write
  }
}

export const runSlot = {
  /** What is in the slot; null for nothing, and where the browser keeps no files. */
  async info(): Promise<SavedRunInfo | null> {
    const folder = await openFolder(FOLDER).catch(() => undefined);
    return (folder && (await newest(folder)))?.whole.info ?? null;
  },
  /** @throws {GlassboxError} */
  async write(bytes: Uint8Array, info: SavedRunInfo): Promise<void> {
    const folder = await openFolder(FOLDER);
    const place = (await newest(folder))?.place === 'a' ? 'b' : 'a';
    await removeFile(folder, infoFile(place)); // from here on it is not believed until it is whole again
    await writeFile(folder, place, bytes);
    const whole: Whole = { info, bytes: bytes.length };
    await writeFile(folder, infoFile(place), new TextEncoder().encode(JSON.stringify(whole)));
  },
  /** @throws {CheckpointError} when the slot is empty, or its file is not the one that was written. */
  async read(): Promise<Uint8Array> {
    const folder = await openFolder(FOLDER);
    const found = await newest(folder);
    if (!found) throw new CheckpointError('There is no saved run in this browser.');
    const bytes = await readFile(folder, found.place);
    if (bytes?.length !== found.whole.bytes)
      throw new CheckpointError(
        `The saved run is damaged: ${bytes?.length ?? 0} bytes of ${found.whole.bytes}. Discard it and train again.`,
      );
    return bytes;
  },
  async discard(): Promise<void> {
    const folder = await openFolder(FOLDER);
    for (const place of PLACES) {
      await removeFile(folder, infoFile(place));
      await removeFile(folder, place);
    }
  },
};
