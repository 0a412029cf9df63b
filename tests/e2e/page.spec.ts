/** The page itself: reachable by keyboard, readable by everybody, at home anywhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import {
  figure,
  goTo,
  openApp,
  seriousFaults,
  stages,
  trainButton,
  trainToTheEnd,
  waitForStep,
} from './support/app.ts';
import { expect, test } from './support/fixtures.ts';

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe-core finds nothing serious on any stage, ${colorScheme}`, async ({ browser, baseURL }) => {
    const context = await browser.newContext({
      baseURL,
      colorScheme,
      bypassCSP: true,
      viewport: { width: 1440, height: 900 },
    });
    const page = await context.newPage();
    await openApp(page, 'backend=wasm&maxSteps=20&evalInterval=10&sampleInterval=10');
    await trainToTheEnd(page);
    for (const stage of stages) {
      await goTo(page, stage);
      await expect(page.getByRole('heading', { level: 2, name: stage })).toBeVisible();
      if (stage === 'Play') await page.waitForSelector('.monaco-editor .view-line');
      expect(await seriousFaults(page), stage).toEqual([]);
    }
    await context.close();
  });

test('every stage can be reached by keyboard, and is in the address', async ({ page }) => {
  await openApp(page);
  await page.locator('[data-stage=train]').focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('heading', { level: 2, name: 'Play' })).toBeVisible();
  expect(page.url()).toContain('stage=play');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('heading', { level: 2, name: 'Data' })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('heading', { level: 2, name: 'Share' })).toBeVisible();
});

test('settings survive a reload and make a link', async ({ page }) => {
  await openApp(page);
  await goTo(page, 'Model');
  await page.getByLabel('Preset').selectOption('micro');
  await page.getByLabel('Layers', { exact: true }).fill('3');
  await expect(page).toHaveURL(/preset=micro/);
  await expect(page).toHaveURL(/nLayer=3/);
  await page.reload();
  await expect(page.getByLabel('Preset')).toHaveValue('micro');
  await expect(page.getByLabel('Layers', { exact: true })).toHaveValue('3');
});

test('the page works under any path of a plain file server', async ({ page, serveAt }) => {
  const address = await serveAt('/a/b/');
  await openApp(page, 'backend=wasm&maxSteps=3&evalInterval=3&sampleInterval=0', address);
  await trainToTheEnd(page);
  await expect(figure(page, 'Step')).toContainText('3');
});

test('the plot is there as CSV and as a table', async ({ page }) => {
  await openApp(page, 'backend=wasm&maxSteps=20&evalInterval=10&sampleInterval=0');
  await trainToTheEnd(page);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  const lines = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\n');
  expect(lines.length).toBe(21);
  expect(lines[0]).toContain('step,tokens,time_ms,train_loss');
  expect(lines[10]!.split(',')[6]).toMatch(/^\d\.\d+$/); // the evaluation of step 10
  const picture = page.waitForEvent('download');
  await page.getByRole('button', { name: 'PNG' }).click();
  expect(
    readFileSync(await (await picture).path())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  await page.getByText('The same as a table').click();
  await expect(page.getByRole('region', { name: 'Loss as a table' }).getByRole('row')).toHaveCount(
    2 + 2 + 20,
  );
});

test('data, tokens and vocabulary can be looked at', async ({ page }) => {
  await openApp(page);
  await goTo(page, 'Data');
  await expect(page.getByRole('heading', { name: 'Tiny functions' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'JavaScript' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Documents' })).toContainText('function');
  await page.getByRole('button', { name: 'Packages and licences' }).first().click();
  await page.getByRole('dialog').locator('summary').first().click();
  await expect(page.getByRole('dialog')).toContainText(
    /Permission is hereby granted|Apache License|Redistribution/,
  );
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();

  await goTo(page, 'Tokens');
  await page.getByRole('button', { name: 'Learn from the chosen text' }).click();
  await expect(page.getByRole('status').filter({ hasText: '512 tokens' })).toBeVisible();
  const tokens = page.getByRole('region', { name: 'Tokens', exact: true });
  await tokens.focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText(/is token \d+/)).toBeVisible();
  await page.getByLabel('Find').fill('return');
  await expect(page.getByRole('region', { name: 'All tokens' })).toContainText('return');
});

test('everything that is loaded at first has at most 300 kB, compressed', async ({ page }) => {
  const loaded = new Set<string>();
  page.on('response', (response) => loaded.add(new URL(response.url()).pathname));
  await page.goto('./');
  await expect(trainButton(page)).toBeVisible();
  const assets = readdirSync('dist/assets').filter((name) => [...loaded].some((path) => path.endsWith(name)));
  const own = assets.filter((name) => !/^(model\.worker|dist-|tfjs)/.test(name) && !name.endsWith('.wasm')); // tfjs and its worker
  expect(own.length).toBeGreaterThan(3);
  expect(own.some((name) => name.startsWith('monaco'))).toBe(false);
  const bytes = own.reduce((sum, name) => sum + gzipSync(readFileSync(`dist/assets/${name}`)).length, 0);
  expect(bytes).toBeLessThan(300_000);
});

test('nothing is asked of another host', async ({ page }) => {
  const hosts = new Set<string>();
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith('http')) hosts.add(host);
  });
  await openApp(page);
  await trainButton(page).click();
  await waitForStep(page, 3);
  for (const stage of stages) await goTo(page, stage);
  await page.waitForTimeout(500);
  expect([...hosts]).toEqual([new URL(page.url()).host]);
});
