/** Browsers that lack something: each has its own launch flags. */
import { chromium } from '@playwright/test';
import { BROWSER_ARGS, findBrowser } from '../../scripts/browser.mjs';
import { figureValue, openApp, trainToTheEnd } from './support/app.ts';
import { expect, test } from './support/fixtures.ts';

const withoutWebGpu = [
  ...BROWSER_ARGS.filter((flag) => !flag.includes('webgpu')),
  '--disable-features=WebGPU',
  '--disable-gpu',
];

test.describe('without WebGPU', () => {
  for (const [name, flags, sentence] of [
    ['WebAssembly computes', [], /WebAssembly computes instead\. Everything works/],
    [
      'WebAssembly without SIMD computes',
      ['--js-flags=--no-enable-sse4-1,--no-enable-ssse3'],
      /WebAssembly computes instead/,
    ],
    [
      'plain JavaScript computes where WebAssembly is missing',
      ['--js-flags=--jitless'],
      /plain JavaScript computes/,
    ],
  ] as const) {
    test(`${name}, and the page says so`, async ({ baseURL }) => {
      const browser = await chromium.launch({
        executablePath: findBrowser(),
        args: [...withoutWebGpu, ...flags],
      });
      try {
        const page = await browser.newPage({ baseURL });
        await openApp(page, 'maxSteps=3&batchSize=2&nLayer=1&evalInterval=3&evalBatches=1&sampleInterval=0');
        const banner = page.getByRole('region', { name: 'Device' });
        await expect(banner).toContainText(/This browser has/);
        await expect(banner).toContainText(sentence);
        await banner.getByText('Details').click();
        await expect(banner.getByRole('button', { name: 'Copy diagnostics' })).toBeVisible();
        await trainToTheEnd(page);
        expect(await figureValue(page, 'Training loss')).toBeGreaterThan(1);
      } finally {
        await browser.close();
      }
    });
  }
});

test('a backend that is asked for and not there is refused with a way out', async ({ baseURL }) => {
  const browser = await chromium.launch({ executablePath: findBrowser(), args: withoutWebGpu });
  try {
    const page = await browser.newPage({ baseURL });
    await page.goto('./#backend=webgpu');
    await expect(page.getByRole('alert')).toContainText('Remove "backend=webgpu" from the address');
  } finally {
    await browser.close();
  }
});
