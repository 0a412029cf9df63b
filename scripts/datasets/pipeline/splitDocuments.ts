/**
 * Documents -> train, validation and held-out ones. Copies are dropped, near duplicates stay on one side, and a held-out
 * package shares nothing with the rest. The hash and the share are src/data/split.ts.
 */
import { groupNearDuplicates } from '../../../src/data/nearDuplicates.ts';
import { hashText, splitOf } from '../../../src/data/split.ts';
import type { Document, SplitName } from '../../../src/data/types.ts';
import { countReason, type Harvest } from './harvest.ts';

export type Splits = Record<SplitName, Document[]>;

/** Adds to `leftOut` what it drops. */
export function splitDocuments({ documents, packages, leftOut }: Harvest): Splits {
  const heldoutPackages = new Set(
    packages.filter(({ heldout }) => heldout).map(({ name, version }) => `${name}@${version}`),
  );
  const isHeldout = (document: Document) => heldoutPackages.has(document.package ?? '');
  // Training texts first: of two copies the held-out one goes.
  const ordered = [...documents.filter((document) => !isHeldout(document)), ...documents.filter(isHeldout)];
  const unique = withoutCopies(ordered, leftOut);
  const groups = groupNearDuplicates(unique.map(({ text }) => text));
  const splits: Splits = { train: [], validation: [], heldout: [] };
  unique.forEach((document, i) => {
    const first = unique[groups[i]!]!; // of its group; a held-out one only where all of the group are
    if (!isHeldout(document)) splits[splitOf(keyOf(first))].push(document);
    else if (isHeldout(first)) splits.heldout.push(document);
    else countReason(leftOut, 'held out, but nearly a copy of a training text');
  });
  // Mixed, so that the first megabytes are not all of one package.
  for (const side of Object.values(splits)) side.sort((a, b) => hashText(keyOf(a)) - hashText(keyOf(b)));
  return splits;
}

/** Without the version: a document stays on its side when its package is updated. */
const keyOf = (document: Document) => `${document.package?.replace(/@[^@]*$/, '') ?? ''}/${document.path}`;

/** Of texts that differ in white space only, the first stays. */
function withoutCopies(documents: Document[], leftOut: Map<string, number>): Document[] {
  const seen = new Set<string>();
  return documents.filter(({ text }) => {
    const normalised = text.replace(/\s+/g, ' ').trim();
    if (seen.has(normalised)) {
      countReason(leftOut, 'copy of another file');
      return false;
    }
    seen.add(normalised);
    return true;
  });
}
