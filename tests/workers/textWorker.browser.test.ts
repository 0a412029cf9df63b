/** The text worker as the page uses it: through the bridge, in a real browser, with the real data set. */
import { afterEach, describe, expect, test } from 'vitest';
import { CancelledError, DataError, TokenizerError } from '../../src/lib/errors.ts';
import type { TokenizerConfig } from '../../src/tokenizer/tokenizer.ts';
import { fromTokenizerJson } from '../../src/tokenizer/tokenizerJson.ts';
import type { EncodedSplit, TextApi, TextEvent } from '../../src/workers/api.ts';
import { startWorker, type WorkerHandle } from '../../src/workers/workerHandle.ts';

const BPE_512: TokenizerConfig = { kind: 'bpe', vocabSize: 512, preTokenizer: 'qwen2' };
/** As many as the little texts below support. */
const BPE_280: TokenizerConfig = { ...BPE_512, vocabSize: 280 };
const BYTES: TokenizerConfig = { kind: 'byte', vocabSize: 257, preTokenizer: 'qwen2' };
const started: WorkerHandle<TextApi>[] = [];
const added: string[] = [];

afterEach(async () => {
  const last = started.at(-1);
  for (const id of added.splice(0)) await last?.api.removeOwn(id);
  for (const handle of started.splice(0)) handle.terminate();
});

function start(onEvent: (event: TextEvent) => void = () => {}, pageUrl = `${location.origin}/`) {
  const handle = startWorker<TextApi, TextEvent>({
    label: 'text worker',
    remedy: 'Try again.',
    pageUrl,
    create: () =>
      new Worker(new URL('../../src/workers/text.worker.ts', import.meta.url), { type: 'module' }),
    onEvent,
  });
  started.push(handle);
  return handle;
}

async function addOwn(api: WorkerHandle<TextApi>['api'], title: string, text: string) {
  const summary = await api.addOwn(title, [{ name: `${title}.js`, content: text }]);
  added.push(summary.id);
  return summary;
}

const functions = (count: number) =>
  Array.from(
    { length: count },
    (_, i) => `/** Adds ${i}. */\nfunction add${i}(x) {\n  return x + ${i}; // é\n}\n`,
  ).join('\n');

/** Token ids back to documents. */
function documentsOf(tokenizerJson: string, { ids }: EncodedSplit): string[] {
  const tokenizer = fromTokenizerJson(tokenizerJson);
  const texts: string[] = [];
  let from = 0;
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] !== tokenizer.endOfText) continue;
    texts.push(tokenizer.decode(ids.subarray(from, i)));
    from = i + 1;
  }
  expect(from).toBe(ids.length); // the last document is ended too
  return texts;
}

describe('a bundled data set', () => {
  test('is opened, split into tokens, and comes back document by document', async () => {
    const events: TextEvent[] = [];
    const { api } = start((event) => events.push(event));
    const manifest = await api.manifest();
    expect(manifest.datasets.map(({ id }) => id)).toContain('tiny-functions');
    const summary = await api.openDataset('tiny-functions');
    expect(summary).toMatchObject({ kind: 'code', manifest: { id: 'tiny-functions' } });

    const tokenizer = await api.trainTokenizer('tiny-functions', BPE_512);
    expect(tokenizer.vocabSize).toBe(512);
    expect(tokenizer.bytesPerToken).toBeGreaterThan(2);
    const encoded = await api.encodeDataset('tiny-functions');
    expect(encoded).toMatchObject({ datasetId: 'tiny-functions', vocabSize: 512 });
    for (const split of ['train', 'validation'] as const) {
      const { documents, total } = await api.documents('tiny-functions', split, 0, 1e6, 1e9);
      expect(total).toBe(documents.length);
      expect(documentsOf(tokenizer.tokenizerJson, encoded.splits[split])).toEqual(
        documents.map(({ text }) => text),
      );
      const bytes = new TextEncoder().encode(documents.map(({ text }) => text).join('')).length;
      expect(encoded.splits[split].textBytes).toBe(bytes);
    }
    expect(encoded.splits.train.ids).toBeInstanceOf(Uint16Array);
    expect(encoded.baselines.bigram).toBeLessThan(encoded.baselines.unigram);
    expect(encoded.baselines.unigram).toBeLessThan(Math.log(512));
    expect(new Set(events.map(({ unit }) => unit))).toEqual(new Set(['bytes']));
    for (const { done, total } of events) expect(done).toBeLessThanOrEqual(total);
  });

  test('that does not exist is refused with the names of those that do', async () => {
    const refused = start().api.openDataset('tinny-functions');
    await expect(refused).rejects.toBeInstanceOf(DataError);
    await expect(refused).rejects.toThrow(/no data set "tinny-functions".*tiny-functions/);
  });

  test('is refused with a sentence where there is none, and own text works still', async () => {
    const { api } = start(undefined, `${location.origin}/no/such/folder/`);
    await expect(api.manifest()).rejects.toThrow(/list of data sets.*Your own texts still work/);
    const summary = await addOwn(api, 'mine', functions(100));
    expect((await api.openDataset(summary.id)).textBytes).toBeGreaterThan(5000);
  });
});

