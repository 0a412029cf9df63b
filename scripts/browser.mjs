// Finds the Chrome or Chromium that the tests drive, and gets one where there is none. Run alone, it prints the path.
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { isMain, run, runTool } from './lib/process.mjs';

const isRoot = process.getuid?.() === 0;

/** Flags of the tests: WebGPU on the software adapter, which every machine has, and no traffic of the browser's own. */
export const BROWSER_ARGS = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(isRoot ? ['--no-sandbox'] : []), // Chromium refuses to start for root otherwise
];

const commandNames = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'msedge',
];

const usualPlaces = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].flatMap((variable) =>
    ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'].map((file) =>
      join(process.env[variable] ?? 'C:\\', file),
    ),
  ),
  linux: ['/opt/google/chrome/chrome', '/snap/bin/chromium'],
};

/** Browsers that Playwright has downloaded, the newest first. */
function playwrightBrowsers() {
  const caches = { darwin: 'Library/Caches', win32: 'AppData/Local', linux: '.cache' };
  const cache = caches[process.platform] ?? '.cache';
  const folder = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), cache, 'ms-playwright');
  if (!existsSync(folder)) return [];
  const revisions = readdirSync(folder).filter((name) => /^chromium-\d+$/.test(name));
  revisions.sort((a, b) => Number(b.split('-')[1]) - Number(a.split('-')[1]));
  return revisions.flatMap((name) =>
    readdirSync(join(folder, name)).flatMap((platformFolder) =>
      ['chrome', 'chrome.exe', 'Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing'].map(
        (file) => join(folder, name, platformFolder, file),
      ),
    ),
  );
}

/** Path of a Chrome or Chromium on this machine: $CHROME_PATH, then PATH, the usual places, Playwright's own. */
export function findBrowser() {
  const wanted = process.env.CHROME_PATH;
  if (wanted) {
    if (existsSync(wanted)) return wanted;
    throw new Error(`browser: CHROME_PATH is ${wanted}, and no such file exists. Correct it or unset it.`);
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const folders = (process.env.PATH ?? '').split(delimiter);
  const onPath = commandNames.flatMap((name) => folders.map((folder) => join(folder, name + suffix)));
  return [...onPath, ...(usualPlaces[process.platform] ?? []), ...playwrightBrowsers()].find(existsSync);
}

/** Does it start? A downloaded Chromium may lack system libraries. (On Windows --version would open a window.) */
async function starts(/** @type {string | undefined} */ path) {
  if (path === undefined) return false;
  if (process.platform === 'win32') return true;
  return (await run(path, ['--version'], { quiet: true, timeoutMs: 20_000 })).code === 0;
}

/** As findBrowser(), but gets a browser where there is none: Playwright's, then Debian's; else says what to do. */
export async function ensureBrowser() {
  const found = findBrowser();
  if (await starts(found)) return /** @type {string} */ (found);

  console.log('No Chrome or Chromium found: getting the one of Playwright.');
  await runTool('playwright', ['install', '--no-shell', 'chromium'], {
    env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' }, // ms; a closed network should be noticed soon
    timeoutMs: 300_000,
  });
  if (await starts(findBrowser())) return /** @type {string} */ (findBrowser());

  if (isRoot && existsSync('/etc/debian_version')) {
    console.log(
      'Playwright could not provide one that starts here: installing the Debian package "chromium".',
    );
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-q'], { env });
    await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'], {
      env,
    });
    for (const path of ['/usr/bin/chromium', findBrowser()])
      if (await starts(path)) return /** @type {string} */ (path);
  }
  throw new Error(
    'The browser tests need Chrome or Chromium 121 or newer, and none could be found or installed.\n' +
      'Install one of them, for example:\n' +
      '  Debian or Ubuntu:  sudo apt-get install chromium\n' +
      '  Fedora:            sudo dnf install chromium\n' +
      '  macOS:             brew install --cask google-chrome\n' +
      '  Windows:           winget install Google.Chrome\n' +
      'or point CHROME_PATH at the one you have. Then run npm test again.',
  );
}

if (isMain(import.meta.url)) console.log(await ensureBrowser());
