/** What the autotune found, kept in the browser's own files (OPFS): one small file of texts by key. */
import { openFolder, readFile, writeFile } from './opfs.ts';

const FOLDER = 'tuning';
const FILE = 'choices.json';

async function readAll(): Promise<Record<string, string>> {
  try {
    const bytes = await readFile(await openFolder(FOLDER), FILE);
    return bytes ? (JSON.parse(new TextDecoder().decode(bytes)) as Record<string, string>) : {};
  } catch {
    return {}; // no files here, or a damaged one: it is only measured again
  }
}

export const tuneStore = {
  get: async (key: string): Promise<string | undefined> => (await readAll())[key],
  async set(key: string, text: string): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...(await readAll()), [key]: text }));
    await openFolder(FOLDER)
      .then((folder) => writeFile(folder, FILE, bytes))
      .catch(() => undefined); // as above
  },
};
