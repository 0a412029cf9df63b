import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cleanCode } from '../../../scripts/datasets/javascript/recipe.ts';
import { openPackage } from '../../../scripts/datasets/packages/openPackage.ts';
import type { DatasetRecipe, Harvest, PackageSource } from '../../../scripts/datasets/pipeline/harvest.ts';
import { splitDocuments } from '../../../scripts/datasets/pipeline/splitDocuments.ts';
import { writeDataset } from '../../../scripts/datasets/pipeline/writeDataset.ts';
import { brotliBitsPerByte, linesInTraining } from '../../../scripts/datasets/pipeline/yardsticks.ts';
import { readShard } from '../../../src/data/shards.ts';
import { splitOf } from '../../../src/data/split.ts';
import type { Document } from '../../../src/data/types.ts';
import { entry, tarball } from './tarballs.ts';

const source = (name: string, heldout = false): PackageSource => ({
  name,
  version: '1.0.0',
  integrity: 'sha512-x',
  license: 'MIT',
  licenseText: 'MIT',
  heldout,
});
const documentOf = (from: string, path: string, text: string): Document => ({
  path,
  package: `${from}@1.0.0`,
  license: 'MIT',
  text,
});
const unlike = (i: number) => Array.from({ length: 30 }, (_, k) => `w${i}x${k}`).join(' ');
const harvestOf = (documents: Document[], ...packages: PackageSource[]): Harvest => ({
  documents,
  packages,
  leftOut: new Map(),
});

describe('splitDocuments()', () => {
  const many = Array.from({ length: 400 }, (_, i) => documentOf('a', `${i}.js`, unlike(i)));

  test('puts each document where the hash of its name says', () => {
    const { train, validation, heldout } = splitDocuments(harvestOf(many, source('a')));
    expect(train.length + validation.length).toBe(400);
    expect(validation.map(({ path }) => path).toSorted()).toEqual(
      many.flatMap(({ path }) => (splitOf(`a/${path}`) === 'validation' ? path : [])).toSorted(),
    );
    expect(heldout).toEqual([]);
  });

  test('keeps a document on its side when its package has a new version', () => {
    const updated = many.map((document) => ({ ...document, package: 'a@2.0.0' }));
    const side = (documents: Document[]) =>
      splitDocuments(harvestOf(documents, source('a'))).validation.map(({ path }) => path);
    expect(side(updated)).toEqual(side(many));
  });

  test('sends near duplicates to the side of the first, and drops copies', () => {
    const held = many.find(({ path }) => splitOf(`a/${path}`) === 'validation')!;
    const near = documentOf('b', 'near.js', `${held.text} more`);
    const copy = documentOf('b', 'copy.js', held.text.replaceAll(' ', '\n'));
    const harvest = harvestOf([...many, near, copy], source('a'), source('b'));
    const { train, validation } = splitDocuments(harvest);
    expect(validation).toContain(near);
    expect([...train, ...validation]).not.toContain(copy);
    expect(harvest.leftOut).toEqual(new Map([['copy of another file', 1]]));
  });

  test('holds out whole packages, less what resembles a training text', () => {
    const out = [
      documentOf('out', 'own.js', unlike(999)),
      documentOf('out', 'near.js', `${many[7]!.text} more`),
    ];
    const harvest = harvestOf(
      [...out, documentOf('out', 'copy.js', many[8]!.text), ...many],
      source('out', true),
      source('a'),
    );
    const { train, validation, heldout } = splitDocuments(harvest);
    expect(heldout).toEqual([out[0]]);
    expect(train.length + validation.length).toBe(400);
    expect(harvest.leftOut.get('held out, but nearly a copy of a training text')).toBe(1);
  });
});

describe('yardsticks', () => {
  test('brotli packs each document by itself, and large ones weigh more', () => {
    const small = documentOf('a', 's', 'x');
    const large = documentOf('a', 'l', 'abc '.repeat(10_000));
    expect(brotliBitsPerByte([small])).toBeGreaterThan(8);
    expect(brotliBitsPerByte([large])).toBeLessThan(0.1);
    expect(brotliBitsPerByte([small, large])).toBeLessThan(0.1);
    expect(brotliBitsPerByte([large, large])).toBeCloseTo(brotliBitsPerByte([large]), 10);
    expect(brotliBitsPerByte([])).toBe(0);
  });

  test('lines in training are compared trimmed, and short ones do not count', () => {
    const train = [documentOf('a', 't', '  a line that is known\n}\n')];
    const validation = [
      documentOf('a', 'v', 'a line that is known  \n}\nan unknown line of code\n0123456789\n'),
    ];
    expect(linesInTraining(validation, train)).toBe(0.5);
    expect(linesInTraining([], train)).toBe(0);
  });
});

