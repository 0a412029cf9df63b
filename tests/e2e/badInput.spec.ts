/** Bad input gets a clear sentence and loses nothing: each case shows its sentence, and the model and text survive. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import { readZip, writeZip } from '../../src/formats/zip.ts';
import {
  alerts,
  dropFile,
  editorText,
  goTo,
  openApp,
  setField,
  stepOf,
  trainButton,
  trainToTheEnd,
} from './support/app.ts';
import { expect, test } from './support/fixtures.ts';

const QUICK = 'backend=wasm&maxSteps=5&evalInterval=5&evalBatches=1&sampleInterval=0';

/** A page with a small trained model, and the file of it. */
async function withModel(page: Page): Promise<Buffer> {
  await openApp(page, QUICK);
  await trainToTheEnd(page);
  await goTo(page, 'Share');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Download/ }).click();
  return readFile(await (await download).path());
}

/** The model of withModel is still there and still writes. */
async function expectModelAlive(page: Page): Promise<void> {
  await goTo(page, 'Play');
  await setField(page, 'Length', 5);
  await page.waitForSelector('.monaco-editor .view-line');
  const before = await editorText(page);
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(page.getByRole('status', { name: 'Result' })).toContainText(
    /tokens in .* ms each, with the weights of step 5/,
  );
  await expect(async () => expect((await editorText(page)).slice(0, 20)).toBe(before.slice(0, 20))).toPass();
}

const pasted = (page: Page) => page.getByLabel('Paste code or prose, or drop files anywhere on this page.');
async function paste(page: Page, text: string): Promise<void> {
  await goTo(page, 'Data');
  await pasted(page).fill(text);
  await page.getByRole('button', { name: 'Use this text' }).click();
}

/** Real code, of this project: text that repeats itself would not support a vocabulary. */
const source = ['serve', 'browser', 'setup']
  .map((name) => readFileSync(`scripts/${name}.mjs`, 'utf8'))
  .join('\n');
const TITLE = source.split('\n')[0]!.slice(0, 40);

test.describe('text', () => {
  test("of one's own becomes a data set, trains, and is there after a reload", async ({ page }) => {
    await openApp(page, QUICK);
    await paste(page, source);
    await expect(page.locator('[data-stage=data]')).toContainText(TITLE);
    await expect(pasted(page)).toHaveValue('');
    await trainToTheEnd(page);
    await page.reload();
    await goTo(page, 'Data');
    await expect(page.getByRole('heading', { name: TITLE })).toBeVisible();
    await page.getByRole('button', { name: 'Remove from this browser' }).click();
    await expect(page.getByRole('heading', { name: TITLE })).toBeHidden();
  });

  test('that is empty, binary or too large is refused with a sentence', async ({ page }) => {
    await openApp(page, QUICK);
    await goTo(page, 'Data');
    await expect(page.getByRole('button', { name: 'Use this text' })).toBeDisabled(); // nothing pasted
    await paste(page, '   \n\n  ');
    await expect(alerts(page)).toContainText(/empty|no text|too short|characters/i);
    await expect(pasted(page)).toHaveValue('   \n\n  '); // what was pasted is not lost

    await dropFile(
      page,
      'program.bin',
      Buffer.from(Uint8Array.from({ length: 4000 }, (_, i) => (i * 37) % 256)),
    );
    await expect(alerts(page)).toContainText(/program\.bin is (not text|binary)/i);

    await dropFile(page, 'huge.txt', Buffer.alloc(33 * 2 ** 20, 'a line of text\n'));
    await expect(alerts(page)).toContainText(/32(\.0)? MiB/);
    await expect(page.locator('[data-stage=data]')).toContainText('Tiny functions'); // the choice is as it was
  });

  test('that is shorter than a context is refused before anything is lost', async ({ page }) => {
    await withModel(page);
    await paste(page, source.slice(0, 1500));
    await expect(page.locator('[data-stage=data]')).toContainText(TITLE);
    await goTo(page, 'Model');
    await setField(page, 'Context', 512);
    await goTo(page, 'Tokens');
    await page.getByLabel('Kind').selectOption('byte');
    await trainButton(page).click();
    await expect(alerts(page)).toContainText(
      /text has \d+ tokens, one context needs 513\. Add more text, or choose a context/,
    );
    await expectModelAlive(page);
  });

  test('that does not support the vocabulary is refused with the size that it supports', async ({ page }) => {
    await withModel(page);
    await paste(page, source.slice(0, 3000));
    await expect(page.locator('[data-stage=data]')).toContainText(TITLE);
    await goTo(page, 'Tokens');
    await setField(page, 'Vocabulary', 8000);
    await trainButton(page).click();
    await expect(alerts(page)).toContainText(/supports at most \d+ tokens/);
    await expectModelAlive(page);
  });
});

