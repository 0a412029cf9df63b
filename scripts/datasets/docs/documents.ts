/** Prose of a package -> documents: a markdown file each, and the comments of a typings file in pieces. */
import { type Rule, shorterThan } from '../../../src/data/clean.ts';
import { proseOfMarkdown, tidyProse } from './markdown.ts';
import { proseOfTypings } from './typings.ts';

/** Comments of one file that follow each other make documents of about this size, so that a part can be held back. */
const PIECE_CHARS = 4000;

const CHANGES =
  /(^|\/)(changelog|changes|history|release[-_ ]?notes|contributors|authors|code[-_]of[-_]conduct)[^/]*$/i;
export const changelog: Rule = (path) => (CHANGES.test(path) ? 'changelog' : undefined);

const COMMON = new Set(
  'the a an of to in is and for that this it be are or with as on if not by from will can which when you'.split(
    ' ',
  ),
);
/** English has its small words, a fifth or more of all; lists of names and other languages have not. */
export const notEnglish: Rule = (_, text) => {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const common = words.filter((word) => COMMON.has(word)).length;
  const foreign = words.filter((word) => /[^a-z]/.test(word)).length;
  return common < 0.15 * words.length || foreign > 0.02 * words.length ? 'not English sentences' : undefined;
};

export const PROSE_RULES: readonly Rule[] = [shorterThan(300), notEnglish];

export interface Prose {
  path: string;
  text: string;
}

/** @param known paragraphs that were taken already; those of these documents are added. */
export function proseOfFile(path: string, source: string, known: Set<string>): Prose[] {
  if (/\.(md|mdx|markdown)$/i.test(path))
    return [{ path, text: `${tidyProse(newParagraphs(proseOfMarkdown(source), known))}\n` }];
  const pieces: string[][] = [[]];
  let chars = 0;
  for (const comment of proseOfTypings(source)) {
    const fresh = newParagraphs(comment, known);
    if (fresh === '') continue;
    if (chars > PIECE_CHARS) {
      pieces.push([]);
      chars = 0;
    }
    pieces.at(-1)!.push(fresh);
    chars += fresh.length;
  }
  return pieces.map((piece, i) => ({
    path: pieces.length === 1 ? path : `${path}#${i + 1}`,
    text: `${piece.join('\n\n')}\n`,
  }));
}

/** Typings say the same of many members; each paragraph is taken once. Headings and short ones repeat freely. */
function newParagraphs(prose: string, known: Set<string>): string {
  return prose
    .split('\n\n')
    .filter((paragraph) => {
      if (paragraph.length < 30) return true;
      const key = paragraph.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ');
      return !known.has(key) && known.add(key);
    })
    .filter((paragraph, _, all) => all.some((other) => other.length >= 30) || paragraph.length >= 30)
    .join('\n\n');
}
