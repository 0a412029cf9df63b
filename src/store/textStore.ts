/**
 * A person's own texts, kept in the browser (OPFS): for each one file with everything and a small one with its summary, so
 * that a list needs no texts. What a text and a summary are is the caller's business; here they are JSON.
 */
import { DataError } from '../lib/errors.ts';
import { openFolder, readFile, removeFile, writeFile } from './opfs.ts';

export interface TextStore<Summary, Text extends { summary: Summary }> {
  /** Empty where the browser keeps no files. */
  list(): Promise<Summary[]>;
  /** @throws {GlassboxError} when there is no room. */
  save(id: string, text: Text): Promise<void>;
  /** @throws {DataError} when it is not there. */
  load(id: string): Promise<Text>;
  remove(id: string): Promise<void>;
}

const FOLDER = 'texts';
const SUMMARY = '.summary.json';
const fileOf = (id: string) => `${id}.json`;
const summaryOf = (id: string) => `${id}${SUMMARY}`;

export function createTextStore<Summary, Text extends { summary: Summary }>(): TextStore<Summary, Text> {
  const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const decode = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));
  return {
    async list() {
      const folder = await openFolder(FOLDER).catch(() => undefined);
      const summaries: Summary[] = [];
      if (!folder) return summaries;
      for await (const name of folder.keys()) {
        if (!name.endsWith(SUMMARY)) continue;
        const bytes = await readFile(folder, name);
        if (bytes?.length) summaries.push(decode(bytes) as Summary);
      }
      return summaries;
    },
    async save(id, text) {
      const folder = await openFolder(FOLDER);
      await writeFile(folder, fileOf(id), encode(text));
      await writeFile(folder, summaryOf(id), encode(text.summary)); // last: what is listed is whole
    },
    async load(id) {
      const bytes = await readFile(await openFolder(FOLDER), fileOf(id));
      if (!bytes)
        throw new DataError(
          `The text "${id}" is not in this browser any more. Drop or paste it again to go on with it.`,
        );
      return decode(bytes) as Text;
    },
    async remove(id) {
      const folder = await openFolder(FOLDER);
      await removeFile(folder, summaryOf(id));
      await removeFile(folder, fileOf(id));
    },
  };
}