test.describe('a configuration', () => {
  test('that cannot work is explained beside the field, and Train refuses it', async ({ page }) => {
    await withModel(page);
    await goTo(page, 'Model');
    await setField(page, 'Heads', 5);
    await expect(alerts(page)).toContainText('nEmbd (64) must be a multiple of nHead (5); 65 would work');
    await trainButton(page).click();
    await expect(alerts(page).filter({ hasText: 'multiple of nHead' }).last()).toBeVisible();
    await goTo(page, 'Model');
    await setField(page, 'Heads', 4);
    await setField(page, 'Layers', 0);
    await expect(alerts(page).first()).toContainText('nLayer: expected a whole number from 1 to 96, got 0');
    await expectModelAlive(page);
  });

  test('that does not fit into memory says what would', async ({ page }) => {
    await withModel(page);
    await goTo(page, 'Model');
    await page.getByLabel('Preset').selectOption('medium');
    await setField(page, 'Layers', 60);
    await expect(alerts(page)).toContainText(
      /needs about [\d.]+ GiB, this device allows 2\.00 GiB\. Choose a smaller model/,
    );
    await page.getByLabel('Preset').selectOption('nano');
    await expectModelAlive(page);
  });

  test('in the address that is impossible is ignored with a notice', async ({ page }) => {
    await openApp(page, 'backend=wasm&preset=huge&__proto__=1&learningRate=fast&seed=7&constructor=x');
    await expect(page.getByRole('status').filter({ hasText: 'could not be used' })).toContainText(
      'preset=huge',
    );
    await page.getByText('Training settings').click();
    await expect(page.getByLabel('Seed')).toHaveValue('7');
    expect(
      await page.evaluate(() => ({}) as Record<string, unknown>).then((value) => Object.keys(value)),
    ).toEqual([]);
  });
});

test.describe('a file', () => {
  test('that is truncated, altered or foreign is refused, and the model that is open stays', async ({
    page,
  }) => {
    const good = await withModel(page);
    const cases: [string, Buffer, RegExp][] = [
      ['no archive', Buffer.from('hello'), /does not begin like a zip/],
      ['a truncated archive', good.subarray(0, good.length - 1000), /cut short or damaged/],
      ['altered weights', altered(good), /checksum differs|damaged/],
      ...(await faultyFolders(good)),
    ];
    for (const [name, content, sentence] of cases) {
      await dropFile(page, 'model.zip', content);
      await expect(alerts(page), name).toContainText(sentence);
      await alerts(page).getByRole('button', { name: 'Dismiss' }).first().click();
      await expect(alerts(page)).toBeHidden();
    }
    await expectModelAlive(page);
    await dropFile(page, 'model.zip', good);
    await expect(page.getByRole('status').filter({ hasText: 'Imported' })).toBeVisible();
    await expectModelAlive(page);
  });
});

