/**
 * Gets the tarballs of pinned packages with npm itself, into a folder that git ignores. Nothing is installed, no dependency
 * comes along, no script of a package runs. What does not have the pinned SHA-512 is not used.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root, run } from '../../lib/process.mjs';

export interface Pin {
  name: string;
  version: string;
  /** "sha512-" and the digest of the tarball in base64. */
  integrity: string;
}

const cache = join(root, '.cache/packages');
const WAITS_MS = [2000, 10_000]; // before the second and the third try; npm also tries each download several times

/** As npm names the tarball of a package. */
const fileOf = ({ name, version }: Pin) => `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;

/**
 * The tarballs, in order.
 *
 * @throws {Error} saying which packages are missing and what to do, or which one is not what was pinned.
 */
export async function fetchPackages(pins: readonly Pin[]): Promise<Buffer[]> {
  mkdirSync(cache, { recursive: true });
  for (const pin of pins) if (!isPinned(pin)) rmSync(join(cache, fileOf(pin)), { force: true });
  let output = '';
  for (const waitMs of [0, ...WAITS_MS]) {
    const missing = pins.filter((pin) => !existsSync(join(cache, fileOf(pin))));
    if (missing.length === 0) break;
    await sleep(waitMs);
    console.log(`  fetching ${missing.length} packages …`);
    output = await pack(missing);
  }
  const missing = pins.filter((pin) => !existsSync(join(cache, fileOf(pin))));
  if (missing.length > 0)
    throw new Error(
      `The packages ${missing.map(({ name, version }) => `${name}@${version}`).join(', ')} could not be fetched with npm:\n` +
        `${reasonOf(output)}\n` +
        'What was fetched is kept. See that npm can reach its registry, then run "npm run datasets" again.',
    );
  return pins.map((pin) => readFileSync(join(cache, fileOf(pin))));
}

/** Moves what npm has fetched into the cache. Gives npm's output, for the case that something is missing. */
async function pack(pins: readonly Pin[]): Promise<string> {
  const partial = join(cache, 'partial'); // a download that is stopped must not look like a tarball
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial);
  const { npm_execpath } = process.env; // set when npm started us: then the same npm, by this very Node
  const npm = npm_execpath?.endsWith('npm-cli.js') ? npm_execpath : undefined;
  const specs = pins.map(({ name, version }) => `${name}@${version}`);
  const args = ['pack', ...specs, '--ignore-scripts', '--loglevel=error', `--pack-destination=${partial}`];
  const { output } = npm
    ? await run(process.execPath, [npm, ...args], { quiet: true })
    : await run('npm', args, { quiet: true, shell: process.platform === 'win32' });
  for (const pin of pins) {
    const from = join(partial, fileOf(pin));
    if (!existsSync(from)) continue;
    renameSync(from, join(cache, fileOf(pin)));
    if (!isPinned(pin)) {
      rmSync(join(cache, fileOf(pin)));
      throw new Error(
        `${pin.name}@${pin.version} is not the tarball that was pinned in scripts/datasets/packages.json: its SHA-512 ` +
          'differs. It was thrown away. Check the network for something that changes downloads, then run this again.',
      );
    }
  }
  rmSync(partial, { recursive: true, force: true });
  return output;
}

/** What npm says went wrong, without its advice and the path of its log. */
function reasonOf(output: string): string {
  const lines = output.split('\n').filter((line) => /^npm (?:error|ERR!) \S/.test(line));
  return (lines.length > 0 ? lines : output.trim().split('\n')).slice(0, 4).join('\n');
}

function isPinned(pin: Pin): boolean {
  const path = join(cache, fileOf(pin));
  if (!existsSync(path)) return false;
  return `sha512-${createHash('sha512').update(readFileSync(path)).digest('base64')}` === pin.integrity;
}
