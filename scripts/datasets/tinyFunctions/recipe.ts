/** The data set tiny-functions: small enough for git, simple enough for the smallest model to learn in a minute. */
import type { DatasetRecipe } from '../pipeline/harvest.ts';
import { FAMILIES, generateTinyFunctions } from './generate.ts';

const COUNT = 1500;
const SEED = 1;

export const tinyFunctions: DatasetRecipe = {
  id: 'tiny-functions',
  title: 'Tiny functions',
  description:
    `${COUNT} little documented JavaScript functions in ${FAMILIES.length} families, written by a generator of this project ` +
    'and executed against their own checks. Simple enough for the smallest model to learn within a minute.',
  kind: 'code',
  async collect() {
    const documents = generateTinyFunctions(COUNT, SEED).map(({ family, text }, i) => ({
      path: `${family}/${String(i).padStart(4, '0')}.js`,
      license: 'MIT',
      text,
    }));
    return { documents, packages: [], leftOut: new Map() };
  },
};
