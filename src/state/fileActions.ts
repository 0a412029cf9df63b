/** The model as a file: download, import, and the run kept from an earlier visit. */
import { addOwnText } from './dataActions.ts';
import { notify, report } from './noticesStore.ts';
import { useRun } from './runStore.ts';
import { goTo } from './settingsStore.ts';
import { useTokenizer } from './tokenizerStore.ts';
import { showModel } from './trainActions.ts';
import { modelApi, textApi } from './workers.ts';

/** A name that is safe as a file and as a folder. */
export function modelName(): string {
  const { model } = useRun.getState();
  const words = [model?.modelPreset ?? 'model', model?.dataCard.title ?? ''].join('-').toLowerCase();
  return (
    words
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60) || 'model'
  );
}

export async function downloadModel(): Promise<void> {
  try {
    const name = modelName();
    saveAs(await modelApi.exportModel(name), `${name}.zip`);
  } catch (error) {
    report(error);
  }
}

export function saveAs(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // after the download has surely begun
}

export async function importModel(file: Blob): Promise<void> {
  try {
    const info = await modelApi.importModel(file);
    showModel(info);
    useRun.setState({ status: 'stopped', saved: null });
    await loadItsTokenizer(info.tokenizerJson);
    notify('info', `Imported: ${info.dataCard.title}, step ${info.step}. It is ready to complete prompts.`);
    goTo('play');
  } catch (error) {
    report(error);
  }
}

/** Opens the run of an earlier visit. */
export async function restoreRun(): Promise<void> {
  try {
    const info = await modelApi.restoreRun();
    showModel(info);
    useRun.setState({ status: 'stopped', saved: null });
    await loadItsTokenizer(info.tokenizerJson);
  } catch (error) {
    report(error);
  }
}

export async function discardSavedRun(): Promise<void> {
  await modelApi.discardSavedRun().catch(report);
  useRun.setState({ saved: null });
}

async function loadItsTokenizer(tokenizerJson: string): Promise<void> {
  useTokenizer.setState({ summary: await textApi.loadTokenizer(tokenizerJson), madeFrom: undefined });
}

/** Files dropped anywhere: an archive is a model, anything else is text. */
export async function acceptFiles(files: File[]): Promise<void> {
  const archive = files.find(({ name }) => /\.(zip|safetensors)$/i.test(name));
  if (archive) return importModel(archive);
  if (files.length === 0) return;
  const title = files.length === 1 ? files[0]!.name : `${files[0]!.name} and ${files.length - 1} more`;
  const added = await addOwnText(
    title,
    files.map((file) => ({ name: file.webkitRelativePath || file.name, content: file })),
  );
  if (added) goTo('data');
}
