// One short word for the state of some files, to tell whether work that was made from them must be made again.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './process.mjs';

/** Relative paths of all files below these files and folders of the repository, sorted; what is not there is left out. */
function filesBelow(/** @type {string[]} */ paths) {
  return paths
    .flatMap((path) => {
      if (!existsSync(join(root, path))) return [];
      if (statSync(join(root, path)).isFile()) return [path];
      return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    })
    .sort();
}

/** sha256 over names and contents, hex. `stat` takes size and time of change in place of contents: for large files. */
export function fingerprint(/** @type {string[]} */ paths, { stat = false } = {}) {
  const hash = createHash('sha256');
  for (const file of filesBelow(paths)) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file}\0${size}\0`).update(stat ? String(mtimeMs) : readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}
