// Our own code on WebGPU outside a browser: bundled, then run by a Node of its own as `npm run bench -- --node` does it.
import { existsSync } from 'node:fs';
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

describe.skipIf(!env)('bench/node on Dawn', () => {
  test('computes in Node what JavaScript computes, and trains', async () => {
    const file = await bundle('bench/node/main.ts');
    const args = [file, '--configs', 'tiny', '--steps', '4'];
    const { code, output } = await run(process.execPath, args, { env: env!, quiet: true });
    expect(output).toMatch(/^adapter .+\w/m);
    expect(output).toMatch(/^self-check ok/m);
    expect(code).toBe(0);
    if (!existsSync(join(root, 'bench/engines/plan.ts'))) return;
    const [, first, last] = output.match(/^tiny .* (\S+) +(\S+)$/m)!.map(Number);
    expect(Math.abs(first! - Math.log(WORKLOADS.tiny!.model.vocabSize))).toBeLessThan(0.1); // knows nothing yet
    expect(last).toBeLessThan(first!); // after 3 updates; NaN is not less
  });

  test('runs from a folder with nothing but the bundle and the addon', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'glassbox-dawn-'));
    try {
      const architecture = process.platform === 'darwin' ? 'universal' : process.arch;
      const addon = join(root, `node_modules/webgpu/dist/${process.platform}-${architecture}/dawn.node`);
      await copyFile(addon, join(folder, 'dawn.node'));
      const file = await bundle('bench/node/main.ts', join(folder, 'bundle.mjs'));
      const args = [file, '--configs', 'tiny', '--steps', '1'];
      const { output } = await run(process.execPath, args, { env: env!, quiet: true });
      expect(output).toMatch(/^self-check ok/m);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
