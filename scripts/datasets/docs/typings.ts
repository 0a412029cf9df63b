/**
 * Doc comments of a .d.ts file -> prose. Tags of JSDoc and TSDoc become words or go; examples and code blocks go. No parser of
 * TypeScript: comments are found by their marks.
 */
import { normaliseText, stripLicenseHeader } from '../../../src/data/clean.ts';
import { proseOfMarkdown } from './markdown.ts';

/** The comments of a file as prose, in order; a licence at its top and what has no sentence are left out. */
export function proseOfTypings(source: string): string[] {
  const { text } = stripLicenseHeader(normaliseText(source));
  return Array.from(text.matchAll(/\/\*\*(?!\/)([\s\S]*?)\*\//g), ([, comment]) =>
    proseOfComment(comment!),
  ).filter((prose) => prose.split(/\s+/).length >= 6);
}

/** Sections that are code or names, with all that follows to the next tag. */
const DROPPED =
  /^@(?:example|see|since|version|internal|public|alpha|beta|experimental|category|group|module|packageDocumentation|type|typedef|template|typeParam|default|defaultValue|author|license|copyright|link|inheritDoc|override|readonly|virtual|sealed|eventProperty|abstract|static|memberof|namespace|class|interface|function|method|name|kind|hidden|ignore|extends|implements|augments|nodoc|legacy|minVersion|maxVersion|platform|requires)\b/;

export function proseOfComment(comment: string): string {
  const text = comment
    .replace(/\r\n?/g, '\n')
    .replace(/^[ \t]*\*(?: |(?=\n|$)|\t)?/gm, '')
    .replace(
      /\{@(?:link|linkcode|linkplain|see)\s+([^}|\s]+)\s*\|?\s*([^}]*)\}/g,
      (_, target: string, label: string) => label.trim() || target,
    )
    .replace(/\{@\w+[^}]*\}/g, '');
  const sections = text.split(/^(?=[ \t]*@\w)/m).map((section) => section.trim());
  return proseOfMarkdown(
    sections
      .filter((section) => !DROPPED.test(section))
      .map(wordsForTag)
      .join('\n\n'),
  );
}

/** "@param {string} name - The name." -> "`name`: The name." */
function wordsForTag(section: string): string {
  if (!section.startsWith('@')) return section;
  const parameter =
    /^@(?:param|arg|argument|prop|property)\s+(?:\{[^}]*\}\s*)?\[?([\w$.]+)[^\s-]*\s*(?:[-–:]\s*)?([\s\S]*)$/.exec(
      section,
    );
  if (parameter) return isSentence(parameter[2]!) ? `\`${parameter[1]}\`: ${parameter[2]}` : '';
  const result = /^@returns?\s+(?:\{[^}]*\}\s*)?(?:[-–]\s*)?([\s\S]*)$/.exec(section);
  if (result) return isSentence(result[1]!) ? `Returns: ${result[1]}` : '';
  const thrown = /^@(?:throws|exception)\s+(?:\{[^}]*\}\s*)?([\s\S]*)$/.exec(section);
  if (thrown) return isSentence(thrown[1]!) ? `Throws: ${thrown[1]}` : '';
  const words = section.replace(/^@\w+\s*/, ''); // remarks, description and the like
  return section.startsWith('@deprecated') && words !== '' ? `Deprecated: ${words}` : words;
}

/** More than a name. */
const isSentence = (text: string) => /\S\s+\S/.test(text.trim());
