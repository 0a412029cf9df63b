// `npm run datasets`: builds public/datasets/ where it is not what the code and the package versions here make of it.
// --only ID builds one set, --force builds what is up to date too. Needs the network once; see datasets/main.ts.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fingerprint } from './lib/fingerprint.mjs';
import { root } from './lib/process.mjs';
import { ensureDependencies } from './setup.mjs';

const folder = join(root, 'public/datasets');
const common = [
  'scripts/datasets/main.ts',
  'scripts/datasets/pipeline',
  ...['nearDuplicates', 'shards', 'split'].map((name) => `src/data/${name}.ts`),
  'src/lib/rng.ts',
];

const fromPackages = [
  'scripts/datasets/packages.json',
  'scripts/datasets/packages',
  ...['clean', 'decodeText', 'licenses'].map((name) => `src/data/${name}.ts`),
];

/** What each set is made from, in the order of building. */
const madeFrom = {
  'tiny-functions': [...common, 'scripts/datasets/tinyFunctions'],
  javascript: [...common, ...fromPackages, 'scripts/datasets/javascript'],
  docs: [...common, ...fromPackages, 'scripts/datasets/docs'],
};

/** Sets of the manifest whose files are all there. */
function builtSets() {
  try {
    const { datasets } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    return datasets.filter(({ id, splits }) =>
      Object.values(splits)
        .flatMap(({ shards }) => shards)
        .every(({ file, fileBytes }) => {
          const path = join(folder, id, file);
          return existsSync(path) && statSync(path).size === fileBytes;
        }),
    );
  } catch {
    return []; // no manifest, or one that a stopped build left half written
  }
}

const { values } = parseArgs({
  options: { only: { type: 'string' }, force: { type: 'boolean', default: false } },
});
if (values.only !== undefined && !(values.only in madeFrom)) {
  console.error(`--only ${values.only}: expected one of ${Object.keys(madeFrom).join(', ')}.`);
  process.exit(2);
}
const built = builtSets();
const work = Object.entries(madeFrom)
  .filter(([id]) => values.only === undefined || values.only === id)
  .map(([id, paths]) => ({ id, recipe: fingerprint(paths) }))
  .filter(({ id, recipe }) => values.force || !built.some((set) => set.id === id && set.recipe === recipe));

if (work.length === 0) console.log('Data sets: up to date.');
else {
  await ensureDependencies();
  const { runnerImport } = await import('vite'); // Node 20 cannot read TypeScript itself
  const { module } = await runnerImport(join(root, 'scripts/datasets/main.ts'), {
    configFile: false,
    logLevel: 'error',
  });
  try {
    await module.buildDatasets(folder, work);
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