describe('writeDataset()', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'datasets-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const recipe: DatasetRecipe = {
    id: 'x',
    title: 'X',
    description: '',
    kind: 'code',
    collect: () => Promise.reject(new Error('not asked for')),
  };

  test('writes shards that read back, the same bytes each time, and removes older files', async () => {
    const train = Array.from({ length: 5 }, (_, i) =>
      documentOf('a', `${i}.js`, `${i} ${'ä'.repeat(400_000)}`),
    );
    const splits = { train, validation: [documentOf('a', 'v.js', 'v')], heldout: [] };
    await writeFile(join(folder, 'train-007.jsonl.gz'), 'old');
    const first = writeDataset(recipe, [source('a')], splits, folder);
    const files = [
      'train-000.jsonl.gz',
      'train-001.jsonl.gz',
      'train-002.jsonl.gz',
      'validation-000.jsonl.gz',
    ];
    expect((await readdir(folder)).toSorted()).toEqual(files);
    const bytes = await Promise.all(files.map((file) => readFile(join(folder, file))));
    const back = first.splits.train.shards.map((shard, i) => readShard(bytes[i]!, shard));
    expect((await Promise.all(back)).flat()).toEqual(train);
    expect(first.packages[0]).toMatchObject({ documents: 6, textBytes: 5 * 800_002 + 1 });
    await rm(folder, { recursive: true });
    expect(writeDataset(recipe, [source('a')], splits, folder)).toEqual(first);
    expect(await Promise.all(files.map((file) => readFile(join(folder, file))))).toEqual(bytes);
  });

  test('refuses a set with nothing to validate on', () => {
    const splits = { train: [documentOf('a', 'a', 'a')], validation: [], heldout: [] };
    expect(() => writeDataset(recipe, [], splits, folder)).toThrow(/1 documents are too few to split/);
  });
});

describe('openPackage()', () => {
  const pin = {
    name: 'p',
    version: '1.2.3',
    integrity: 'sha512-x',
    paths: ['lib/', 'a.md'],
    except: ['lib/skip/'],
  };
  const open = (license: unknown, ...files: [string, string][]) =>
    openPackage(
      pin,
      tarball(
        entry('package/package.json', JSON.stringify({ license })),
        ...files.map(([path, text]) => entry(`package/${path}`, text)),
      ),
    );

  test('gives the files that were asked for, sorted and decoded, and the licence with its notice', () => {
    const { source: about, files } = open(
      'Apache-2.0',
      ['lib/z.js', 'z'],
      ['lib/b.js', '\uFEFFb'],
      ['lib/skip/c.js', 'c'],
      ['lib/d.bin', 'd\0'],
      ['other.js', 'o'],
      ['a.md', 'a'],
      ['NOTICE', 'notice\n'],
      ['LICENSE', 'licence\n'],
    );
    expect(files).toEqual([
      { path: 'a.md', text: 'a' },
      { path: 'lib/b.js', text: 'b' },
      { path: 'lib/z.js', text: 'z' },
    ]);
    expect(about).toEqual({
      name: 'p',
      version: '1.2.3',
      integrity: 'sha512-x',
      license: 'Apache-2.0',
      licenseText: 'licence\n\nnotice',
      heldout: false,
    });
  });

  test.each([
    [
      'has another licence',
      () => open('GPL-3.0', ['LICENSE', 'x'], ['lib/a.js', 'a']),
      /p@1.2.3: its licence is "GPL-3.0"/,
    ],
    [
      'names none',
      () => open(undefined, ['LICENSE', 'x'], ['lib/a.js', 'a']),
      /p@1.2.3: its licence is undefined/,
    ],
    ['has no licence text', () => open('MIT', ['lib/a.js', 'a'], ['lib/LICENSE', 'x']), /no licence text/],
    [
      'has nothing that was asked for',
      () => open('MIT', ['LICENSE', 'x'], ['src/a.js', 'a']),
      /no text files in lib\/, a.md/,
    ],
  ])('refuses a package that %s', (_, act, reason) => expect(act).toThrow(reason));
});

describe('cleanCode()', () => {
  const body = 'export const answer = 42; // because\n'.repeat(10);

  test('takes a licence off the top and records the one that it names', () => {
    expect(cleanCode('a.js', `/* Copyright X, ISC License */\r\n${body}`, 'MIT')).toEqual({
      path: 'a.js',
      license: 'ISC',
      text: body,
    });
    expect(cleanCode('a.js', body, 'MIT')).toEqual({ path: 'a.js', license: 'MIT', text: body });
  });

  test.each([
    ['under another licence', `/* Licensed under the GPL. */\n${body}`],
    ['generated', `/* Copyright X. Generated by a tool. */\n${body}`],
    ['too short', 'export {};\n'],
  ])('leaves out what is %s', (reason, text) => expect(cleanCode('a.js', text, 'MIT')).toBe(reason));
});
