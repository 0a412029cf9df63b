// Two kinds of test: `unit` runs in Node, `browser` (files named *.browser.test.ts) in a real Chromium with WebGPU.
// What is not here: end-to-end tests of the built page (playwright.config.ts).
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, mergeConfig } from 'vitest/config';
import { BROWSER_ARGS, findBrowser } from './scripts/browser.mjs';
import viteConfig from './vite.config.ts';

const browserTests = 'tests/**/*.browser.test.{ts,tsx}';

export default mergeConfig(
  viteConfig,
  defineConfig({
    test: {
      projects: [
        {
          extends: true,
          test: {
            name: 'unit',
            environment: 'node',
            include: ['tests/**/*.test.{ts,tsx}'],
            exclude: [browserTests, 'tests/e2e/**'],
            testTimeout: 30_000, // ms; a small machine runs other things as well
          },
        },
        {
          extends: true,
          // Everything the workers and tests import is bundled before the first test: a dependency that is discovered
          // in mid-run makes Vite reload the page, and the test with it.
          optimizeDeps: {
            entries: ['src/main.tsx', 'src/workers/*.worker.ts', browserTests],
            include: [
              '@tensorflow/tfjs-core',
              '@tensorflow/tfjs-backend-cpu',
              '@tensorflow/tfjs-backend-wasm',
              '@tensorflow/tfjs-backend-webgpu',
            ],
          },
          test: {
            name: 'browser',
            include: [browserTests],
            fileParallelism: false, // one software GPU; files beside each other only slow each other down
            testTimeout: 60_000,
            browser: {
              enabled: true,
              headless: true,
              screenshotFailures: false,
              api: { host: '127.0.0.1' },
              provider: playwright({
                launchOptions: {
                  executablePath: findBrowser(),
                  // memory is measured after a forced collection, to the byte
                  args: [...BROWSER_ARGS, '--js-flags=--expose-gc', '--enable-precise-memory-info'],
                },
              }),
              instances: [{ browser: 'chromium' }],
            },
          },
        },
      ],
    },
  }),
);
