// `npm test`: type check, lint, unit tests, browser tests, end-to-end tests, after getting what they need. The last line
// adds up what the runners themselves reported. `--only unit` (or check, lint, browser, e2e) runs one of them.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBrowser } from './browser.mjs';
import { check } from './check.mjs';
import { root, runTool, secondsSince } from './lib/process.mjs';
import { readReport, summary, tallyOf, total } from './lib/reports.mjs';
import { ensureBuild, ensureDatasets, ensureDependencies } from './setup.mjs';

const timeLimitMs = 12 * 60_000; // per runner: one that hangs is stopped and counts as failed
const reports = join(root, '.cache/test-reports');

async function lint() {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [, ...args] = scripts.lint.split(' ');
  return tallyOf((await runTool('oxlint', args)).code === 0);
}

async function vitest(/** @type {'unit' | 'browser'} */ project) {
  const report = join(reports, `${project}.json`);
  const args = [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const { code } = await runTool('vitest', args, { timeoutMs: timeLimitMs });
  return readReport('vitest', report, code);
}

async function playwright() {
  const report = join(reports, 'e2e.json');
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  const { code } = await runTool('playwright', ['test', '--reporter=list,json'], {
    env,
    timeoutMs: timeLimitMs,
  });
  return readReport('playwright', report, code);
}

/** What each runner needs beside the packages, and how it runs, in the order of running: the quick ones first. */
const runners = {
  check: { needs: [], run: async () => tallyOf(await check()) },
  lint: { needs: [], run: lint },
  unit: { needs: [ensureDatasets], run: () => vitest('unit') },
  browser: { needs: [ensureDatasets, ensureBrowser], run: () => vitest('browser') },
  e2e: { needs: [ensureDatasets, ensureBrowser, ensureBuild], run: playwright },
};

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const chosen = Object.entries(runners).filter(([name]) => values.only === undefined || name === values.only);
if (chosen.length === 0) {
  console.error(`--only ${values.only}: expected one of ${Object.keys(runners).join(', ')}.`);
  process.exit(2);
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

/** Each need is met once; a need that failed fails every runner that has it. */
const met = new Map();
const tallies = new Map();
for (const [name, { needs, run }] of chosen) {
  const startMs = performance.now();
  console.log(`\n── ${name}`);
  try {
    for (const need of [ensureDependencies, ...needs]) {
      if (!met.has(need)) met.set(need, need());
      await met.get(need);
    }
    tallies.set(name, await run());
  } catch (error) {
    const note = error instanceof Error ? error.message : String(error);
    console.error(note);
    tallies.set(name, { ...tallyOf(false), note: note.split('\n')[0] });
  }
  console.log(`── ${name}: ${secondsSince(startMs)}`);
}
console.log(`\n${summary(tallies)}`);
process.exitCode = total(tallies).failed > 0 ? 1 : 0;
