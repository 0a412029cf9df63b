/**
 * Which licences allow their text to be passed on as training data with no more than a notice, and which licence the comment at
 * the top of a file names. It recognises names; it is no lawyer.
 */
const PERMISSIVE = new Set(['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0']);

/**
 * Does an SPDX expression offer a permissive licence? "(BSD-3-Clause OR GPL-2.0)" does, "MIT AND GPL-2.0" does not, and neither
 * does what is no expression ("SEE LICENSE IN x", "UNLICENSED", "").
 * Grammar: SPDX specification 2.3, annex D; AND binds tighter than OR. An exception ("WITH ...") is refused.
 */
export function isPermissive(expression: string): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const either = (): boolean => {
    let good = both();
    while (tokens[at] === 'OR') {
      at++;
      good = both() || good; // the right side is read in any case
    }
    return good;
  };
  const both = (): boolean => {
    let good = one();
    while (tokens[at] === 'AND') {
      at++;
      good = one() && good;
    }
    return good;
  };
  const one = (): boolean => {
    const token = tokens[at++];
    if (token !== '(') return token !== undefined && PERMISSIVE.has(token);
    const good = either();
    return tokens[at++] === ')' && good;
  };
  return either() && at === tokens.length;
}

const NAMES: [pattern: RegExp, spdx: string][] = [
  // stricter ones first: a header may name several
  [/\bAGPL|Affero/i, 'AGPL-3.0'],
  [/\bLGPL|Lesser General Public/i, 'LGPL-3.0'],
  [/\bGPL|General Public License/i, 'GPL-3.0'],
  [/\bMPL\b|Mozilla Public License/i, 'MPL-2.0'],
  [/Apache(?: Software)? License|Apache-2\.0/i, 'Apache-2.0'],
  [/\bBSD\b/i, 'BSD-3-Clause'],
  [/\bISC\b/, 'ISC'],
  [/\bMIT\b|Permission is hereby granted, free of charge/i, 'MIT'],
];

/** The SPDX id that a comment names, the strictest of several; undefined when it names none. */
export function licenseNamedIn(comment: string): string | undefined {
  const tagged = /SPDX-License-Identifier:\s*([^\s*]+)/.exec(comment)?.[1];
  return tagged ?? NAMES.find(([pattern]) => pattern.test(comment))?.[1];
}

/** Is this file, at the top of a package, a licence or a notice that must go with it? */
export const isLicenseFile = (path: string): boolean =>
  /^(?:licen[sc]e|copying|notice)(?:[-.][\w.-]+)?$/i.test(path) && !/\.(?:js|json|ts)$/.test(path);
