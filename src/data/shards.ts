/**
 * The shard format of the bundled data sets: documents as JSON lines (one Document each, UTF-8), compressed with gzip. What a
 * set consists of is its manifest (types.ts); this file turns documents into lines and bytes into documents.
 */
import { DataError } from '../lib/errors.ts';
import { sha256Hex } from '../lib/sha256.ts';
import type { Document, ShardInfo } from './types.ts';

/** The uncompressed content of a shard; its SHA-256 is what the manifest records. */
export const encodeJsonl = (documents: readonly Document[]): string =>
  documents.map((document) => `${JSON.stringify(document)}\n`).join('');

/**
 * The documents of a shard as it came over the network, checked against the manifest.
 *
 * @throws {DataError} when it is damaged, cut short, or another file than the manifest speaks of.
 */
export async function readShard(bytes: Uint8Array, info: ShardInfo): Promise<Document[]> {
  const content = await decompress(bytes, info.file);
  const digest = await sha256Hex(content);
  if (digest !== undefined && digest !== info.sha256)
    throw fault(info.file, 'its checksum differs from the manifest');
  const lines = new TextDecoder().decode(content).split('\n').filter(Boolean);
  if (lines.length !== info.documents)
    throw fault(info.file, `it holds ${lines.length} documents, the manifest says ${info.documents}`);
  return lines.map((line) => JSON.parse(line) as Document);
}

/** Some servers decompress .gz files on their own, so the first two bytes decide. */
async function decompress(bytes: Uint8Array, file: string): Promise<Uint8Array<ArrayBuffer>> {
  const plain = bytes as Uint8Array<ArrayBuffer>;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return plain;
  try {
    const stream = new Blob([plain]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw fault(file, 'it cannot be decompressed');
  }
}

const fault = (file: string, what: string) =>
  new DataError(
    `The data file ${file} is damaged: ${what}. Reload the page to fetch it again; own texts are not affected.`,
  );
