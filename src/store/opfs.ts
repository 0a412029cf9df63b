/**
 * Files in the browser's own file system (OPFS), from a worker: whole files, written through a sync access handle, the only
 * way that every browser offers. The system belongs to this site alone and survives reloads.
 */
import { GlassboxError } from '../lib/errors.ts';

/** A folder below the root, made if need be. @throws {GlassboxError} where the browser keeps no files for this page. */
export async function openFolder(name: string): Promise<FileSystemDirectoryHandle> {
  try {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(name, { create: true });
  } catch (error) {
    throw new GlassboxError(
      `This browser keeps no files for this page (${messageOf(error)}): nothing is saved automatically. ` +
        'Everything else works; download what you want to keep.',
    );
  }
}

/** Writes a whole file, in place of an older one of that name. @throws {GlassboxError} when it cannot be written. */
export async function writeFile(
  folder: FileSystemDirectoryHandle,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  let access: FileSystemSyncAccessHandle | undefined;
  try {
    const handle = await folder.getFileHandle(name, { create: true });
    access = await handle.createSyncAccessHandle();
    access.truncate(0);
    const written = access.write(bytes as Uint8Array<ArrayBuffer>, { at: 0 });
    if (written !== bytes.length) throw new Error(`only ${written} of ${bytes.length} bytes were written`);
    access.flush();
  } catch (error) {
    throw new GlassboxError(
      `"${name}" could not be saved in this browser (${messageOf(error)}); the copy before it is kept. ` +
        'Another tab of this page may be saving at the same time, or the disk is full: close it, or download the model.',
    );
  } finally {
    access?.close();
  }
}

/** The file's bytes; undefined where there is none. */
export async function readFile(
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<Uint8Array | undefined> {
  try {
    const file = await (await folder.getFileHandle(name)).getFile();
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return undefined;
    throw error;
  }
}

export async function removeFile(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  await folder.removeEntry(name).catch((error: unknown) => {
    if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
  });
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
