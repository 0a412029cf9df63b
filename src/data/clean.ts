/**
 * What belongs in a corpus of code and what does not. Each rule looks at one file and gives the reason to leave it out, in
 * words that fit behind a count ("12 minified"), or undefined. Rules are rough and cheap; none runs a parser.
 */
export type Rule = (path: string, text: string) => string | undefined;

/** The first reason that any rule finds. */
export function reasonToDrop(rules: readonly Rule[], path: string, text: string): string | undefined {
  for (const rule of rules) {
    const reason = rule(path, text);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

const VENDORED =
  /(^|\/)(node_modules|bower_components|vendor(ed|s)?|third[-_]?party|dist|build|bundles?|umd|min|legacy-build)\/|[.-](min|bundle|umd|prod)\.[cm]?js$/i;
export const vendored: Rule = (path) => (VENDORED.test(path) ? 'vendored or bundled' : undefined);

/** A file named for a language ("de.js", "pt-br.js") in a folder of such files. */
const LOCALE =
  /(^|\/)(locales?|i18n|l10n|langs?|languages|translations)\/(.*\/)?[a-z]{2,3}([-_][a-z\d]{2,8})*\.[cm]?js(on)?$/i;
export const localeTable: Rule = (path) => (LOCALE.test(path) ? 'locale table' : undefined);

const TEST = /(^|\/)(tests?|__tests__|specs?|fixtures?|benchmarks?)\/|\.(test|spec)\.[cm]?js$/i;
export const testFile: Rule = (path) => (TEST.test(path) ? 'test' : undefined);

/** People break lines; tools that save bytes do not. Comments may run long. */
export const minified: Rule = (_, text) => {
  const lines = text.split('\n').filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line));
  const chars = lines.reduce((sum, line) => sum + line.length, 0);
  const longest = lines.reduce((most, line) => Math.max(most, line.length), 0);
  const inLongLines = lines.reduce((sum, line) => sum + (line.length > 250 ? line.length : 0), 0);
  const crowded = chars > 1000 && chars / lines.length > 110;
  return longest > 2000 || inLongLines > 0.2 * chars || crowded ? 'minified' : undefined;
};

const GENERATED =
  /@generated|\b(?:auto[- ]?|automatically |machine[- ])generated|\bgenerated (?:by|from|with|using|automatically)\b|\bdo not (?:edit|modify)\b|\bcode generated\b/i;
/** Only the comments before the first line of code speak of the whole file. */
export const generated: Rule = (_, text) => (GENERATED.test(leadingComments(text)) ? 'generated' : undefined);

/** Lines that compilers of TypeScript, Babel and bundlers leave behind. */
const COMPILED =
  /^(?:Object\.defineProperty\((?:module\.)?exports, ["']__esModule["']|exports\.__esModule = |var __\w+ = |function _interopRequire|\/\/# sourceMappingURL=)/m;
export const compiled: Rule = (_, text) => (COMPILED.test(text) ? 'compiled' : undefined);

/** A line that holds nothing but literals: `'a', 'b',`, `0x1F, 12,`, `"key": [1, 2],`, `[1, 'x'],`. */
const LITERALS =
  /^(?:(?:[\w$]+|'[^']*'|"[^"]*")\s*:\s*)?[[{(]*(?:(?:-?[\d.][\w.]*|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|true|false|null)[\s,\]})|+;]*)+$/;
/** Lists of words, code points, properties: data that happens to be JavaScript. */
export const table: Rule = (_, text) => {
  const lines = text.split('\n').map((line) => line.trim());
  const code = lines.filter((line) => line.length > 1 && !/^(?:\/[/*]|\*)/.test(line));
  if (code.length < 40) return undefined;
  const literal = code.filter((line) => line.length <= 400 && LITERALS.test(line)).length;
  return literal > 0.5 * code.length ? 'table of data' : undefined;
};

/** @param minChars e.g. 200: files that only pass on an export teach nothing. */
export const shorterThan =
  (minChars: number): Rule =>
  (_, text) =>
    text.trim().length < minChars ? 'too short' : undefined;

/** One kind of line end, no byte order mark, no white space at line ends, one line feed at the end of the text. */
export function normaliseText(text: string): string {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '');
  return `${lines.replace(/^\n+|\n+$/g, '')}\n`;
}

/** Shebang, "use strict" and the like may stand before the comments at the top. */
const PROLOGUE = /^(?:#!.*\n|\s+|(['"])use strict\1;?)*/;
const COMMENT = /^(?:\/\*[\s\S]*?\*\/[ \t]*|(?:\/\/.*(?:\n[ \t]*|$))+)/;
const LICENSE = /copyright|\blicen[sc]ed?\b|SPDX-|permission is hereby|all rights reserved/i;

/** The comments before the first line of code, joined. */
function leadingComments(text: string): string {
  let rest = text.slice(PROLOGUE.exec(text)![0].length);
  let comments = '';
  for (let match = COMMENT.exec(rest); match; match = COMMENT.exec(rest)) {
    comments += match[0];
    rest = rest.slice(match[0].length).trimStart();
  }
  return comments;
}

/**
 * Takes comments with a licence or a copyright off the top of a file; other comments there stay. The package's licence is
 * recorded beside the text, so the words are not lost.
 */
export function stripLicenseHeader(text: string): { text: string; header: string } {
  let kept = PROLOGUE.exec(text)![0];
  let rest = text.slice(kept.length);
  let header = '';
  for (let match = COMMENT.exec(rest); match; match = COMMENT.exec(rest)) {
    const comment = match[0];
    rest = rest.slice(comment.length);
    const space = /^\s*/.exec(rest)![0];
    if (LICENSE.test(comment)) header += comment;
    else kept += comment + space;
    rest = rest.slice(space.length);
  }
  return header === '' ? { text, header } : { text: (kept + rest).trimStart(), header };
}
