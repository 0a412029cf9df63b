// How the tests find the browser they drive.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BROWSER_ARGS, findBrowser } from '../../scripts/browser.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glassbox-browser-'));
  vi.stubEnv('CHROME_PATH', '');
  vi.stubEnv('PATH', join(folder, 'bin'));
  vi.stubEnv('PLAYWRIGHT_BROWSERS_PATH', join(folder, 'playwright'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function putBrowser(name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, 0o755);
  return path;
}

describe.runIf(process.platform === 'linux')('findBrowser()', () => {
  test('prefers CHROME_PATH', async () => {
    await putBrowser('bin/chromium');
    const wanted = await putBrowser('elsewhere/my-chrome');
    vi.stubEnv('CHROME_PATH', wanted);
    expect(findBrowser()).toBe(wanted);
  });

  test('says so when CHROME_PATH names no file', () => {
    vi.stubEnv('CHROME_PATH', join(folder, 'gone'));
    expect(findBrowser).toThrow(/CHROME_PATH is .*gone, and no such file exists/);
  });

  test('takes one from PATH', async () => {
    const path = await putBrowser('bin/google-chrome-stable');
    expect(findBrowser()).toBe(path);
  });

  test('takes the newest that Playwright has downloaded', async () => {
    await putBrowser('playwright/chromium-999/chrome-linux/chrome');
    const newest = await putBrowser('playwright/chromium-1200/chrome-linux64/chrome');
    await putBrowser('playwright/chromium_headless_shell-1300/chrome-linux/chrome');
    const found = findBrowser();
    // A machine may have one in a usual place besides, which comes first.
    expect([newest, '/opt/google/chrome/chrome', '/snap/bin/chromium']).toContain(found);
  });
});

test('the flags choose the software adapter, which every machine has', () => {
  expect(BROWSER_ARGS).toContain('--use-webgpu-adapter=swiftshader');
  expect(BROWSER_ARGS.includes('--no-sandbox')).toBe(process.getuid?.() === 0);
});
