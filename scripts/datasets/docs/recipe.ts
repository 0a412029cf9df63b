/** The data set docs: English prose of packages, from their markdown and from the doc comments of their typings. */
import { reasonToDrop } from '../../../src/data/clean.ts';
import { isLicenseFile } from '../../../src/data/licenses.ts';
import { fetchPackages } from '../packages/fetchPackages.ts';
import { openPackage, type PackagePin } from '../packages/openPackage.ts';
import packages from '../packages.json';
import { countReason, type DatasetRecipe, type Harvest } from '../pipeline/harvest.ts';
import { changelog, PROSE_RULES, proseOfFile } from './documents.ts';

export const docs: DatasetRecipe = {
  id: 'docs',
  title: 'Documentation',
  description:
    `English prose about programming: guides and doc comments of ${packages.docs.length} npm packages under permissive ` +
    'licences, without code blocks, tables and changelogs.',
  kind: 'prose',
  async collect() {
    const pins: PackagePin[] = packages.docs;
    const tarballs = await fetchPackages(pins);
    const harvest: Harvest = { documents: [], packages: [], leftOut: new Map() };
    const known = new Set<string>();
    pins.forEach((pin, i) => {
      const { source, files } = openPackage(pin, tarballs[i]!);
      harvest.packages.push(source);
      for (const file of files) {
        if (!/(\.mdx?|\.markdown|\.d\.ts)$/i.test(file.path) || isLicenseFile(file.path)) continue;
        const change = changelog(file.path, file.text);
        if (change) {
          countReason(harvest.leftOut, change);
          continue;
        }
        for (const { path, text } of proseOfFile(file.path, file.text, known)) {
          const reason = reasonToDrop(PROSE_RULES, path, text);
          if (reason) countReason(harvest.leftOut, reason);
          else
            harvest.documents.push({
              path,
              package: `${source.name}@${source.version}`,
              license: source.license,
              text,
            });
        }
      }
    });
    return harvest;
  },
};
