/**
 * An open data set: its documents in memory, by split, and the summary that the page shows. Where they come from is
 * `bundled.ts` (shards beside the page) and `own.ts` (a person's files).
 */
import { utf8Length } from '../tokenizer/utf8.ts';
import type { DatasetSummary, Document, SplitName } from './types.ts';

export interface OpenDataset {
  summary: DatasetSummary;
  splits: Record<SplitName, Document[]>;
}

export const SPLIT_NAMES = ['train', 'validation', 'heldout'] as const satisfies SplitName[];

export function utf8LengthOf(documents: readonly Document[]): number {
  return documents.reduce((sum, { text }) => sum + utf8Length(text), 0);
}

/** Counts what is there. */
export function summarize(
  about: Pick<DatasetSummary, 'id' | 'title' | 'description' | 'kind' | 'manifest' | 'warnings'>,
  splits: OpenDataset['splits'],
): DatasetSummary {
  const [trainBytes, validationBytes, heldoutBytes] = SPLIT_NAMES.map((name) =>
    utf8LengthOf(splits[name]),
  ) as [number, number, number];
  return {
    ...about,
    documents: SPLIT_NAMES.reduce((sum, name) => sum + splits[name].length, 0),
    textBytes: trainBytes + validationBytes + heldoutBytes,
    trainBytes,
    validationBytes,
    heldoutBytes,
  };
}

/** One page of documents; long texts are cut to `maxChars`, never inside a character. */
export function pageOf(
  documents: readonly Document[],
  offset: number,
  count: number,
  maxChars: number,
): Document[] {
  return documents.slice(offset, offset + count).map((document) => {
    if (document.text.length <= maxChars) return document;
    const splitsPair = (document.text.charCodeAt(maxChars - 1) & 0xfc00) === 0xd800;
    return { ...document, text: document.text.slice(0, splitsPair ? maxChars - 1 : maxChars) };
  });
}
