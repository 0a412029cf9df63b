/** A small touch screen: everything fits, a textarea stands in for Monaco, a file can be opened. */
import { readFile } from 'node:fs/promises';
import { figure, goTo, openApp, stages, trainToTheEnd } from './support/app.ts';
import { expect, test } from './support/fixtures.ts';

test('train, prompt, download and import on a phone, with nothing wider than the screen', async ({
  page,
}) => {
  await openApp(page, 'backend=wasm&maxSteps=10&evalInterval=5&sampleInterval=0');
  await trainToTheEnd(page);
  await expect(figure(page, 'Step')).toContainText('10');
  for (const stage of stages) {
    await goTo(page, stage);
    await expect(page.getByRole('heading', { level: 2, name: stage })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth), stage).toBeLessThanOrEqual(390);
  }
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Download/ }).tap();
  const content = await readFile(await (await download).path());
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'model.zip', mimeType: 'application/zip', buffer: content });
  await expect(page.getByRole('status').filter({ hasText: 'Imported' })).toBeVisible();

  await expect(page.locator('.monaco-editor')).toHaveCount(0);
  const editor = page.getByRole('textbox', { name: /Prompt and completion/ });
  await editor.fill('function');
  await page.getByRole('button', { name: 'Generate' }).tap();
  await expect(page.getByRole('status', { name: 'Result' })).toContainText(/tokens in .* ms each/);
  expect((await editor.inputValue()).length).toBeGreaterThan('function'.length);
});
