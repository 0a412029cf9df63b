// Counts tests from the runners' own JSON reports. A runner that crashed, hung, wrote no report or ran nothing counts as
// one failure, so that silence is never success.
import { existsSync, readFileSync } from 'node:fs';

/** @typedef {{ passed: number, failed: number, skipped: number, note?: string }} Tally */

/** A check that is one thing as a whole, like the linter. @returns {Tally} */
export function tallyOf(/** @type {boolean} */ ok) {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

/** Vitest's json reporter (https://vitest.dev/guide/reporters#json-reporter). @returns {Tally} */
function countVitest(/** @type {any} */ report) {
  // A file that cannot even be loaded has no failed test to its name: it counts as one.
  const brokenFiles = report.testResults.filter(
    (/** @type {any} */ file) =>
      file.status === 'failed' &&
      !file.assertionResults.some((/** @type {any} */ test) => test.status === 'failed'),
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Playwright's json reporter (https://playwright.dev/docs/test-reporters#json-reporter). @returns {Tally} */
function countPlaywright(/** @type {any} */ report) {
  const { expected, unexpected, flaky, skipped } = report.stats;
  const outsideTests = report.errors.length > 0 ? 1 : 0; // specs that do not load; Playwright may say so in several ways
  return { passed: expected, failed: unexpected + flaky + outsideTests, skipped };
}

const counters = { vitest: countVitest, playwright: countPlaywright };

/**
 * The tally of a runner that has ended.
 * @param {keyof typeof counters} runner
 * @param {string} path where its report should be
 * @param {number} exitCode 124: it was stopped at its time limit
 * @returns {Tally}
 */
export function readReport(runner, path, exitCode) {
  if (!existsSync(path)) return { ...tallyOf(false), note: `wrote no report (exit code ${exitCode})` };
  let tally;
  try {
    tally = counters[runner](JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    return { ...tallyOf(false), note: `its report cannot be read: ${error}` };
  }
  if (tally.passed + tally.failed === 0) return { ...tally, failed: 1, note: 'ran no test' };
  if (exitCode !== 0 && tally.failed === 0)
    return { ...tally, failed: 1, note: `ended with exit code ${exitCode}` };
  return tally;
}

/** A table of all runners and, as the last line, `N passed, N failed` (`, N skipped` where any were). */
export function summary(/** @type {Map<string, Tally>} */ tallies) {
  const names = [...tallies.keys()];
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => {
    const { note, ...counts } = /** @type {Tally} */ (tallies.get(name));
    return `  ${name.padEnd(width)}  ${counted(counts)}${note ? `  (${note})` : ''}`;
  });
  return [...lines, counted(total(tallies))].join('\n');
}

/** @returns {Tally} */
export function total(/** @type {Map<string, Tally>} */ tallies) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of tallies.values()) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  return sum;
}

function counted(/** @type {Tally} */ { passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
