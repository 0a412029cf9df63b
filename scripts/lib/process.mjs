// Starting other programs: a tool of node_modules under this very Node, or a command of the system.
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the repository, absolute. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where each command-line tool lives inside node_modules. */
const tools = {
  oxlint: 'oxlint/bin/oxlint',
  playwright: '@playwright/test/cli.js',
  tsc: 'typescript/bin/tsc',
  vite: 'vite/bin/vite.js',
  vitest: 'vitest/vitest.mjs',
};

/**
 * Runs a command to its end. Output goes straight to the terminal, or into `output` with `quiet`.
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, shell?: boolean, env?: Record<string, string | undefined>, timeoutMs?: number }} [options]
 * @returns {Promise<{ code: number, output: string }>} code 127 when the command does not exist, 124 after the time limit
 */
export function run(command, args, { quiet = false, shell = false, env = {}, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      shell,
      env: { ...process.env, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    let output = '';
    let late = false;
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => (late = child.kill()), timeoutMs);
    const finish = (/** @type {number} */ code) => {
      clearTimeout(timer);
      resolve({ code: late ? 124 : code, output });
    };
    child.on('error', () => finish(127));
    child.on('close', (code) => finish(code ?? 1));
  });
}

/**
 * Runs a tool of node_modules. Same options and answer as run().
 * @param {keyof typeof tools} name
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runTool(name, args, options) {
  return run(process.execPath, [`${root}/node_modules/${tools[name]}`, ...args], options);
}

/** "3.2 s" since `startMs` (performance.now()). */
export function secondsSince(/** @type {number} */ startMs) {
  return `${((performance.now() - startMs) / 1000).toFixed(1)} s`;
}

/** Is this file the program that was started (and not imported by another)? */
export function isMain(/** @type {string} */ importMetaUrl) {
  const started = process.argv[1];
  return started !== undefined && fileURLToPath(importMetaUrl) === realpathSync(started);
}
