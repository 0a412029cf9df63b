/** The data set javascript: hand-written, documented source code of well-known packages. */
import {
  compiled,
  generated,
  localeTable,
  minified,
  normaliseText,
  reasonToDrop,
  shorterThan,
  stripLicenseHeader,
  table,
  testFile,
  vendored,
} from '../../../src/data/clean.ts';
import { isPermissive, licenseNamedIn } from '../../../src/data/licenses.ts';
import type { Document } from '../../../src/data/types.ts';
import { fetchPackages } from '../packages/fetchPackages.ts';
import { openPackage, type PackagePin } from '../packages/openPackage.ts';
import packages from '../packages.json';
import { countReason, type DatasetRecipe, type Harvest } from '../pipeline/harvest.ts';

const RULES = [vendored, localeTable, testFile, minified, generated, compiled, table, shorterThan(200)];

export const javascript: DatasetRecipe = {
  id: 'javascript',
  title: 'JavaScript',
  description:
    `Hand-written, documented source code of ${packages.javascript.length} well-known npm packages under permissive licences. ` +
    'Minified, generated, bundled and copied files were left out.',
  kind: 'code',
  async collect() {
    const pins: PackagePin[] = packages.javascript;
    const tarballs = await fetchPackages(pins);
    const harvest: Harvest = { documents: [], packages: [], leftOut: new Map() };
    pins.forEach((pin, i) => {
      const { source, files } = openPackage(pin, tarballs[i]!);
      harvest.packages.push(source);
      for (const { path, text } of files) {
        if (!/\.[cm]?js$/.test(path)) continue;
        const result = cleanCode(path, text, source.license);
        if (typeof result === 'string') countReason(harvest.leftOut, result);
        else harvest.documents.push({ ...result, package: `${source.name}@${source.version}` });
      }
    });
    return harvest;
  },
};

/** A document, or the reason why it is none. */
export function cleanCode(path: string, source: string, packageLicense: string): Document | string {
  const normalised = normaliseText(source);
  const { text, header } = stripLicenseHeader(normalised);
  const named = licenseNamedIn(header);
  if (named !== undefined && !isPermissive(named)) return 'under another licence';
  // "generated" may be said in the very comment that was taken off
  const reason = reasonToDrop([generated], path, normalised) ?? reasonToDrop(RULES, path, text);
  return reason ?? { path, license: named ?? packageLicense, text };
}
