// Our own code on WebGPU outside a browser: bundled, then run by a Node of its own as `npm run bench -- --node` does it.
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundle } from '../../scripts/bundle.mjs';
import { dawnEnvironment } from '../../scripts/dawn.mjs';
import { root, run } from '../../scripts/lib/process.mjs';

const env = await dawnEnvironment();
if (!env)
  console.warn(
    'tests/gpu/dawn.test.ts is skipped: neither the system nor the browser (scripts/browser.mjs) has a driver for Dawn.',
  );

describe.skipIf(!env)('bench/node on Dawn', () => {
  test('computes in Node what JavaScript computes', async () => {
    const file = await bundle('bench/node/main.ts');
    const { code, output } = await run(process.execPath, [file], { env: env!, quiet: true });
    expect(output).toMatch(/^adapter .+\w/m);
    expect(output).toMatch(/^self-check ok/m);
    expect(code).toBe(0);
  });

  test('runs from a folder with nothing but the bundle and the addon', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'glassbox-dawn-'));
    try {
      const architecture = process.platform === 'darwin' ? 'universal' : process.arch;
      const addon = join(root, `node_modules/webgpu/dist/${process.platform}-${architecture}/dawn.node`);
      await copyFile(addon, join(folder, 'dawn.node'));
      const file = await bundle('bench/node/main.ts', join(folder, 'bundle.mjs'));
      const { output } = await run(process.execPath, [file], { env: env!, quiet: true });
      expect(output).toMatch(/^self-check ok/m);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
