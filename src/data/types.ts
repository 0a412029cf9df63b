/** The vocabulary of the data pipeline: documents, data sets, their manifest. Types only. */

/** One document: a source file, a function, a page of prose. A document never crosses the train/validation border. */
export interface Document {
  /** Path inside its package, or the name of the user's file. */
  path: string;
  /** `name@version` of the package it came from; absent for a user's own text. */
  package?: string;
  /** SPDX expression, or "unknown". */
  license: string;
  text: string;
}

/** `heldout`: one whole package that training never saw. */
export type SplitName = 'train' | 'validation' | 'heldout';

/** A shard: gzip-compressed JSON lines, one Document a line. */
export interface ShardInfo {
  /** Relative to the data set's folder. */
  file: string;
  documents: number;
  /** UTF-8 bytes of all `text` in it. */
  textBytes: number;
  fileBytes: number;
  /** Of the uncompressed JSON lines, lower-case hex. */
  sha256: string;
}

export interface SplitInfo {
  documents: number;
  textBytes: number;
  shards: ShardInfo[];
}

export interface PackageInfo {
  name: string;
  version: string;
  /** The registry's integrity string of the tarball. */
  integrity: string;
  license: string;
  licenseText: string;
  documents: number;
  textBytes: number;
  /** The package is the held-out one. */
  heldout: boolean;
}

/** One data set as `public/datasets/manifest.json` describes it. */
export interface DatasetManifest {
  id: string;
  title: string;
  /** One or two sentences: what it is, where it comes from. */
  description: string;
  kind: 'code' | 'prose';
  splits: Partial<Record<SplitName, SplitInfo>> & { train: SplitInfo };
  packages: PackageInfo[];
  /** Share (0..1) of validation lines (longer than 10 characters after trimming) that also occur in training. */
  validationLinesInTraining: number;
  /** Yardstick: bits per byte of brotli (quality 11, window 24), each file by itself, weighted by bytes. */
  brotliBitsPerByte: { validation: number; heldout?: number };
  /** Fingerprint of what the set was built from (code, package versions): the build skips a set that has not changed. */
  recipe?: string;
}

export interface Manifest {
  version: 1;
  datasets: DatasetManifest[];
}

/** A data set as the page shows it: bundled, or the user's own. */
export interface DatasetSummary {
  id: string;
  title: string;
  description: string;
  kind: 'code' | 'prose' | 'own';
  documents: number;
  textBytes: number;
  trainBytes: number;
  validationBytes: number;
  heldoutBytes: number;
  /** Absent for a user's own text. */
  manifest?: DatasetManifest;
  /** What was left out while reading a user's files, one sentence each. */
  warnings: string[];
}
