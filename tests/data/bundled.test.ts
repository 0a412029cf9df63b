import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundledSummary, downloadBytes, fetchBundled, fetchManifest } from '../../src/data/bundled.ts';
import { encodeJsonl } from '../../src/data/shards.ts';
import type { DatasetManifest, Document, ShardInfo } from '../../src/data/types.ts';
import { DataError } from '../../src/lib/errors.ts';

/** A host with a few files: what is in `files` at the moment of the request. */
const files = new Map<string, string | Uint8Array>();
const asked: string[] = [];
let server: Server;
let folder: string;

beforeEach(async () => {
  files.clear();
  asked.length = 0;
  server = createServer((request, response) => {
    asked.push(request.url!);
    const content = files.get(request.url!.slice('/app/datasets/'.length));
    if (content === undefined) response.statusCode = 404;
    response.end(content);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  folder = `http://127.0.0.1:${(server.address() as AddressInfo).port}/app/datasets/`;
});

afterEach(() => new Promise((closed) => server.close(closed)));

const documentsOf = (name: string, count: number): Document[] =>
  Array.from({ length: count }, (_, i) => ({
    path: `${name}${i}.js`,
    license: 'MIT',
    text: `let ${name} = ${i};`,
  }));

function addShard(set: string, file: string, documents: Document[]): ShardInfo {
  const lines = encodeJsonl(documents);
  const packed = gzipSync(lines);
  files.set(`${set}/${file}`, packed);
  return {
    file,
    documents: documents.length,
    textBytes: documents.reduce((sum, { text }) => sum + text.length, 0),
    fileBytes: packed.length,
    sha256: createHash('sha256').update(lines).digest('hex'),
  };
}

const splitOf = (...shards: ShardInfo[]) => ({
  documents: shards.reduce((sum, { documents }) => sum + documents, 0),
  textBytes: shards.reduce((sum, { textBytes }) => sum + textBytes, 0),
  shards,
});

function addSet(): DatasetManifest {
  return {
    id: 'small',
    title: 'Small set',
    description: 'Little.',
    kind: 'code',
    splits: {
      train: splitOf(
        addShard('small', 'train-0.jsonl.gz', documentsOf('a', 30)),
        addShard('small', 'train-1.jsonl.gz', documentsOf('b', 20)),
      ),
      validation: splitOf(addShard('small', 'validation-0.jsonl.gz', documentsOf('v', 5))),
    },
    packages: [],
    validationLinesInTraining: 0,
    brotliBitsPerByte: { validation: 2 },
  };
}

const open = (
  set: DatasetManifest,
  turn: (bytes: number) => void = () => {},
  signal = new AbortController().signal,
) => fetchBundled(set, folder, turn, signal);

describe('fetchBundled()', () => {
  test('opens every shard of every split, in order', async () => {
    const set = addSet();
    const { splits, summary } = await open(set);
    expect(splits).toEqual({
      train: [...documentsOf('a', 30), ...documentsOf('b', 20)],
      validation: documentsOf('v', 5),
      heldout: [],
    });
    expect(summary).toEqual(bundledSummary(set));
    expect(summary).toMatchObject({ documents: 55, validationBytes: set.splits.validation!.textBytes });
  });

  test('tells the bytes loaded, up to what the manifest promised', async () => {
    const set = addSet();
    const told: number[] = [];
    await open(set, (bytes) => told.push(bytes));
    expect(told.at(-1)).toBe(downloadBytes(set));
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });

  test.each([
    ['missing', undefined, /the server answered 404/],
    ['cut short', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 20), /train-1.jsonl.gz is damaged/],
    ['altered', () => gzipSync(encodeJsonl(documentsOf('x', 20))), /train-1.jsonl.gz is damaged/],
    ['the page instead', () => new TextEncoder().encode('<!doctype html>'), /train-1.jsonl.gz is damaged/],
  ])('refuses a shard that is %s, and says what still works', async (_, damage, reason) => {
    const set = addSet();
    const name = 'small/train-1.jsonl.gz';
    if (damage) files.set(name, damage(files.get(name) as Uint8Array));
    else files.delete(name);
    const refused = open(set);
    await expect(refused).rejects.toBeInstanceOf(DataError);
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.toThrow(/"Small set" could not be loaded.*your own text works meanwhile/);
  });

  test('asks a second time for a shard that does not fit, past the cache', async () => {
    const set = addSet();
    const name = 'small/validation-0.jsonl.gz';
    const good = files.get(name)!;
    files.set(name, gzipSync('old'));
    server.on('request', (request) => {
      if (request.url!.endsWith(name)) files.set(name, good); // the next answer is up to date
    });
    const { splits } = await open(set);
    expect(splits.validation).toEqual(documentsOf('v', 5));
    expect(asked.filter((url) => url.endsWith(name))).toHaveLength(2);
  });

  test('takes shards that the server has decompressed already', async () => {
    const set = addSet();
    files.set('small/validation-0.jsonl.gz', encodeJsonl(documentsOf('v', 5)));
    expect((await open(set)).splits.validation).toEqual(documentsOf('v', 5));
  });

  test('ends when it is aborted', async () => {
    const controller = new AbortController();
    const opening = open(addSet(), () => controller.abort(), controller.signal);
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('fetchManifest()', () => {
  test('gives the list of data sets', async () => {
    const manifest = { version: 1, datasets: [addSet()] };
    files.set('manifest.json', JSON.stringify(manifest));
    expect(await fetchManifest(folder)).toEqual(manifest);
  });

  test.each([
    ['missing', undefined, /the server answered 404\. Reload the page.*npm run datasets/],
    ['the page instead', '<!doctype html>', /is not JSON, so it is probably missing/],
    ['of another version', '{"version":2,"datasets":[]}', /has version 2, this page reads version 1/],
    ['null', 'null', /version undefined/],
  ])('refuses one that is %s', async (_, content, reason) => {
    if (content !== undefined) files.set('manifest.json', content);
    const refused = fetchManifest(folder);
    await expect(refused).rejects.toBeInstanceOf(DataError);
    await expect(refused).rejects.toThrow(reason);
  });

  test('says so when there is no network', async () => {
    await expect(fetchManifest('http://127.0.0.1:1/')).rejects.toThrow(/could not be loaded: fetch failed/);
  });
});
