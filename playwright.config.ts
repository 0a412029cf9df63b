// End-to-end tests of the built page (`npm run e2e` builds it first). Who serves it: tests/e2e/support/fixtures.ts.
import { defineConfig } from '@playwright/test';
import { BROWSER_ARGS, findBrowser } from './scripts/browser.mjs';

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  workers: 1, // one software GPU
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 120_000, // ms; a test that trains waits for a real model
  expect: { timeout: 15_000 },
  use: {
    launchOptions: { executablePath: findBrowser(), args: BROWSER_ARGS },
    screenshot: 'only-on-failure',
  },
  // A spec runs on the desktop; one called *.phone.spec.ts on a small touch screen.
  projects: [
    {
      name: 'desktop',
      testIgnore: '**/*.phone.spec.ts',
      use: { viewport: { width: 1440, height: 900 } },
    },
    {
      name: 'phone',
      testMatch: '**/*.phone.spec.ts',
      use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
    },
  ],
});
