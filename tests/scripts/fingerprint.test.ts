// What makes `npm start` build again, and what does not.
import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fingerprint } from '../../scripts/lib/fingerprint.mjs';

const root = join(import.meta.dirname, '../..');
let folder: string;
let path: string; // as the function wants it: relative to the repository
beforeEach(async () => {
  await mkdir(join(root, '.cache'), { recursive: true });
  folder = await mkdtemp(join(root, '.cache/fingerprint-'));
  path = relative(root, folder);
  await mkdir(join(folder, 'deep'));
  await writeFile(join(folder, 'a.txt'), 'one');
  await writeFile(join(folder, 'deep/b.txt'), 'two');
});
afterEach(() => rm(folder, { recursive: true }));

describe('fingerprint()', () => {
  test('stays when files are only written again', async () => {
    const before = fingerprint([path]);
    await writeFile(join(folder, 'a.txt'), 'one');
    await utimes(join(folder, 'a.txt'), 1, 1);
    expect(fingerprint([path])).toBe(before);
  });

  test.each([
    ['a file changes', () => writeFile(join(folder, 'deep/b.txt'), 'twO')],
    ['a file is added', () => writeFile(join(folder, 'c.txt'), '')],
    ['a file is renamed', () => rename(join(folder, 'a.txt'), join(folder, 'c.txt'))],
    ['a file goes', () => rm(join(folder, 'a.txt'))],
  ])('differs when %s', async (_, change) => {
    const before = [fingerprint([path]), fingerprint([path], { stat: true })];
    await change();
    expect(fingerprint([path])).not.toBe(before[0]);
    expect(fingerprint([path], { stat: true })).not.toBe(before[1]);
  });

  test('takes single files and leaves out what is not there', () => {
    expect(fingerprint([`${path}/a.txt`, `${path}/none`])).toBe(fingerprint([`${path}/a.txt`]));
    expect(fingerprint([`${path}/a.txt`])).not.toBe(fingerprint([`${path}/deep/b.txt`]));
  });
});
