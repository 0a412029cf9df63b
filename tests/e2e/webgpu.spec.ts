import { readFile } from 'node:fs/promises';
import {
  editorText,
  figure,
  figureValue,
  goTo,
  greedyCompletion,
  openApp,
  trainButton,
  trainToTheEnd,
} from './support/app.ts';
import { expect, test } from './support/fixtures.ts';

test('on WebGPU the model learns: validation loss below that of counting tokens', async ({ page }) => {
  test.setTimeout(300_000);
  // a smaller nano: the software adapter takes a second for each step of it
  await openApp(
    page,
    'backend=webgpu&nLayer=1&batchSize=4&blockSize=32&maxSteps=60&warmupSteps=5&learningRate=0.01&evalInterval=60&evalBatches=60&sampleInterval=0',
  );
  await expect(page.getByRole('region', { name: 'Device' })).toContainText('webgpu');
  await trainToTheEnd(page);
  const unigram = Number(
    /counting tokens ([\d.]+)/.exec(await page.getByRole('region', { name: 'Curve' }).innerText())![1],
  );
  expect(unigram).toBeGreaterThan(4);
  await expect(figure(page, 'Validation loss')).not.toContainText('–');
  expect(await figureValue(page, 'Validation loss')).toBeLessThan(unigram);
});

test('on WebGPU a prompt is completed while the model trains; the weights write the same on WebAssembly', async ({
  page,
  browser,
  baseURL,
}) => {
  test.setTimeout(180_000);
  await openApp(page, 'backend=webgpu&maxSteps=5000&sampleInterval=0&length=40');
  await trainButton(page).click();
  await expect(figure(page, 'Training loss')).not.toContainText('–', { timeout: 30_000 });
  await expect(page.getByText(/^One step on the GPU: \d+ commands$/)).toBeVisible();
  await goTo(page, 'Play');
  const before = await editorText(page);
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await expect(async () =>
    expect((await editorText(page)).length).toBeGreaterThan(before.length + 10),
  ).toPass();
  await expect(page.locator('[data-stage=train]')).toContainText('step'); // it still trains

  const pressed = Date.now();
  await page.getByRole('button', { name: 'Stop', exact: true }).first().click();
  await expect(trainButton(page)).toBeVisible();
  expect(Date.now() - pressed).toBeLessThan(3000); // milliseconds
  const greedy = await greedyCompletion(page);

  await goTo(page, 'Share');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Download/ }).click();
  const file = await (await download).path();
  const other = await browser.newContext({ baseURL, viewport: { width: 1440, height: 900 } });
  const theirs = await other.newPage();
  await openApp(theirs, 'backend=wasm&stage=share&length=40');
  await theirs
    .locator('input[type=file]')
    .setInputFiles({ name: 'model.zip', mimeType: 'application/zip', buffer: await readFile(file) });
  await expect(theirs.getByRole('status').filter({ hasText: 'Imported' })).toBeVisible();
  expect(await greedyCompletion(theirs)).toBe(greedy);
  await other.close();
});
