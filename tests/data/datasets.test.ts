// The built data sets against what is promised of them. Built by "npm run datasets", which "npm test" calls first.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { groupNearDuplicates } from '../../src/data/nearDuplicates.ts';
import { isPermissive } from '../../src/data/licenses.ts';
import type { DatasetManifest, Document, Manifest, SplitName } from '../../src/data/types.ts';

const folder = join(import.meta.dirname, '../../public/datasets');
const PROMISES: Record<string, { minBytes: number; minPackages: number; maxShare: number }> = {
  'tiny-functions': { minBytes: 100_000, minPackages: 0, maxShare: 1 },
  javascript: { minBytes: 6_000_000, minPackages: 10, maxShare: 0.3 },
  docs: { minBytes: 4_000_000, minPackages: 3, maxShare: 0.4 },
};
const IDS = Object.keys(PROMISES);

interface OpenSet {
  manifest: DatasetManifest;
  splits: Partial<Record<SplitName, Document[]>>;
  all: Document[];
}
const sets = new Map<string, OpenSet>();
const setOf = (id: string) => sets.get(id)!;

beforeAll(() => {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path))
    throw new Error(
      'The data sets were not built: run "npm run datasets" (needs the network once), then test again.',
    );
  const { version, datasets } = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  if (version !== 1)
    throw new Error(`public/datasets/manifest.json has version ${String(version)}, expected 1.`);
  for (const id of IDS) {
    const manifest = datasets.find((candidate) => candidate.id === id);
    if (!manifest)
      throw new Error(
        `The data set ${id} was not built: run "npm run datasets" and see what it says, then test again.`,
      );
    const splits: OpenSet['splits'] = {};
    for (const [split, { shards }] of Object.entries(manifest.splits) as [
      SplitName,
      DatasetManifest['splits']['train'],
    ][])
      splits[split] = shards.flatMap(({ file }) =>
        gunzipSync(readFileSync(join(folder, id, file)))
          .toString()
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as Document),
      );
    sets.set(id, { manifest, splits, all: Object.values(splits).flat() });
  }
});

const bytesOf = (documents: readonly Document[]) =>
  documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
const normalised = ({ text }: Document) => text.replace(/\s+/g, ' ').trim();

describe.each(IDS)('%s', (id) => {
  test('has the promised size, packages and balance', () => {
    const { manifest, all } = setOf(id);
    const { minBytes, minPackages, maxShare } = PROMISES[id]!;
    const total = bytesOf(all);
    expect(total).toBeGreaterThanOrEqual(minBytes);
    expect(manifest.packages.length).toBeGreaterThanOrEqual(minPackages);
    for (const { name, textBytes } of manifest.packages)
      expect(textBytes / total, `share of ${name}`).toBeLessThanOrEqual(maxShare);
  });

  test('its shards are what the manifest says, to the byte', () => {
    const { manifest, splits } = setOf(id);
    for (const [split, info] of Object.entries(manifest.splits)) {
      for (const shard of info.shards) {
        const path = join(folder, id, shard.file);
        const lines = gunzipSync(readFileSync(path));
        expect(createHash('sha256').update(lines).digest('hex'), shard.file).toBe(shard.sha256);
        expect(statSync(path).size).toBe(shard.fileBytes);
      }
      const documents = splits[split as SplitName]!;
      expect(documents).toHaveLength(info.documents);
      expect(info.shards.reduce((sum, shard) => sum + shard.documents, 0)).toBe(info.documents);
      expect(bytesOf(documents)).toBe(info.textBytes);
      expect(info.shards.reduce((sum, shard) => sum + shard.textBytes, 0)).toBe(info.textBytes);
    }
  });

  test('counts documents and bytes of each package rightly, and none comes from elsewhere', () => {
    const { manifest, all } = setOf(id);
    for (const { name, version, documents, textBytes } of manifest.packages) {
      const own = all.filter((document) => document.package === `${name}@${version}`);
      expect([own.length, bytesOf(own)], name).toEqual([documents, textBytes]);
      expect(documents, name).toBeGreaterThan(0);
    }
    const packages = new Set(manifest.packages.map(({ name, version }) => `${name}@${version}`));
    expect(
      all.filter(
        ({ package: from }) => (from === undefined) === packages.size > 0 || (from && !packages.has(from)),
      ),
    ).toEqual([]);
  });

  test('every package and document is under a permissive licence, with its text and a pinned tarball', () => {
    const { manifest, all } = setOf(id);
    for (const { name, license, licenseText, integrity } of manifest.packages) {
      expect(isPermissive(license), `${name}: ${license}`).toBe(true);
      expect(licenseText.length, name).toBeGreaterThan(500);
      expect(integrity).toMatch(/^sha512-[\w+/]{86}==$/);
    }
    expect(
      [...new Set(all.map(({ license }) => license))].filter((license) => !isPermissive(license)),
    ).toEqual([]);
  });

  test('holds back about a twentieth, and no document or near copy of one is on two sides', () => {
    const { manifest, splits, all } = setOf(id);
    const { train, validation } = manifest.splits;
    const share = validation!.textBytes / (train.textBytes + validation!.textBytes);
    expect(share).toBeGreaterThan(0.03);
    expect(share).toBeLessThan(0.08);
    expect(new Set(all.map(normalised)).size).toBe(all.length);
    const names = all.map(({ package: from, path }) => `${from}/${path}`);
    expect(new Set(names).size).toBe(all.length);
    const sides = Object.entries(splits).flatMap(([split, documents]) => documents.map(() => split));
    const groups = groupNearDuplicates(all.map(({ text }) => text));
    expect(names.filter((_, i) => sides[i] !== sides[groups[i]!])).toEqual([]);
  });

  test('holds out whole packages only', () => {
    const { manifest, splits } = setOf(id);
    const out = manifest.packages
      .filter(({ heldout }) => heldout)
      .map(({ name, version }) => `${name}@${version}`);
    expect(out).toHaveLength(id === 'tiny-functions' ? 0 : 1);
    expect([...new Set(splits.heldout?.map((document) => document.package))]).toEqual(out);
    const seen = [...splits.train!, ...splits.validation!];
    expect(seen.filter((document) => out.includes(document.package ?? ''))).toEqual([]);
  });

  test('stores yardsticks that can be', () => {
    const { brotliBitsPerByte, validationLinesInTraining } = setOf(id).manifest;
    for (const bits of Object.values(brotliBitsPerByte)) {
      expect(bits).toBeGreaterThan(1);
      expect(bits).toBeLessThan(8);
    }
    expect(validationLinesInTraining).toBeGreaterThan(0);
    expect(validationLinesInTraining).toBeLessThan(1);
  });
});

describe('javascript and docs', () => {
  test('share no document, not even nearly', () => {
    const [code, prose] = [setOf('javascript').all, setOf('docs').all];
    const names = new Set(code.map(({ package: from, path }) => `${from}/${path}`));
    expect(prose.filter(({ package: from, path }) => names.has(`${from}/${path}`))).toEqual([]);
    const groups = groupNearDuplicates([...code, ...prose].map(({ text }) => text));
    expect(prose.filter((_, i) => groups[code.length + i]! < code.length)).toEqual([]);
  });

  test('javascript has no minified line, and docs no code block', () => {
    const longest = (document: Document) => Math.max(...document.text.split('\n').map((line) => line.length));
    const long = setOf('javascript').all.filter((document) => longest(document) > 5000);
    expect(long.map(({ path }) => path)).toEqual([]);
    expect(
      setOf('docs')
        .all.filter(({ text }) => /^\s*```/m.test(text))
        .map(({ path }) => path),
    ).toEqual([]);
  });
});
