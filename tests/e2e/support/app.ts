/** The page as a person uses it: words for what the specs do over and over. */
import { readFileSync } from 'node:fs';
import { expect, type Locator, type Page } from '@playwright/test';

export const stages = ['Data', 'Tokens', 'Model', 'Train', 'Play', 'Inside', 'Share'] as const;

/** Opens the page with settings in its address, and waits until the device is there. */
export async function openApp(page: Page, hash = 'backend=wasm', address = './'): Promise<void> {
  await page.goto(`${address}${hash ? `#${hash}` : ''}`);
  await expect(trainButton(page)).toBeEnabled({ timeout: 60_000 });
}

export const trainButton = (page: Page) => page.locator('header button.primary').filter({ hasText: 'Train' });

export const goTo = (page: Page, stage: (typeof stages)[number]) =>
  page.locator(`[data-stage=${stage.toLowerCase()}]`).click();

/** The big number of a figure of the run. */
export const figure = (page: Page, name: string): Locator =>
  page
    .getByLabel('Figures of the run')
    .locator('div', { hasText: new RegExp(`^${name}`) })
    .locator('dd');

export async function figureValue(page: Page, name: string): Promise<number> {
  const text = (await figure(page, name).innerText()).split('\n')[0]!;
  return Number(text.replaceAll(',', ''));
}

export const stepOf = (page: Page) => figureValue(page, 'Step');

export async function waitForStep(page: Page, step: number): Promise<void> {
  await expect(async () => expect(await stepOf(page)).toBeGreaterThanOrEqual(step)).toPass({
    timeout: 110_000,
  });
}

export async function waitForEnd(page: Page): Promise<void> {
  await expect(page.locator('[data-stage=train]')).toContainText('finished', { timeout: 110_000 });
}

/** Trains with the settings that the page has, until the run is finished. */
export async function trainToTheEnd(page: Page): Promise<void> {
  await trainButton(page).click();
  await waitForEnd(page);
}

/** Text of the editor, whichever it is. */
export async function editorText(page: Page): Promise<string> {
  const lines = page.locator('.monaco-editor .view-line');
  if ((await lines.count()) === 0) return page.locator('textarea').first().inputValue();
  // Monaco draws spaces as no-break spaces, and lines in any order
  const drawn = await lines.evaluateAll((elements) =>
    elements
      .map((element) => ({ top: (element as HTMLElement).offsetTop, text: element.textContent }))
      .sort((a, b) => a.top - b.top)
      .map(({ text }) => text),
  );
  return drawn.join('\n').replaceAll('\u00a0', ' ');
}

/** Puts a prompt into Monaco, in place of what is there. */
export async function typePrompt(page: Page, prompt: string): Promise<void> {
  await page.waitForSelector('.monaco-editor .view-line');
  await page.locator('.monaco-editor').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(prompt);
}

export const setField = (page: Page, label: string, value: string | number) =>
  page.getByRole('spinbutton', { name: label, exact: true }).fill(String(value));

/** The sentence of a fault, as it is shown and read out. */
export const alerts = (page: Page): Locator => page.getByRole('alert');

/** Drops a file onto the page, as from a folder. */
export async function dropFile(page: Page, name: string, content: Buffer): Promise<void> {
  const data = await page.evaluateHandle(
    ({ fileName, bytes }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], fileName));
      return transfer;
    },
    { fileName: name, bytes: content.toString('base64') },
  );
  await page.dispatchEvent('main', 'drop', { dataTransfer: data });
}

const axe = readFileSync(new URL('../../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** What axe-core finds that is serious or critical, as sentences. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: runner } = window as unknown as {
      axe: { run(): Promise<{ violations: { impact: string; id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await runner.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)}`);
  });
}

export const PROMPT = '/**\n * Adds 7 to a number.\n */\nfunction';

/** What the model likes best to come after PROMPT. */
export async function greedyCompletion(page: Page): Promise<string> {
  await goTo(page, 'Play');
  await setField(page, 'Temperature', 0);
  await setField(page, 'Length', 40);
  await typePrompt(page, PROMPT);
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(page.getByRole('status', { name: 'Result' })).toContainText(/tokens in .* ms each/);
  return editorText(page);
}
