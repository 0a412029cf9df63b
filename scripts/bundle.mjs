// One TypeScript file of ours and all that it imports as one .mjs, which Node runs with nothing installed; Dawn's addon
// (dawn.mjs) may lie beside it. `node scripts/bundle.mjs bench/node/main.ts out.mjs` makes one to carry to another machine.
import { basename, dirname, join, resolve } from 'node:path';
import { build } from 'vite';
import { isMain, root } from './lib/process.mjs';

/**
 * @param {string} entry path of the TypeScript file, relative to the repository
 * @param {string} [output] path of the bundle; in .cache/ by default
 * @returns {Promise<string>} absolute path of the bundle
 */
export async function bundle(
  entry,
  output = join(root, '.cache/bundles', entry.replaceAll('/', '-').replace(/\.ts$/, '.mjs')),
) {
  const file = resolve(output);
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: entry,
      target: 'node20',
      outDir: dirname(file),
      emptyOutDir: false,
      rolldownOptions: { output: { format: 'es', codeSplitting: false, entryFileNames: basename(file) } },
    },
  });
  return file;
}

if (isMain(import.meta.url)) {
  const [entry, output] = process.argv.slice(2);
  if (!entry) throw new Error('bundle: expected the file to bundle, and where to put the bundle.');
  console.log(await bundle(entry, output));
}