/** The good model as a folder from elsewhere (without our checksum), each time with one fault in it. */
async function faultyFolders(good: Buffer): Promise<[string, Buffer, RegExp][]> {
  const files = await readZip(new Blob([Uint8Array.from(good)]));
  files.delete('glassbox.json');
  const weights = files.get('model.safetensors')!;
  const { tensors } = readSafetensors(weights);
  const pack = async (changed: Record<string, Uint8Array>) => {
    const entries = Object.entries({ ...Object.fromEntries(files), ...changed });
    const archive = await writeZip(
      entries.map(([name, data]) => ({ name, data: Uint8Array.from(data) })),
      new Date(0),
    );
    return Buffer.from(await archive.arrayBuffer());
  };
  const withTensors = (change: (copy: typeof tensors) => void) => {
    const copy = new Map(tensors);
    change(copy);
    return pack({ 'model.safetensors': writeSafetensors(copy) });
  };
  const text = new TextDecoder().decode(files.get('config.json'));
  const longHeader = Uint8Array.from(weights);
  longHeader.set([255, 255, 255, 255, 0, 0, 0, 0]);
  const overlapping = new TextEncoder().encode(
    '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
  );
  const overlap = new Uint8Array(8 + overlapping.length + 8);
  new DataView(overlap.buffer).setBigUint64(0, BigInt(overlapping.length), true);
  overlap.set(overlapping, 8);
  const nan = { shape: [64], data: new Float32Array(64).fill(NaN) };
  return [
    [
      'a header that is too long',
      await pack({ 'model.safetensors': longHeader }),
      /header claims 4294967295 bytes/,
    ],
    ['overlapping tensors', await pack({ 'model.safetensors': overlap }), /"b" overlaps/],
    [
      'a missing tensor',
      await withTensors((copy) => copy.delete('model.norm.weight')),
      /lack "model\.norm\.weight"/,
    ],
    [
      'a wrong shape',
      await withTensors((copy) => copy.set('model.norm.weight', { shape: [63], data: new Float32Array(63) })),
      /has the shape \[63\], the model needs \[64\]/,
    ],
    [
      'values that are no numbers',
      await withTensors((copy) => copy.set('model.norm.weight', nan)),
      /not finite numbers/,
    ],
    [
      'another architecture',
      await pack({ 'config.json': new TextEncoder().encode(text.replace('"llama"', '"mamba"')) }),
      /it is a "mamba"/,
    ],
  ];
}

/** One bit of the weights turned; they are the last and largest file of the archive, stored as they are. */
function altered(archive: Buffer): Buffer {
  const copy = Buffer.from(archive);
  copy[Math.floor(copy.length * 0.8)]! ^= 4;
  return copy;
}

test('a worker that dies is noticed; text and settings survive, and a restart brings the saved model back', async ({
  page,
}) => {
  await withModel(page);
  await goTo(page, 'Play');
  const prompt = await editorText(page);
  const worker = page.workers().find((candidate) => candidate.url().includes('model.worker'))!;
  void worker.evaluate(() => self.close()).catch(() => undefined); // it cannot answer any more
  await expect(alerts(page)).toContainText(/The model worker .* Texts and tokenizer are untouched/);
  await alerts(page).getByRole('button', { name: 'Restart' }).click();
  await expect(trainButton(page)).toBeEnabled({ timeout: 60_000 });
  expect(await editorText(page)).toBe(prompt);
  await page.getByRole('button', { name: 'Open it' }).click();
  await goTo(page, 'Train');
  expect(await stepOf(page)).toBe(5);
  await expectModelAlive(page);
});

test.describe('Tiny Shakespeare', () => {
  const address = 'https://raw.githubusercontent.com/**';
  const lines = (n: number) =>
    Array.from({ length: n }, (_, i) => `Citizen ${i % 9}:\nWe are ${i} men, my lord, and hungry.\n`);

  test('is downloaded on press only, and trains a nanoGPT preset on its characters', async ({ page }) => {
    let asked = 0;
    await page.route(address, (route) => {
      asked++;
      return route.fulfill({ body: lines(400).join('\n'), headers: { 'access-control-allow-origin': '*' } });
    });
    await openApp(page);
    await goTo(page, 'Data');
    expect(asked).toBe(0);
    await page.getByRole('button', { name: /Download Tiny Shakespeare/ }).click();
    await expect(page.locator('[data-stage=data]')).toContainText('Tiny Shakespeare');
    expect(asked).toBe(1);
    await goTo(page, 'Model');
    await page.getByLabel('Preset').selectOption('nanogpt-cpu');
    await page.getByLabel('Dropout').fill('0.1');
    await goTo(page, 'Train');
    await page.getByText('Training settings').click();
    for (const label of ['Steps', 'Validate every', 'Validation batches', 'Sample every'])
      await setField(page, label, 2);
    await trainButton(page).click();
    await expect(page.locator('[data-sample]')).toHaveCount(1, { timeout: 60_000 });
  });

  test('that cannot be had is explained, with the address to get it from', async ({ page }) => {
    await page.route(address, (route) => route.fulfill({ status: 404 }));
    await openApp(page, QUICK);
    await goTo(page, 'Data');
    await page.getByRole('button', { name: /Download Tiny Shakespeare/ }).click();
    await expect(alerts(page)).toContainText(
      /could not be downloaded .* Download it yourself and drop it here: https:\/\/raw/,
    );
  });
});
