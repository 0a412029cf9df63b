/**
 * The data sets that lie beside the page, as the data set build wrote them (`npm run datasets`): a manifest, and shards
 * that are checked against it. How a shard is made is `shards.ts`.
 */
import { DataError } from '../lib/errors.ts';
import { type OpenDataset, SPLIT_NAMES } from './dataset.ts';
import { readShard } from './shards.ts';
import type { DatasetManifest, DatasetSummary, Document, Manifest, ShardInfo } from './types.ts';

const MANIFEST_REMEDY =
  'Reload the page; if you serve it yourself, build the data sets with "npm run datasets". Your own texts still work.';

/**
 * @param folder address of `datasets/`, with the slash.
 * @throws {DataError} when the manifest is missing, unreadable, or of another version.
 */
export async function fetchManifest(folder: string): Promise<Manifest> {
  let text: string;
  try {
    const response = await fetch(`${folder}manifest.json`, { cache: 'no-cache' }); // asks whether it has changed
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    text = await response.text();
  } catch (error) {
    throw new DataError(`The list of data sets could not be loaded: ${reasonOf(error)}. ${MANIFEST_REMEDY}`);
  }
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(text) as Partial<Manifest> | null;
  } catch {
    // many hosts answer a missing file with the page itself
    throw new DataError(`The list of data sets is not JSON, so it is probably missing. ${MANIFEST_REMEDY}`);
  }
  if (manifest?.version !== 1 || !Array.isArray(manifest.datasets))
    throw new DataError(
      `The list of data sets has version ${String(manifest?.version)}, this page reads version 1. ${MANIFEST_REMEDY}`,
    );
  return manifest as Manifest;
}

/** What the manifest says about a set; the set need not be loaded for it. */
export function bundledSummary(manifest: DatasetManifest): DatasetSummary {
  const { id, title, description, kind, splits } = manifest;
  const [trainBytes, validationBytes, heldoutBytes] = SPLIT_NAMES.map(
    (name) => splits[name]?.textBytes ?? 0,
  ) as [number, number, number];
  return {
    id,
    title,
    description,
    kind,
    documents: SPLIT_NAMES.reduce((sum, name) => sum + (splits[name]?.documents ?? 0), 0),
    textBytes: trainBytes + validationBytes + heldoutBytes,
    trainBytes,
    validationBytes,
    heldoutBytes,
    manifest,
    warnings: [],
  };
}

/** Bytes that fetchBundled will load. */
export function downloadBytes(manifest: DatasetManifest): number {
  return shardsOf(manifest).reduce((sum, { shard }) => sum + shard.fileBytes, 0);
}

/**
 * Loads all shards of a set and checks them.
 *
 * @param turn told the bytes loaded so far.
 * @throws {DataError} when a shard is missing or not what the manifest says.
 */
export async function fetchBundled(
  manifest: DatasetManifest,
  folder: string,
  turn: (bytesDone: number) => void | Promise<void>,
  signal: AbortSignal,
): Promise<OpenDataset> {
  const splits: OpenDataset['splits'] = { train: [], validation: [], heldout: [] };
  let done = 0;
  for (const { split, shard } of shardsOf(manifest)) {
    const url = `${folder}${manifest.id}/${shard.file}`;
    const load = async (cache: RequestCache) => {
      const bytes = await fetchBytes(url, cache, signal, (loaded) => turn(done + loaded));
      return readShard(bytes, shard);
    };
    let documents: Document[];
    try {
      // a shard that does not fit its manifest may be an older one from the browser's cache: ask once more without it
      documents = await load('default').catch((error: unknown) => {
        if (error instanceof DataError) return load('reload');
        throw error;
      });
    } catch (error) {
      signal.throwIfAborted();
      throw new DataError(
        `"${manifest.title}" could not be loaded: ${reasonOf(error)}. What is open stays as it is. ` +
          'Try again; another data set or your own text works meanwhile.',
      );
    }
    splits[split].push(...documents);
    done += shard.fileBytes;
    await turn(done);
  }
  return { summary: bundledSummary(manifest), splits };
}

function shardsOf(manifest: DatasetManifest) {
  return SPLIT_NAMES.flatMap((split) =>
    (manifest.splits[split]?.shards ?? []).map((shard: ShardInfo) => ({ split, shard })),
  );
}

async function fetchBytes(
  url: string,
  cache: RequestCache,
  signal: AbortSignal,
  turn: (loaded: number) => void | Promise<void>,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, { cache, signal });
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${url}`);
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  for (let reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    loaded += value.length;
    await turn(loaded);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

const reasonOf = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