describe('own text', () => {
  test('becomes a data set, is split into tokens and comes back exactly', async () => {
    const { api } = start();
    const text = functions(300).replaceAll('\n', '\r\n');
    const summary = await addOwn(api, 'mine', text);
    expect(summary).toMatchObject({ kind: 'own', title: 'mine', warnings: [] });
    const tokenizer = await api.trainTokenizer(summary.id, BPE_280);
    const { splits } = await api.encodeDataset(summary.id);
    const { documents } = await api.documents(summary.id, 'train', 0, 1e6, 1e9);
    expect(documents[0]).toMatchObject({ license: 'unknown' });
    expect(documentsOf(tokenizer.tokenizerJson, splits.train)).toEqual(documents.map((d) => d.text));
    expect(splits.train.textBytes + splits.validation.textBytes).toBe(new TextEncoder().encode(text).length);
  });

  test('is there again in a fresh worker, until it is removed', async () => {
    const text = functions(100);
    const { id } = await addOwn(start().api, 'kept', text);
    const { api } = start();
    expect(await api.ownDatasets()).toContainEqual(expect.objectContaining({ id, title: 'kept' }));
    expect((await api.openDataset(id)).textBytes).toBe(new TextEncoder().encode(text).length);
    await api.removeOwn(id);
    expect((await start().api.ownDatasets()).map((summary) => summary.id)).not.toContain(id);
    await expect(start().api.openDataset(id)).rejects.toBeInstanceOf(DataError);
  });

  test('that is empty, binary or too short is refused, and what was there stays in use', async () => {
    const { api } = start();
    const { id } = await addOwn(api, 'mine', functions(100));
    await api.trainTokenizer(id, BYTES);
    const before = await api.encodeDataset(id);
    await expect(api.addOwn('', [{ name: 'pasted text', content: '  ' }])).rejects.toThrow(
      /pasted text is empty/,
    );
    const zeros = new Blob([new Uint8Array(5000)]);
    await expect(api.addOwn('', [{ name: 'disk.img', content: zeros }])).rejects.toThrow(
      /disk\.img is not text: it contains zero bytes/,
    );
    await expect(api.addOwn('', [{ name: 'a.js', content: 'let a = 1;' }])).rejects.toThrow(
      /The text has 10 characters; at least 1000 are needed/,
    );
    expect((await api.encodeDataset(id)).splits.train.ids).toEqual(before.splits.train.ids);
  });
});

