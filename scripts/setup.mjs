// What must be there before the app can be served or tested: packages, datasets, the built page. Each step looks first
// whether its work is already done. Only node: modules here: node_modules may not exist yet.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from './lib/fingerprint.mjs';
import { root, run, runTool, secondsSince } from './lib/process.mjs';

/** A step that failed after its own output said why. */
export class SetupError extends Error {
  name = 'SetupError';
}

async function step(/** @type {string} */ task, /** @type {() => Promise<{ code: number }>} */ work) {
  console.log(`${task} …`);
  const startMs = performance.now();
  const { code } = await work();
  if (code !== 0) throw new SetupError(`${task} failed (exit code ${code}); the lines above say why.`);
  console.log(`${task}: done in ${secondsSince(startMs)}.`);
}

/** Paths and versions in a lockfile, or in npm's own note of what it has installed. */
function packagesIn(/** @type {string} */ lockfile) {
  /** @type {Record<string, { version: string, optional?: boolean }>} */
  const { '': _self, ...packages } = JSON.parse(readFileSync(join(root, lockfile), 'utf8')).packages;
  return packages;
}

/** Installs the packages of the lockfile, exactly, unless just these are there. */
export async function ensureDependencies() {
  const note = 'node_modules/.package-lock.json';
  const installed = existsSync(join(root, note)) ? packagesIn(note) : {};
  // Optional ones are builds for other systems: they may be absent, but not of another version.
  const complete = Object.entries(packagesIn('package-lock.json')).every(([path, { version, optional }]) =>
    installed[path] ? installed[path].version === version : optional,
  );
  if (complete) return;
  const npm = process.env.npm_execpath; // set when npm started us: then the same npm, by this very Node
  const [command, args] = npm ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']];
  await step('Installing packages', () =>
    run(command, args, { shell: !npm && process.platform === 'win32' }),
  );
}

/** Collects the datasets that are not in git. The script itself knows what is there already, and is quick then. */
export async function ensureDatasets() {
  const { code } = await run(process.execPath, [join(root, 'scripts/datasets.mjs')]);
  if (code !== 0)
    throw new SetupError(`Collecting the datasets failed (exit code ${code}); the lines above say why.`);
}

const builtFrom = ['src', 'index.html', 'vite.config.ts', 'package-lock.json', 'tsconfig.base.json'];

/** Builds the page into dist/ when anything it is made of has changed. */
export async function ensureBuild() {
  const mark = join(root, 'dist/.glassbox-build'); // vite build empties dist/, so a failed build leaves no mark
  const state = fingerprint(builtFrom) + fingerprint(['public'], { stat: true });
  if (existsSync(mark) && readFileSync(mark, 'utf8') === state) return;
  // a tool that read TypeScript through Vite before leaves NODE_ENV=development behind, and React would be built for it
  const env = { NODE_ENV: 'production' };
  await step('Building the page', () => runTool('vite', ['build', '--logLevel', 'warn'], { env }));
  writeFileSync(mark, state);
}
