/**
 * What a newcomer waits for, on the built page in the test browser: `npm run bench -- firstVisit`. From opening to ready, from
 * the press of Train to the first point of the curve, and how legible the samples of the first minute are.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { chromium } from 'playwright';
import { BROWSER_ARGS, ensureBrowser } from '../scripts/browser.mjs';
import { serve } from '../scripts/serve.mjs';
import { ensureBuild, ensureDatasets } from '../scripts/setup.mjs';

const words = (text: string) => text.match(/[A-Za-z_$][\w$]*/g) ?? [];

export async function bench(): Promise<void> {
  await ensureDatasets();
  await ensureBuild();
  const shard = gunzipSync(readFileSync('public/datasets/tiny-functions/train-000.jsonl.gz')).toString();
  const known = new Set(words(shard));
  const server = await serve({ port: 0 });
  const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: BROWSER_ARGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const opened = Date.now();
    await page.goto(server.url);
    const button = page.locator('header button.primary', { hasText: 'Train' });
    await button.waitFor();
    const painted = Date.now() - opened;
    await page.waitForFunction(
      () => !document.querySelector('header button.primary')?.hasAttribute('disabled'),
    );
    const ready = Date.now() - opened;
    const pressed = Date.now();
    await button.click();
    const step = page.getByLabel('Figures of the run').locator('dd').first();
    await page.waitForFunction(
      () => /^[1-9]/.test(document.querySelector('[aria-label="Figures of the run"] dd')?.textContent ?? ''),
      null,
      { polling: 20 },
    );
    console.log(`page there after ${painted} ms, device chosen after ${ready} ms`);
    console.log(`press of Train to the first point of the curve: ${Date.now() - pressed} ms`);
    for (const seconds of [15, 30, 45, 60]) {
      await page.waitForTimeout(seconds * 1000 - (Date.now() - pressed));
      const samples = (await page.locator('[data-sample] pre').allInnerTexts()).slice(0, 2).flatMap(words);
      const share = samples.filter((word) => known.has(word)).length / samples.length;
      const figures = (await page.getByLabel('Figures of the run').innerText()).split('\n').filter(Boolean);
      const loss = figures[figures.indexOf('Validation loss') + 1];
      const at = (await step.innerText()).split('\n')[0];
      console.log(
        `after ${seconds} s: step ${at}, validation loss ${loss}, ` +
          `${(100 * share).toFixed(0)} % of ${samples.length} words of the newest samples occur in the training text`,
      );
    }
  } finally {
    await browser.close();
    server.close();
  }
}
