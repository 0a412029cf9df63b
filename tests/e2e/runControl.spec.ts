import {
  figureValue,
  goTo,
  openApp,
  stepOf,
  trainButton,
  trainToTheEnd,
  waitForEnd,
  waitForStep,
} from './support/app.ts';
import { expect, test } from './support/fixtures.ts';

test('pause holds the run, one step does one, resume goes on, stop ends it within a step', async ({
  page,
}) => {
  await openApp(page);
  await trainButton(page).click();
  await waitForStep(page, 5);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  await page.waitForTimeout(300);
  const paused = await stepOf(page);
  await page.waitForTimeout(500);
  expect(await stepOf(page)).toBe(paused);

  await page.getByRole('button', { name: 'One step' }).click();
  await expect(async () => expect(await stepOf(page)).toBe(paused + 1)).toPass();
  await page.waitForTimeout(300);
  expect(await stepOf(page)).toBe(paused + 1);

  await page.getByRole('button', { name: 'Resume' }).click();
  await waitForStep(page, paused + 5);
  await page.getByRole('heading', { name: 'Train', exact: true }).click(); // no field has the focus
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();

  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(trainButton(page)).toBeEnabled();
  const stopped = await stepOf(page);
  await page.waitForTimeout(300);
  expect(await stepOf(page)).toBe(stopped);
});

test('the same seed gives the same curve', async ({ page }) => {
  await openApp(page, 'backend=wasm&maxSteps=12&evalInterval=12&sampleInterval=0&seed=5');
  await trainToTheEnd(page);
  const first = await figureValue(page, 'Validation loss');
  await page.getByRole('button', { name: 'Restart' }).click();
  await expect(page.locator('[data-stage=train]')).not.toContainText('finished');
  await waitForEnd(page);
  expect(await figureValue(page, 'Validation loss')).toBe(first);
});

test('after a reload the model is offered again, completes prompts, and training goes on where it was', async ({
  page,
}) => {
  await openApp(page, 'backend=wasm&maxSteps=400&sampleInterval=0');
  await trainButton(page).click();
  await waitForStep(page, 30);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(trainButton(page)).toBeEnabled();
  await expect(page.getByLabel('Figures of the run')).toContainText('saved');
  const step = await stepOf(page);

  await page.reload();
  await expect(trainButton(page)).toBeEnabled({ timeout: 60_000 });
  const offer = page.getByRole('region', { name: 'Saved model' });
  await expect(offer).toContainText(`step ${step} of 400`);
  await offer.getByRole('button', { name: 'Open it' }).click();
  await expect(offer).toBeHidden();
  expect(await stepOf(page)).toBe(step);

  await goTo(page, 'Play');
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(page.getByRole('status', { name: 'Result' })).toContainText(/tokens in .* ms each/);

  await page.getByRole('button', { name: 'Continue' }).click();
  await waitForStep(page, step + 5);
  expect(await stepOf(page)).toBeLessThan(400);
  await page.getByText('The same as a table').click();
  await expect(page.getByRole('region', { name: 'Loss as a table' })).toContainText(String(step)); // the curve before the reload
});

test('a saved model can be discarded', async ({ page }) => {
  await openApp(page, 'backend=wasm&maxSteps=3&sampleInterval=0&evalInterval=3');
  await trainToTheEnd(page);
  await expect(page.getByLabel('Figures of the run')).toContainText('saved');
  await page.reload();
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.reload();
  await expect(trainButton(page)).toBeEnabled({ timeout: 60_000 });
  await expect(page.getByRole('region', { name: 'Saved model' })).toBeHidden();
});

test('the main thread stays free while a model trains', async ({ page }) => {
  await openApp(page);
  await trainButton(page).click();
  await waitForStep(page, 20); // the panel has been loaded and laid out
  const longTasks = await page.evaluate(async () => {
    const tasks: number[] = [];
    const observer = new PerformanceObserver((list) =>
      tasks.push(...list.getEntries().map(({ duration }) => duration)),
    );
    observer.observe({ entryTypes: ['longtask'] });
    await new Promise((resolve) => setTimeout(resolve, 6000));
    observer.disconnect();
    return tasks;
  });
  // a task of the page's own repeats; one that the shared machine delayed does not
  expect(longTasks.length, `long tasks: ${longTasks.join(', ')} ms`).toBeLessThanOrEqual(1);
});
