/**
 * What a data set is made of before it is split: documents from packages, and a count of what was left out and why.
 * Collecting them is ../javascript/, ../docs/ and ../tinyFunctions/; the rest is the same for every set.
 */
import type { Document, PackageInfo } from '../../../src/data/types.ts';

/** What the manifest says of a package, before its documents are counted. */
export type PackageSource = Omit<PackageInfo, 'documents' | 'textBytes'>;

export interface Harvest {
  documents: Document[];
  packages: PackageSource[];
  /** Reason -> number of files that were left out for it. */
  leftOut: Map<string, number>;
}

export interface DatasetRecipe {
  id: string;
  title: string;
  description: string;
  kind: 'code' | 'prose';
  collect(): Promise<Harvest>;
}

export function countReason(leftOut: Map<string, number>, reason: string, count = 1): void {
  leftOut.set(reason, (leftOut.get(reason) ?? 0) + count);
}
