/**
 * Builds the data sets that are not up to date, one after the other, and writes public/datasets/manifest.json after each, so
 * that a failure (no network) leaves what is done. Started by ../datasets.mjs, which knows what is up to date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetManifest, Manifest } from '../../src/data/types.ts';
import { docs } from './docs/recipe.ts';
import { javascript } from './javascript/recipe.ts';
import type { DatasetRecipe, Harvest } from './pipeline/harvest.ts';
import { splitDocuments } from './pipeline/splitDocuments.ts';
import { datasetTable } from './pipeline/table.ts';
import { writeDataset } from './pipeline/writeDataset.ts';
import { tinyFunctions } from './tinyFunctions/recipe.ts';

const RECIPES: DatasetRecipe[] = [tinyFunctions, javascript, docs];

/** A set to build, and the fingerprint of what it is made from. */
export interface Work {
  id: string;
  recipe: string;
}

/** @param folder public/datasets, absolute. */
export async function buildDatasets(folder: string, work: readonly Work[]): Promise<void> {
  const path = join(folder, 'manifest.json');
  const sets = new Map(readSets(path).map((set) => [set.id, set]));
  for (const { id, recipe } of work) {
    const dataset = RECIPES.find((candidate) => candidate.id === id)!;
    console.log(`${id} …`);
    const startMs = performance.now();
    const harvest = await dataset.collect();
    const splits = splitDocuments(harvest);
    sets.set(id, { ...writeDataset(dataset, harvest.packages, splits, join(folder, id)), recipe });
    const ordered = RECIPES.flatMap((known) => sets.get(known.id) ?? []);
    writeFileSync(path, `${JSON.stringify({ version: 1, datasets: ordered } satisfies Manifest, null, 1)}\n`);
    console.log(
      `${id}: done in ${((performance.now() - startMs) / 1000).toFixed(1)} s${leftOutLine(harvest)}`,
    );
  }
  console.log(`\n${datasetTable(readSets(path))}\n`);
}

function readSets(path: string): DatasetManifest[] {
  if (!existsSync(path)) return [];
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as Manifest).datasets;
  } catch {
    return []; // cut short by a stopped build; what it said is built again
  }
}

function leftOutLine({ leftOut }: Harvest): string {
  const reasons = [...leftOut].toSorted((a, b) => b[1] - a[1]);
  return reasons.length === 0
    ? ''
    : `; files left out: ${reasons.map(([reason, count]) => `${count} ${reason}`).join(', ')}`;
}
