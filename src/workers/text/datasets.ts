/**
 * All data sets that the page can choose: bundled ones (loaded when they are opened) and a person's own (kept in the browser
 * where it lets us). What is open stays in memory; each is opened once.
 */
import { downloadBytes, fetchBundled, fetchManifest } from '../../data/bundled.ts';
import type { OpenDataset } from '../../data/dataset.ts';
import { ownDataset, readOwnFiles, type ReadFiles } from '../../data/own.ts';
import type { DatasetManifest, DatasetSummary, Manifest } from '../../data/types.ts';
import { DataError } from '../../lib/errors.ts';
import { createTextStore } from '../../store/textStore.ts';
import type { OwnFile } from '../api.ts';
import type { LongWork } from './longWork.ts';

/** An own text as it is kept: enough to make the same data set again. */
export interface StoredText extends ReadFiles {
  summary: DatasetSummary;
}

export interface Datasets {
  manifest(): Promise<Manifest>;
  own(): Promise<DatasetSummary[]>;
  open(id: string): Promise<OpenDataset>;
  addOwn(title: string, files: OwnFile[]): Promise<DatasetSummary>;
  removeOwn(id: string): Promise<void>;
  /** The one opened last. */
  latest(): OpenDataset | undefined;
}

/** @param folder address of `datasets/`, with the slash. */
export function createDatasets(folder: string, work: LongWork): Datasets {
  const store = createTextStore<DatasetSummary, StoredText>();
  const opened = new Map<string, Promise<OpenDataset>>();
  /** Own sets of this visit, which exist even where the browser keeps nothing. */
  const fresh = new Map<string, DatasetSummary>();
  let manifest: Promise<Manifest> | undefined;
  let latest: OpenDataset | undefined;

  async function loadManifest(): Promise<Manifest> {
    manifest ??= fetchManifest(folder);
    try {
      return await manifest;
    } catch (error) {
      manifest = undefined; // the next call tries again
      throw error;
    }
  }

  function keep(id: string, opening: Promise<OpenDataset>): Promise<OpenDataset> {
    opened.set(id, opening);
    opening.catch(() => opened.delete(id));
    return opening;
  }

  const openBundled = (set: DatasetManifest) =>
    work.run({ task: `Reading ${set.title}`, total: downloadBytes(set), unit: 'bytes' }, ({ turn, signal }) =>
      fetchBundled(set, folder, turn, signal),
    );

  async function openNew(id: string): Promise<OpenDataset> {
    if (id.startsWith(OWN_PREFIX)) {
      const { summary, ...files } = await store.load(id);
      return ownDataset(id, summary.title, files);
    }
    const { datasets } = await loadManifest();
    const set = datasets.find((candidate) => candidate.id === id);
    if (set) return openBundled(set);
    const known = [...datasets.map((candidate) => candidate.id), ...(await listOwn()).map((own) => own.id)];
    throw new DataError(`There is no data set "${id}". There are: ${known.join(', ')}. Choose one of them.`);
  }

  async function listOwn(): Promise<DatasetSummary[]> {
    const all = new Map([...(await store.list()), ...fresh.values()].map((summary) => [summary.id, summary]));
    return [...all.values()].sort((a, b) => (a.id < b.id ? -1 : 1)); // ids begin with the time
  }

  return {
    manifest: loadManifest,
    own: listOwn,
    latest: () => latest,
    async open(id) {
      latest = await (opened.get(id) ?? keep(id, openNew(id)));
      return latest;
    },
    async addOwn(title, files) {
      const read = await readOwnFiles(files);
      const id = `${OWN_PREFIX}${Date.now().toString(36)}-${fresh.size}`;
      const dataset = ownDataset(id, title, read);
      try {
        await store.save(id, { ...read, summary: dataset.summary });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        dataset.summary.warnings.push(`The text will be gone after a reload. ${reason}`);
      }
      fresh.set(id, dataset.summary);
      latest = await keep(id, Promise.resolve(dataset));
      return dataset.summary;
    },
    async removeOwn(id) {
      if ((await store.list()).some((summary) => summary.id === id)) await store.remove(id);
      fresh.delete(id);
      opened.delete(id);
      if (latest?.summary.id === id) latest = undefined;
    },
  };
}

const OWN_PREFIX = 'own-';
