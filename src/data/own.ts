/**
 * A person's own files become a data set like the bundled ones: decoded, cut where they are long, split by document.
 *
 * Rules, in the order in which they are applied:
 * - the sum of all files may be OWN_LIMIT_BYTES; it is checked before anything is read;
 * - a file that is no text, empty or an exact copy of another is left out with a warning;
 * - where one file holds most of the text (or there are few files), files are cut at blank lines into about
 *   TARGET_DOCUMENTS documents, so that some can be held back;
 * - validation takes whole documents, in an order given by a hash of each text alone, until it has its share.
 *
 * Licences are unknown: nothing leaves the machine, and a person knows what they dropped.
 */
import { DataError } from '../lib/errors.ts';
import { hash32 } from '../lib/rng.ts';
import { formatBytes } from '../lib/units.ts';
import { cutText } from './cutText.ts';
import { utf8Length } from '../tokenizer/utf8.ts';
import { type OpenDataset, summarize } from './dataset.ts';
import { decodeText } from './decodeText.ts';
import type { Document } from './types.ts';

/** Text, its tokens and the work on them are held in memory several times over. */
export const OWN_LIMIT_BYTES = 32 * 1024 * 1024;
/** Shorter than this there is nothing to learn and nothing to hold back. */
export const OWN_MIN_CHARS = 1000;

const TARGET_DOCUMENTS = 20;
const MIN_PIECE_CHARS = 200;
const MAX_PIECE_CHARS = 4000;
const VALIDATION_SHARE = 0.05;
/** A validation text of a few hundred characters says little, so short texts give more than their share, up to a fifth. */
const VALIDATION_CHARS = 4000;

export interface OwnText {
  name: string;
  content: string | Blob;
}

export interface ReadFiles {
  files: { name: string; text: string }[];
  warnings: string[];
}

/**
 * Reads and decodes. @throws {DataError} when all together are too large, or nothing usable remains.
 */
export async function readOwnFiles(files: readonly OwnText[]): Promise<ReadFiles> {
  const total = files.reduce(
    (sum, { content }) => sum + (typeof content === 'string' ? utf8Length(content) : content.size),
    0,
  );
  if (total > OWN_LIMIT_BYTES)
    throw new DataError(
      `This is ${formatBytes(total)} of text; the page can hold ${formatBytes(OWN_LIMIT_BYTES)} at a time. ` +
        'Nothing was changed. Choose fewer files or a part of the text.',
    );
  const read: ReadFiles = { files: [], warnings: [] };
  const seen = new Map<string, string>();
  for (const { name, content } of files) {
    const decoded = await decodeOwn(content);
    if ('problem' in decoded) {
      read.warnings.push(`${name} ${decoded.problem}; it was left out.`);
      continue;
    }
    const twin = seen.get(decoded.text);
    if (twin !== undefined) {
      read.warnings.push(`${name} is an exact copy of ${twin}; it was left out.`);
      continue;
    }
    seen.set(decoded.text, name);
    if (decoded.warning) read.warnings.push(`${name} ${decoded.warning}.`);
    read.files.push({ name, text: decoded.text });
  }
  if (read.files.length === 0)
    throw new DataError(
      files.length === 0
        ? 'There is no file to read. Paste some text, or choose text files.'
        : `Nothing in this can be learned from. ${read.warnings.slice(0, 3).join(' ')} ` +
            'Choose text or source files, or paste some text.',
    );
  return read;
}

async function decodeOwn(content: string | Blob) {
  if (typeof content === 'string')
    return content.trim() === '' ? { problem: 'is empty' } : { text: content.toWellFormed() };
  try {
    return decodeText(new Uint8Array(await content.arrayBuffer()));
  } catch (error) {
    // a file that was moved or changed since it was picked
    return { problem: `could not be read (${error instanceof Error ? error.message : String(error)})` };
  }
}

/**
 * Documents in two splits. @throws {DataError} when the text is too short for a training and a validation part.
 */
export function ownDataset(id: string, title: string, { files, warnings }: ReadFiles): OpenDataset {
  const chars = files.reduce((sum, { text }) => sum + text.length, 0);
  if (chars < OWN_MIN_CHARS)
    throw new DataError(
      `The text has ${chars} characters; at least ${OWN_MIN_CHARS} are needed, because a part is held back to measure ` +
        'what the model has learned. Add more text; a few thousand lines are a good start.',
    );
  const splits = splitOwn(cutFiles(files, chars), chars);
  return {
    summary: summarize(
      {
        id,
        title: title.trim() || files[0]!.name,
        description:
          files.length === 1
            ? `Your own text: ${files[0]!.name}.`
            : `Your own text: ${files.length} files, ${files[0]!.name} first.`,
        kind: 'own',
        warnings,
      },
      splits,
    ),
    splits,
  };
}

/** Files stay whole where there are many of like size, else they are cut. */
function cutFiles(files: ReadFiles['files'], chars: number): Document[] {
  const pieceChars = Math.min(
    MAX_PIECE_CHARS,
    Math.max(MIN_PIECE_CHARS, Math.floor(chars / TARGET_DOCUMENTS)),
  );
  const wholeChars = files.length < TARGET_DOCUMENTS ? pieceChars : Math.max(MAX_PIECE_CHARS, chars / 10);
  return files.flatMap(({ name, text }) => {
    const pieces = text.length > wholeChars ? cutText(text, pieceChars) : [text];
    return pieces.map((piece, i) => ({
      path: pieces.length === 1 ? name : `${name} (part ${i + 1} of ${pieces.length})`,
      license: 'unknown',
      text: piece,
    }));
  });
}

function splitOwn(documents: Document[], chars: number): OpenDataset['splits'] {
  const wanted = Math.max(VALIDATION_SHARE * chars, Math.min(VALIDATION_CHARS, chars / 5));
  const order = documents
    .map((document, i) => ({ i, size: document.text.length, hash: hashText(document.text) }))
    .sort((a, b) => a.hash - b.hash || a.i - b.i);
  const heldBack = new Set<number>();
  let held = 0;
  for (const { i, size } of order) {
    if (held >= wanted) break;
    if (held + size > 2 * wanted) continue; // it would overshoot by far
    heldBack.add(i);
    held += size;
  }
  if (heldBack.size === 0)
    heldBack.add(order.reduce((least, entry) => (entry.size < least.size ? entry : least)).i);
  return {
    train: documents.filter((_, i) => !heldBack.has(i)),
    validation: documents.filter((_, i) => heldBack.has(i)),
    heldout: [],
  };
}

function hashText(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = hash32(text.charCodeAt(i), hash);
  return hash;
}
