/** Flows around data sets and tokenizers. Each sets stores and tells of its faults itself. */
import type { DatasetSummary } from '../data/types.ts';
import type { TokenizerSummary } from '../workers/api.ts';
import { type DatasetTitle, findDataset, useData } from './dataStore.ts';
import { notify, report } from './noticesStore.ts';
import { useRun } from './runStore.ts';
import { updateSettings, useSettings } from './settingsStore.ts';
import { isCurrent, useTokenizer } from './tokenizerStore.ts';
import { textApi } from './workers.ts';

/** What can be chosen: bundled sets, and own texts kept from earlier visits. */
export async function listDatasets(): Promise<void> {
  const [manifest, own] = await Promise.allSettled([textApi.manifest(), textApi.ownDatasets()]);
  if (manifest.status === 'rejected') report(manifest.reason);
  useData.setState({
    bundled: manifest.status === 'fulfilled' ? manifest.value.datasets : [],
    own: own.status === 'fulfilled' ? own.value : [],
  });
}

export async function openDataset(id: string): Promise<DatasetSummary> {
  const known = useData.getState().open[id];
  if (known) return known;
  const summary = await textApi.openDataset(id);
  useData.setState(({ open }) => ({ open: { ...open, [id]: summary } }));
  return summary;
}

/** Makes a data set of pasted text or files, and chooses it. */
export async function addOwnText(
  title: string,
  files: { name: string; content: string | Blob }[],
): Promise<boolean> {
  try {
    const summary = await textApi.addOwn(title, files);
    useData.setState(({ own, open }) => ({
      own: [...own.filter((set) => set.id !== summary.id), summary],
      open: { ...open, [summary.id]: summary },
    }));
    updateSettings({ dataset: summary.id });
    for (const warning of summary.warnings.slice(0, 3)) notify('info', warning);
    if (summary.warnings.length > 3)
      notify('info', `${summary.warnings.length - 3} more files were left out.`);
    return true;
  } catch (error) {
    report(error);
    return false;
  } finally {
    useRun.setState({ phase: undefined });
  }
}

export async function removeOwnText(set: DatasetTitle): Promise<void> {
  try {
    await textApi.removeOwn(set.id);
    useData.setState(({ own, open: { [set.id]: _removed, ...open } }) => ({
      own: own.filter(({ id }) => id !== set.id),
      open,
    }));
    if (useSettings.getState().dataset === set.id) updateSettings({ dataset: 'tiny-functions' });
    notify('info', `"${set.title}" was removed from this browser.`);
  } catch (error) {
    report(error);
  }
}

const TINY_SHAKESPEARE =
  'https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt';

/** The text of the nanoGPT presets; fetched only because somebody pressed for it. */
export async function addTinyShakespeare(): Promise<void> {
  try {
    const response = await fetch(TINY_SHAKESPEARE);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    await addOwnText('Tiny Shakespeare', [{ name: 'tiny-shakespeare.txt', content: await response.text() }]);
  } catch (error) {
    notify(
      'error',
      `Tiny Shakespeare could not be downloaded (${error instanceof Error ? error.message : String(error)}). ` +
        `Download it yourself and drop it here: ${TINY_SHAKESPEARE}`,
    );
  }
}

/** The tokenizer that the settings ask for: the one at hand, or a new one. */
export async function requireTokenizer(): Promise<TokenizerSummary> {
  const { dataset, tokenizer: config } = useSettings.getState();
  const state = useTokenizer.getState();
  if (state.summary && isCurrent(state, dataset, config)) return state.summary;
  const summary = await textApi.trainTokenizer(dataset, config);
  useTokenizer.setState({ summary, madeFrom: { dataset, config } });
  for (const warning of summary.warnings) notify('info', warning);
  return summary;
}

/** The Tokens stage's own button. */
export async function trainTokenizer(): Promise<void> {
  try {
    await openDataset(useSettings.getState().dataset);
    await requireTokenizer();
  } catch (error) {
    report(error);
  } finally {
    useRun.setState({ phase: undefined });
  }
}

/** Stops reading, tokenizer training or encoding. */
export const cancelLongWork = (): void => void textApi.cancel();

export const currentDataset = () => findDataset(useData.getState(), useSettings.getState().dataset);
