// WebGPU for Node: Dawn, the implementation that Chromium has, as the addon of the npm package `webgpu`
// (https://github.com/dawn-gpu/node-webgpu). openDawn() is also bundled into what runs elsewhere (bundle.mjs), so it may
// need nothing but the addon; dawnEnvironment() finds a driver for it here. Who computes on it: bench/node/main.ts.
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { run } from './lib/process.mjs';

const require = createRequire(import.meta.url);

/** The addon: beside this file where a bundle was carried to another machine, in node_modules otherwise. */
function loadAddon() {
  if (existsSync(new URL('./dawn.node', import.meta.url))) return require('./dawn.node');
  const architecture = process.platform === 'darwin' ? 'universal' : process.arch;
  // The addon and not the package: its index.js keeps a list of all buffers, which Dawn in a browser does not.
  return require(`webgpu/dist/${process.platform}-${architecture}/dawn.node`);
}

/**
 * Gives this process `navigator.gpu` and the constants that come with it (GPUBufferUsage and the like). Experimental
 * features, such as subgroup matrices, are allowed. An adapter comes only where a driver was found at the process' start.
 * @returns {() => void} takes it away again: a process that holds it never ends by itself
 */
export function openDawn() {
  /** @type {{ create: (options: string[]) => GPU, globals: Record<string, unknown> }} */
  const { create, globals } = loadAddon();
  Object.assign(globalThis, globals);
  const gpu = create(['enable-dawn-features=allow_unsafe_apis']);
  // Node has a navigator from version 21 on.
  if (!('navigator' in globalThis))
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  return () => void Reflect.deleteProperty(navigator, 'gpu');
}

const LONGEST_SCRIPT = 100_000; // bytes; Debian's has 5,066, the browser itself 300 million

/**
 * The folders in which a browser may keep its libraries: the one it really lies in, or, where it is a shell script that
 * starts the browser from elsewhere (Debian's is), the folders that the script names. NAME=value lines are followed:
 * `APPNAME=chromium`, `LIBDIR=/usr/lib/$APPNAME` name /usr/lib/chromium.
 */
function foldersOf(/** @type {string} */ browser) {
  const file = realpathSync(browser);
  const folders = [dirname(file)];
  if (statSync(file).size > LONGEST_SCRIPT || !readFileSync(file, 'latin1').startsWith('#!')) return folders;
  /** @type {Map<string, string>} */
  const variables = new Map();
  const expand = (/** @type {string} */ text) =>
    text.replace(/\$\{?(\w+)\}?/g, (whole, name) => variables.get(name) ?? whole);
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, name, value] = line.match(/^\s*(?:export\s+)?(\w+)=["']?([^"'\s]*)/) ?? [];
    if (name !== undefined) variables.set(name, expand(value));
    for (const word of expand(line).split(/[\s"'=;]+/))
      if (isAbsolute(word) && existsSync(word)) folders.push(word, dirname(realpathSync(word)));
  }
  return folders;
}

/** The folder with the software driver of this Chromium (SwiftShader) and its Vulkan loader; undefined if it has none. */
export function softwareDriverFolder(/** @type {string} */ browser) {
  return foldersOf(browser).find((folder) => existsSync(join(folder, 'vk_swiftshader_icd.json')));
}

/** Does Dawn find an adapter in a process with these variables? The Vulkan loader reads them only at its start. */
async function hasAdapter(/** @type {Record<string, string>} */ env) {
  const script = `const { openDawn } = await import(${JSON.stringify(import.meta.url)});
    const close = openDawn();
    process.exitCode = (await navigator.gpu.requestAdapter()) ? 0 : 1;
    close();`;
  const args = ['--input-type=module', '--eval', script];
  return (await run(process.execPath, args, { env, quiet: true, timeoutMs: 20_000 })).code === 0;
}

/**
 * The variables to start a child process with (beside those of this one), so that openDawn() finds a GPU there: none where
 * the system has a driver, else those that lead to the software driver of the browser that the tests use. Asked by trying,
 * 0.2 s each: a machine may have the loader without a driver, or a driver without a GPU.
 * @returns {Promise<Record<string, string> | null>} null when no driver can be found
 */
export async function dawnEnvironment() {
  if (await hasAdapter({})) return {};
  // Not imported above: a bundle would run it, and its last line takes the bundle's name for its own.
  const { findBrowser } = await import('./browser.mjs');
  const browser = findBrowser();
  const folder = browser && softwareDriverFolder(browser);
  if (!folder) return null;
  const libraries = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
  for (const env of [
    { LD_LIBRARY_PATH: libraries }, // a driver without a loader: a container that was lent a GPU
    { LD_LIBRARY_PATH: libraries, VK_DRIVER_FILES: join(folder, 'vk_swiftshader_icd.json') },
  ])
    if (await hasAdapter(env)) return env;
  return null;
}
