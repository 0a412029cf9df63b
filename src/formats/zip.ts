/**
 * Archives: written as they stream, uncompressed, because weights do not compress; read whole, with limits, because archives
 * come from strangers (a small file may claim to unpack to terabytes; a name may point out of the folder).
 */
import { downloadZip } from 'client-zip';
import { unzip, type Unzipped } from 'fflate';
import { CheckpointError } from '../lib/errors.ts';
import { formatBytes } from '../lib/units.ts';

export interface ZipEntry {
  name: string;
  data: string | Uint8Array<ArrayBuffer>;
}

/** An archive of the entries, in their order. `lastModified` makes equal contents equal files. */
export function writeZip(entries: ZipEntry[], lastModified: Date): Promise<Blob> {
  return downloadZip(entries.map(({ name, data }) => ({ name, input: data, lastModified }))).blob();
}

const MAX_ENTRIES = 200;
export const MAX_ARCHIVE_BYTES = 2 ** 31 - 1; // what one array may hold in every browser

/**
 * The files of an archive by name. A folder around all of them is taken off; folders and the helpers that some systems
 * add (`__MACOSX`, dot files) are left out.
 *
 * @throws {CheckpointError}
 */
export async function readZip(archive: Blob): Promise<Map<string, Uint8Array>> {
  if (archive.size > MAX_ARCHIVE_BYTES)
    throw fault(`it has ${formatBytes(archive.size)}, more than ${formatBytes(MAX_ARCHIVE_BYTES)}`);
  const bytes = new Uint8Array(await archive.arrayBuffer());
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b)
    throw fault(
      (archive instanceof File ? archive.name : '').toLowerCase().endsWith('.safetensors')
        ? 'a .safetensors file holds the weights alone, without configuration and tokenizer'
        : 'it does not begin like a zip archive',
    );
  let entries = 0;
  let total = 0;
  let refusal: CheckpointError | undefined;
  const files = await new Promise<Unzipped>((resolve, reject) => {
    const filter = ({ name, originalSize }: { name: string; originalSize: number }) => {
      if (name.endsWith('/') || /(^|\/)(\.|__MACOSX\/)/.test(name.replace(/^(\.\/)+/, ''))) {
        if (/(^|\/)\.\.(\/|$)/.test(name)) refusal ??= fault(`"${name}" points out of the folder`);
        return false;
      }
      entries++;
      total += originalSize;
      if (entries > MAX_ENTRIES) refusal ??= fault(`it holds more than ${MAX_ENTRIES} files`);
      if (total > MAX_ARCHIVE_BYTES) refusal ??= fault(`it would unpack to ${formatBytes(total)}`);
      return refusal === undefined;
    };
    unzip(bytes, { filter }, (error, result) => (error ? reject(error) : resolve(result)));
  }).catch((error: unknown) => {
    throw (
      refusal ??
      fault(`it is cut short or damaged (${error instanceof Error ? error.message : String(error)})`)
    );
  });
  if (refusal) throw refusal;
  return withoutCommonFolder(new Map(Object.entries(files)));
}

function withoutCommonFolder(files: Map<string, Uint8Array>): Map<string, Uint8Array> {
  const folders = new Set([...files.keys()].map((name) => name.slice(0, name.indexOf('/') + 1)));
  const [folder] = folders;
  if (folders.size !== 1 || !folder) return files;
  return new Map([...files].map(([name, data]) => [name.slice(folder.length), data]));
}

const fault = (what: string) =>
  new CheckpointError(
    `This archive cannot be opened: ${what}. Nothing was changed. ` +
      'Import a .zip that was downloaded here, or a zipped Hugging Face folder of a Llama or GPT-2 model.',
  );
