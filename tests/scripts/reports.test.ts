// The counting behind the last line of `npm test`, on reports that the real runners write about small real specs.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readReport, summary, tallyOf, total } from '../../scripts/lib/reports.mjs';

const root = join(import.meta.dirname, '../..');
const body = (runner: string) => `import { expect, test } from '${runner}';
test('adds', () => expect(1 + 1).toBe(2));
test('subtracts', () => expect(2 - 1).toBe(1));
test('divides wrongly', () => expect(1 / 2).toBe(1));
test['skip']('waits', () => {});\n`;
const files = {
  'vitest/a.test.js': body('vitest'),
  'vitest/broken.test.js': `import './does-not-exist.js';\n`,
  'vitest.config.js': `export default { test: { include: ['vitest/*'] } };\n`,
  'playwright/a.spec.js': body('@playwright/test'),
  'playwright-broken/b.spec.js': `import './does-not-exist.js';\n`,
  'playwright.config.js': `export default { testDir: process.env.SPECS, workers: 1 };\n`,
};

let folder: string;
beforeAll(async () => {
  await mkdir(join(root, '.cache'), { recursive: true });
  folder = await mkdtemp(join(root, '.cache/reports-')); // below the root, so that node_modules is found
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a runner in the folder, without the variables that tell it that it is itself inside a test. */
function start(tool: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  const outer = Object.entries(process.env).filter(([name]) => !/VITEST|NODE_ENV|TEST/.test(name));
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...Object.fromEntries(outer), ...env } };
    const child = execFile(process.execPath, [join(root, 'node_modules', tool), ...args], options);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
const vitest = (args: string[]) => start('vitest/vitest.mjs', ['run', '--reporter=json', ...args]);
const playwright = (specs: string) =>
  start('@playwright/test/cli.js', ['test', '--reporter=json'], {
    SPECS: specs,
    PLAYWRIGHT_JSON_OUTPUT_FILE: join(folder, `${specs}.json`),
  });

describe('readReport()', () => {
  test('counts the tests of vitest, and a file that cannot be loaded as one failure', async () => {
    const code = await vitest(['--outputFile=vitest.json']);
    const tally = readReport('vitest', join(folder, 'vitest.json'), code);
    expect(tally).toEqual({ passed: 2, failed: 2, skipped: 1 });
  });

  test('counts the tests of Playwright', async () => {
    const code = await playwright('playwright');
    const tally = readReport('playwright', join(folder, 'playwright.json'), code);
    expect(tally).toEqual({ passed: 2, failed: 1, skipped: 1 });
  });

  test('counts a spec that Playwright cannot load as one failure', async () => {
    const code = await playwright('playwright-broken');
    const tally = readReport('playwright', join(folder, 'playwright-broken.json'), code);
    expect(tally).toMatchObject({ passed: 0, failed: 1 });
  });

  test('counts a runner that found no test as one failure', async () => {
    const code = await vitest(['--outputFile=none.json', '--passWithNoTests', 'no-such-file']);
    expect(code).toBe(0);
    expect(readReport('vitest', join(folder, 'none.json'), code)).toMatchObject({
      failed: 1,
      note: 'ran no test',
    });
  });

  test('counts a missing and a cut-off report as one failure each', async () => {
    expect(readReport('vitest', join(folder, 'absent.json'), 1)).toMatchObject({ passed: 0, failed: 1 });
    await writeFile(join(folder, 'cut.json'), '{"numPassedTests": 7, "testRes');
    expect(readReport('vitest', join(folder, 'cut.json'), 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  test('counts a runner that failed though no test did as one failure', async () => {
    await vitest(['--outputFile=good.json', '-t', 'adds', 'a.test.js']);
    expect(readReport('vitest', join(folder, 'good.json'), 0)).toMatchObject({ passed: 1, failed: 0 });
    expect(readReport('vitest', join(folder, 'good.json'), 1)).toMatchObject({ passed: 1, failed: 1 });
  });
});

describe('summary()', () => {
  const good = { passed: 12, failed: 0, skipped: 0 };

  test('ends with one line that adds up all runners', () => {
    const tallies = new Map([['check', tallyOf(true)], ['unit', good], ['e2e', tallyOf(false)]]); // prettier-ignore
    expect(summary(tallies).split('\n').at(-1)).toBe('13 passed, 1 failed');
    expect(total(tallies)).toEqual({ passed: 13, failed: 1, skipped: 0 });
  });

  test('names skipped tests only where there are any', () => {
    const tallies = new Map([['unit', { ...good, skipped: 2 }]]);
    expect(summary(tallies).split('\n').at(-1)).toBe('12 passed, 0 failed, 2 skipped');
  });
});
