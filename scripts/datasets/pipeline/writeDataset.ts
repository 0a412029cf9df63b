/** Split documents -> shards on disk and the entry of the manifest. The same documents give the same bytes everywhere. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'fflate';
import { utf8LengthOf } from '../../../src/data/dataset.ts';
import { encodeJsonl } from '../../../src/data/shards.ts';
import type { DatasetManifest, Document, ShardInfo, SplitInfo, SplitName } from '../../../src/data/types.ts';
import type { DatasetRecipe, PackageSource } from './harvest.ts';
import type { Splits } from './splitDocuments.ts';
import { brotliBitsPerByte, linesInTraining } from './yardsticks.ts';

/** Small enough to show progress while a page loads them, large enough to compress well. */
const SHARD_TEXT_BYTES = 2_000_000;

/** Writes `folder`/*.jsonl.gz and removes what else is there. */
export function writeDataset(
  recipe: DatasetRecipe,
  packages: readonly PackageSource[],
  splits: Splits,
  folder: string,
): DatasetManifest {
  mkdirSync(folder, { recursive: true });
  const infos: Partial<Record<SplitName, SplitInfo>> = {};
  const written = new Set<string>();
  for (const [split, documents] of Object.entries(splits) as [SplitName, Document[]][]) {
    if (documents.length === 0) continue;
    const shards = cutShards(documents).map((part, i) => {
      const file = `${split}-${String(i).padStart(3, '0')}.jsonl.gz`;
      written.add(file);
      return writeShard(join(folder, file), file, part);
    });
    infos[split] = { documents: documents.length, textBytes: utf8LengthOf(documents), shards };
  }
  for (const file of readdirSync(folder)) if (!written.has(file)) rmSync(join(folder, file));
  if (!infos.train || !infos.validation)
    throw new Error(
      `${recipe.id}: ${splits.train.length + splits.validation.length} documents are too few to split.`,
    );
  const all = Object.values(splits).flat();
  return {
    id: recipe.id,
    title: recipe.title,
    description: recipe.description,
    kind: recipe.kind,
    splits: { ...infos, train: infos.train },
    packages: packages.map((source) => {
      const own = all.filter((document) => document.package === `${source.name}@${source.version}`);
      return { ...source, documents: own.length, textBytes: utf8LengthOf(own) };
    }),
    validationLinesInTraining: round(linesInTraining(splits.validation, splits.train)),
    brotliBitsPerByte: {
      validation: round(brotliBitsPerByte(splits.validation)),
      ...(infos.heldout && { heldout: round(brotliBitsPerByte(splits.heldout)) }),
    },
  };
}

const round = (x: number) => Math.round(x * 1e4) / 1e4;

function cutShards(documents: readonly Document[]): Document[][] {
  const shards: Document[][] = [[]];
  let bytes = 0;
  for (const document of documents) {
    const size = utf8LengthOf([document]);
    if (bytes > 0 && bytes + size > SHARD_TEXT_BYTES) {
      shards.push([]);
      bytes = 0;
    }
    shards.at(-1)!.push(document);
    bytes += size;
  }
  return shards;
}

function writeShard(path: string, file: string, documents: Document[]): ShardInfo {
  const lines = Buffer.from(encodeJsonl(documents));
  // fflate and no date: zlib's output differs from version to version
  const packed = gzipSync(lines, { level: 9, mtime: 0 });
  if (!existsSync(path) || !readFileSync(path).equals(packed)) writeFileSync(path, packed);
  return {
    file,
    documents: documents.length,
    textBytes: utf8LengthOf(documents),
    fileBytes: packed.length,
    sha256: createHash('sha256').update(lines).digest('hex'),
  };
}
