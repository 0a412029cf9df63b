/**
 * What a family of little functions is: a recipe that writes the same idea under many names, with many constants and in
 * several wordings, each time together with checks that the written code must pass.
 */
import type { Rng } from '../../../src/lib/rng.ts';

export interface Example {
  name: string;
  /** One sentence: what the function returns. */
  doc: string;
  params: string[];
  /** Statements, without the outer indentation. */
  body: string[];
  /** Arguments and the result that they must give. */
  checks: [args: unknown[], result: unknown][];
}

export interface Family {
  id: string;
  make(vary: Vary): Example;
}

/** Choices, all drawn from one seeded sequence. */
export interface Vary {
  of<T>(...options: T[]): T;
  /** A whole number from min to max. */
  int(min: number, max: number): number;
  /** A name for a list, a text, a number, an item, an object, an index. */
  list(): string;
  text(): string;
  number(): string;
  item(): string;
  object(): string;
  /** "Returns" or another way to begin a sentence about a result. */
  returns(): string;
}

export function createVary(rng: Rng): Vary {
  const of = <T>(...options: T[]): T => options[rng.int(options.length)]!;
  return {
    of,
    int: (min, max) => min + rng.int(max - min + 1),
    list: () => of('items', 'values', 'numbers', 'list', 'array'),
    text: () => of('text', 'string', 'word', 'input'),
    number: () => of('n', 'value', 'number', 'x'),
    item: () => of('item', 'value', 'element', 'entry'),
    object: () => of('object', 'record', 'map', 'data'),
    returns: () => of('Returns', 'Gives', 'Computes'),
  };
}

/** The source of an example, as a person would write it. */
export function render({ name, doc, params, body }: Example): string {
  const statements = body.map((line) => `  ${line}\n`).join('');
  return `/**\n * ${doc}\n */\nfunction ${name}(${params.join(', ')}) {\n${statements}}\n`;
}
