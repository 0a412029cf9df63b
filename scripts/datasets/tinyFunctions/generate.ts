/**
 * tiny-functions: little documented JavaScript functions, written by our own generator. Every function is executed against its
 * checks when it is made; the same seed gives the same functions.
 */
import { createContext, runInContext } from 'node:vm';
import { isDeepStrictEqual } from 'node:util';
import { createRng } from '../../../src/lib/rng.ts';
import { createVary, type Example, type Family, render } from './family.ts';
import { formulaFamilies } from './formulas.ts';
import { listQuestionFamilies } from './listQuestions.ts';
import { listFamilies } from './lists.ts';
import { listShapeFamilies } from './listShapes.ts';
import { numberFamilies } from './numbers.ts';
import { objectFamilies } from './objects.ts';
import { recursionFamilies } from './recursion.ts';
import { textChangeFamilies } from './textChanges.ts';
import { textFamilies } from './texts.ts';

export const FAMILIES: readonly Family[] = [
  ...numberFamilies,
  ...formulaFamilies,
  ...listQuestionFamilies,
  ...listFamilies,
  ...listShapeFamilies,
  ...textFamilies,
  ...textChangeFamilies,
  ...objectFamilies,
  ...recursionFamilies,
];

export interface TinyFunction {
  family: string;
  text: string;
}

/**
 * `count` different functions, families taking turns; a family that has said all it can sits out.
 *
 * @throws {Error} naming the function when one fails its own checks: a fault of the generator.
 */
export function generateTinyFunctions(count: number, seed: number, families = FAMILIES): TinyFunction[] {
  const vary = createVary(createRng(seed));
  const seen = new Set<string>();
  const functions: TinyFunction[] = [];
  const misses = new Map<Family, number>();
  while (functions.length < count) {
    const before = functions.length;
    for (const family of families) {
      if (functions.length === count || (misses.get(family) ?? 0) > 30) continue;
      const example = family.make(vary);
      const text = render(example);
      if (seen.has(text)) {
        misses.set(family, (misses.get(family) ?? 0) + 1);
        continue;
      }
      check(example, text);
      seen.add(text);
      misses.set(family, 0);
      functions.push({ family: family.id, text });
    }
    if (functions.length === before && families.every((family) => (misses.get(family) ?? 0) > 30))
      throw new Error(`The families have only ${before} different functions, not ${count}.`);
  }
  return functions;
}

function check({ name, checks }: Example, text: string): void {
  const context = createContext({});
  runInContext(text, context, { timeout: 1000 });
  for (const [args, wanted] of checks) {
    const call = `JSON.stringify(${name}(...${JSON.stringify(args)}))`;
    const got = JSON.parse(runInContext(call, context, { timeout: 1000 }) as string) as unknown;
    if (!isDeepStrictEqual(got, JSON.parse(JSON.stringify(wanted))))
      throw new Error(
        `${name}(${JSON.stringify(args)}) gave ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}:\n${text}`,
      );
  }
}