describe('a tokenizer', () => {
  test('colours a text: every span has an id and a label, together they are the text', async () => {
    const { api } = start();
    const { id } = await addOwn(api, 'mine', functions(100));
    await api.trainTokenizer(id, BPE_280);
    const text = 'function add1(x) {\n  return x;\n}';
    const spans = await api.tokenize(text);
    expect(spans.length).toBeLessThan(text.length);
    const vocabulary = await api.vocabulary();
    for (const { id: token, label } of spans) expect(vocabulary[token]!.label).toBe(label);
    const merged = vocabulary.find(({ label, parents }) => parents && /^[a-z]+$/.test(label))!;
    expect(merged.label).toBe(merged.parents!.map((parent) => vocabulary[parent]!.label).join(''));
  });

  test('comes from a file as well, and gives the same ids', async () => {
    const { api } = start();
    const { id } = await addOwn(api, 'mine', functions(200));
    const { tokenizerJson } = await api.trainTokenizer(id, BPE_280);
    const trained = await api.encodeDataset(id);
    const other = start().api;
    expect(await other.loadTokenizer(tokenizerJson)).toMatchObject({
      vocabSize: trained.vocabSize,
      tokenizerJson,
    });
    expect((await other.encodeDataset(id)).splits.train.ids).toEqual(trained.splits.train.ids);
  });

  test('is missing at first, and the sentence says what to do', async () => {
    const { api } = start();
    await expect(api.tokenize('x')).rejects.toBeInstanceOf(TokenizerError);
    await expect(api.vocabulary()).rejects.toThrow('There is no tokenizer yet. Train one');
  });

  test('that cannot be read or built is refused, and the one before stays', async () => {
    const { api } = start();
    const { id } = await addOwn(api, 'mine', functions(100));
    await api.trainTokenizer(id, BYTES);
    await expect(api.loadTokenizer('{"model":')).rejects.toBeInstanceOf(TokenizerError);
    await expect(api.trainTokenizer(id, { ...BPE_512, vocabSize: 3 })).rejects.toBeInstanceOf(TokenizerError);
    expect(await api.tokenize('ab')).toHaveLength(2);
  });

  test('of more tokens than the text supports is refused with the size that it supports', async () => {
    const { api } = start();
    const { id } = await addOwn(api, 'mine', functions(40));
    const error = await api
      .trainTokenizer(id, { ...BPE_512, vocabSize: 8192 })
      .catch((reason: unknown) => reason as Error);
    expect(error).toBeInstanceOf(TokenizerError);
    const most = Number(/supports at most (\d+) tokens, got 8192/.exec((error as Error).message)?.[1]);
    expect((await api.trainTokenizer(id, { ...BPE_512, vocabSize: most })).vocabSize).toBe(most);
  });

  test('of closed characters takes those of the whole text, without separators', async () => {
    const { api } = start();
    const { id } = await addOwn(api, 'mine', functions(100));
    const summary = await api.trainTokenizer(id, { ...BPE_512, kind: 'char', closed: true });
    expect(summary.vocabSize).toBe(new Set(functions(100)).size);
    const { splits } = await api.encodeDataset(id);
    const { documents } = await api.documents(id, 'train', 0, 1e6, 1e9);
    expect(splits.train.ids.length).toBe(Array.from(documents.map(({ text }) => text).join('')).length);
  });
});

test('a closed vocabulary that cannot read a text is kept, and the sentence names what it lacks', async () => {
  const { api } = start();
  const small = await addOwn(api, 'small', functions(100).replaceAll('é', 'e'));
  const { tokenizerJson } = await api.trainTokenizer(small.id, { ...BPE_512, kind: 'char', closed: true });
  const { id } = await addOwn(api, 'other', functions(100));
  expect((await api.loadTokenizer(tokenizerJson)).bytesPerToken).toBeNaN();
  await expect(api.encodeDataset(id)).rejects.toThrow(/closed; it does not have "é"/);
  expect((await api.encodeDataset(small.id)).splits.train.ids.length).toBeGreaterThan(1000);
});

test('cancel stops long work with CancelledError, and what was there goes on', async () => {
  let stopAt = '';
  const cancels: Promise<void>[] = [];
  const { api } = start(({ task, done }) => {
    if (task === stopAt && done > 0) cancels.push(api.cancel());
  });
  const lines = Array.from({ length: 400_000 }, (_, i) => `let x${i} = ${(i * 7919) % 100_003};`).join('\n');
  const { id } = await addOwn(api, 'long', lines);
  await api.trainTokenizer(id, BYTES);
  const stopped = async (task: string, call: () => Promise<unknown>) => {
    stopAt = task;
    const error = await call().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CancelledError);
    expect(error).toMatchObject({ message: `${task} was stopped. Nothing was changed.` });
  };
  await stopped('Turning long into tokens', () => api.encodeDataset(id));
  await stopped('Training the tokenizer', () => api.trainTokenizer(id, { ...BPE_512, vocabSize: 4096 }));
  await Promise.all(cancels);
  expect(await api.tokenize('ab')).toHaveLength(2); // the byte vocabulary is still in use
});
