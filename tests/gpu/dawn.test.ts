// Our own code on WebGPU outside a browser: bundled, then run by a Node of its own as `npm run bench -- --node` does it.
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WORKLOADS } from '../../bench/engines/engine.ts';
import { bundle } from '../../scripts/bundle.mjs';
import { dawnEnvironment } from '../../scripts/dawn.mjs';
import { root, run } from '../../scripts/lib/process.mjs';

const env = await dawnEnvironment();
if (!env)
  console.warn(
    'tests/gpu/dawn.test.ts is skipped: neither the system nor the browser (scripts/browser.mjs) has a driver for Dawn.',
  );

const bench = async (file: string, ...args: string[]) =>
  run(process.execPath, [file, ...args], { env: env!, quiet: true });

describe.skipIf(!env)('bench/node on Dawn', () => {
  test('computes in Node what JavaScript computes', async () => {
    const { code, output } = await bench(await bundle('bench/node/main.ts'), '--configs', '');
    expect(output).toMatch(/^adapter .+\w/m);
    expect(output).toMatch(/^self-check ok/m);
    expect(code).toBe(0);
  });

  // 10 s for the software driver to compile 25 pipelines, twice that on a busy machine
  test('trains from a folder with nothing but the bundle and the addon', { timeout: 120_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'glassbox-dawn-'));
    try {
      const architecture = process.platform === 'darwin' ? 'universal' : process.arch;
      const addon = join(root, `node_modules/webgpu/dist/${process.platform}-${architecture}/dawn.node`);
      await copyFile(addon, join(folder, 'dawn.node'));
      const file = await bundle('bench/node/main.ts', join(folder, 'bundle.mjs'));
      const { code, output } = await bench(file, '--configs', 'tiny', '--steps', '3');
      expect(code, output).toBe(0);
      const losses = output
        .match(/^losses +(.+)$/m)![1]!
        .split(' ')
        .map(Number);
      expect(losses).toHaveLength(4); // the first step is not timed
      expect(losses.every(Number.isFinite)).toBe(true);
      // knows nothing yet, then something
      expect(Math.abs(losses[0]! - Math.log(WORKLOADS.tiny!.model.vocabSize))).toBeLessThan(0.1);
      expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.05);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
