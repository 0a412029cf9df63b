// What every end-to-end spec starts from: `import { expect, test } from './support/fixtures.ts'`, and page.goto('./') is the
// built page, served by scripts/serve.mjs from the root of an address, or with serveAt('/a/b/') from any path.
import { test as base } from '@playwright/test';
import { serve } from '../../../scripts/serve.mjs';

export { expect } from '@playwright/test';

interface Fixtures {
  /** Serves dist/ below a path until the test ends; resolves to the address of the page. */
  serveAt: (path: string) => Promise<string>;
  /** Messages of the exceptions that nobody caught. The test fails when any are left at its end; empty it if expected. */
  uncaught: string[];
}

export const test = base.extend<Fixtures, { server: { url: string } }>({
  server: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern
    async ({}, provide) => {
      const server = await serve({ port: 0 });
      await provide(server);
      server.close();
    },
    { scope: 'worker' },
  ],

  baseURL: async ({ server }, provide) => provide(server.url),

  // oxlint-disable-next-line no-empty-pattern -- as above
  serveAt: async ({}, provide) => {
    const servers: { close: () => void }[] = [];
    await provide(async (path) => {
      const server = await serve({ port: 0, base: path });
      servers.push(server);
      return server.url;
    });
    for (const server of servers) server.close();
  },

  uncaught: [
    async ({ page }, provide) => {
      const uncaught: string[] = [];
      page.on('pageerror', (error) => uncaught.push(String(error.stack ?? error)));
      await provide(uncaught);
      if (uncaught.length > 0) throw new Error(`The page threw: ${uncaught.join('\n')}`);
    },
    { auto: true },
  ],
});
