import { figure, openApp, figureValue, trainToTheEnd } from './support/app.ts';
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
