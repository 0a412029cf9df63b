/**
 * The worker that owns text: data sets, the tokenizer in use, token ids. It never sees a tensor; what it makes goes to the
 * model worker through the page.
 *
 * This file is the list of what the page may ask for (api.ts, TextApi). How: text/datasets.ts, text/tokenizing.ts, and
 * text/longWork.ts for progress and cancel.
 */
import { expose, transfer } from 'comlink';
import { pageOf } from '../data/dataset.ts';
import { invariant } from '../lib/errors.ts';
import { holdAliveLock } from './aliveLock.ts';
import type { TextApi, TextEvent } from './api.ts';
import { createDatasets, type Datasets } from './text/datasets.ts';
import { createLongWork } from './text/longWork.ts';
import { createTokenizing } from './text/tokenizing.ts';

let port: MessagePort | undefined;
let connected: Datasets | undefined;
const work = createLongWork((event: TextEvent) => port?.postMessage(event));
const tokenizing = createTokenizing();

function datasets(): Datasets {
  invariant(connected, 'connect() comes before anything else');
  return connected;
}

const api: TextApi = {
  connect(eventPort, pageUrl, aliveLock) {
    port = eventPort;
    connected = createDatasets(new URL('datasets/', pageUrl).href, work);
    return holdAliveLock(aliveLock);
  },

  manifest: () => datasets().manifest(),
  ownDatasets: () => datasets().own(),
  addOwn: (title, files) => datasets().addOwn(title, files),
  removeOwn: (id) => datasets().removeOwn(id),
  async openDataset(id) {
    return (await datasets().open(id)).summary;
  },
  async documents(id, split, offset, count, maxChars) {
    const documents = (await datasets().open(id)).splits[split];
    return { documents: pageOf(documents, offset, count, maxChars), total: documents.length };
  },

  async trainTokenizer(datasetId, config) {
    const dataset = await datasets().open(datasetId);
    const about = {
      task: 'Training the tokenizer',
      total: dataset.summary.trainBytes,
      unit: 'bytes',
    } as const;
    return work.run(about, (context) => tokenizing.train(dataset, config, context));
  },
  loadTokenizer: async (tokenizerJson) => tokenizing.load(tokenizerJson, connected?.latest()),
  tokenize: async (text) => tokenizing.tokenize(text),
  vocabulary: async () => tokenizing.vocabulary(),
  async encodeDataset(datasetId) {
    const dataset = await datasets().open(datasetId);
    const { title, textBytes } = dataset.summary;
    const about = { task: `Turning ${title} into tokens`, total: textBytes, unit: 'bytes' } as const;
    const encoded = await work.run(about, ({ turn }) => tokenizing.encode(dataset, turn));
    return transfer(
      encoded,
      Object.values(encoded.splits).map(({ ids }) => ids.buffer),
    );
  },

  cancel: () => work.cancel(),
};

expose(api);
