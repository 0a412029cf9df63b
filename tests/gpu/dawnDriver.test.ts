// Where the software driver is looked for: beside the real browser, however many links and scripts lead to it.
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { softwareDriverFolder } from '../../scripts/dawn.mjs';

let folder: string;
let home: string; // where the browser really lies
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'glassbox-driver-')));
  home = join(folder, 'lib/browser');
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'browser'), '\x7fELF');
});
afterEach(() => rm(folder, { recursive: true }));

const putDriver = () => writeFile(join(home, 'vk_swiftshader_icd.json'), '{}');

async function putScript(text: string): Promise<string> {
  const path = join(folder, 'script');
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  return path;
}

describe.runIf(process.platform === 'linux')('softwareDriverFolder()', () => {
  test('follows links to the browser', async () => {
    await putDriver();
    await symlink(join(home, 'browser'), join(folder, 'one'));
    await symlink(join(folder, 'one'), join(folder, 'two'));
    expect(softwareDriverFolder(join(folder, 'two'))).toBe(home);
  });

  test('reads the script that starts the browser, as Debian packs it', async () => {
    await putDriver();
    const script = await putScript(
      `APPNAME=browser\nLIBDIR=${folder}/lib/$APPNAME\nexec $LIBDIR/$APPNAME $FLAGS "$@"`,
    );
    expect(softwareDriverFolder(script)).toBe(home);
  });

  test('reads a script that names the browser or a link to it', async () => {
    await putDriver();
    await symlink(join(home, 'browser'), join(folder, 'link'));
    expect(softwareDriverFolder(await putScript(`exec "${folder}/link" "$@"`))).toBe(home);
  });

  test('finds none where the browser has none', async () => {
    expect(softwareDriverFolder(join(home, 'browser'))).toBeUndefined();
    expect(softwareDriverFolder(await putScript(`exec ${home}/browser "$@"`))).toBeUndefined();
  });
});
