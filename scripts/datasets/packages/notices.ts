/**
 * Copyright notices that stand at the top of files only: code that a package took over from somebody else. Cleaning takes
 * them off the texts, so they are kept beside the package's own licence. Which comments they are is src/data/clean.ts.
 */
import { normaliseText, stripLicenseHeader } from '../../../src/data/clean.ts';

/** Each notice once, without the signs of a comment; those whose holders the licence text names already are left out. */
export function noticesIn(files: readonly { path: string; text: string }[], licenseText: string): string[] {
  const notices = new Set<string>();
  for (const { path, text } of files) {
    if (!/\.[cm]?[jt]s$/.test(path)) continue;
    const notice = withoutCommentSigns(stripLicenseHeader(normaliseText(text)).header);
    const holders = notice.match(/^.*[Cc]opyright ?(?:\([Cc]\)|©|\d{4}|[A-Z]).*$/gm) ?? [];
    if (holders.some((holder) => !licenseText.includes(holder.trim()))) notices.add(notice);
  }
  return [...notices];
}

const withoutCommentSigns = (comment: string) =>
  comment
    .replace(/\*+\/|\/\*+!?|^\s*\/\//gm, '')
    .replace(/^[ \t]*\*? ?/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
