/** The main job, from the first visit to a friend's browser. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import {
  editorText,
  figureValue,
  goTo,
  greedyCompletion,
  openApp,
  PROMPT,
  setField,
  stepOf,
  trainButton,
  typePrompt,
  waitForEnd,
  waitForStep,
} from './support/app.ts';
import { expect, test } from './support/fixtures.ts';

test('a first visit: train, see it learn, prompt, stop, download; a friend gets the same completion', async ({
  page,
  browser,
  baseURL,
}) => {
  test.setTimeout(240_000);
  await openApp(page, ''); // everything as it is for a newcomer; the device is chosen by timing
  await trainButton(page).click();
  await waitForStep(page, 1);

  // prompt while it trains, from the weights of the moment
  await waitForStep(page, 60);
  await goTo(page, 'Play');
  await setField(page, 'Length', 2000);
  await typePrompt(page, PROMPT);
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('status', { name: 'Result' })).toContainText(
    'Writing, with the weights of step',
  );
  const streamed = (await editorText(page)).length;
  await expect(async () => expect((await editorText(page)).length).toBeGreaterThan(streamed)).toPass();
  const stop = page.getByRole('button', { name: 'Stop' }).last();
  if (await stop.isVisible()) await page.keyboard.press('Escape');
  await expect(page.getByRole('status', { name: 'Result' })).toContainText(/tokens in .* ms each/);

  await goTo(page, 'Train');
  await waitForEnd(page);
  expect(await stepOf(page)).toBe(1000);

  // below what counting pairs of tokens achieves on the same tokens
  const bigram = Number(
    /counting pairs: ([\d.]+)/.exec(await page.getByLabel('Figures of the run').innerText())![1],
  );
  const validation = await figureValue(page, 'Validation loss');
  expect(bigram).toBeGreaterThan(1);
  expect(validation).toBeLessThan(bigram);

  // legible: nine words of ten are words of the training text
  const words = (text: string) => text.match(/[A-Za-z_$][\w$]*/g) ?? [];
  const training = new Set(words(await trainingText()));
  const samples = await page.locator('[data-sample] pre').allInnerTexts();
  const sampled = samples.slice(0, 4).flatMap(words);
  expect(sampled.length).toBeGreaterThan(20);
  expect(sampled.filter((word) => training.has(word)).length / sampled.length).toBeGreaterThanOrEqual(0.9);

  const greedy = await greedyCompletion(page);
  expect(greedy.length).toBeGreaterThan(PROMPT.length + 20);

  await goTo(page, 'Share');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Download/ }).click();
  const file = await (await download).path();

  // a friend: another browser profile, which has seen none of this
  const friend = await browser.newContext({ baseURL, viewport: { width: 1440, height: 900 } });
  const theirs = await friend.newPage();
  await openApp(theirs, 'backend=wasm&stage=share');
  await theirs
    .locator('input[type=file]')
    .setInputFiles({ name: 'model.zip', mimeType: 'application/zip', buffer: await readFile(file) });
  await expect(theirs.getByRole('status').filter({ hasText: 'Imported' })).toBeVisible();
  await expect(theirs.locator('[data-stage=play]')).toHaveAttribute('aria-current', 'step');
  expect(await greedyCompletion(theirs)).toBe(greedy);
  await friend.close();
});

async function trainingText(): Promise<string> {
  const folder = new URL('../../public/datasets/tiny-functions/', import.meta.url);
  return gunzipSync(await readFile(new URL('train-000.jsonl.gz', folder))).toString();
}
