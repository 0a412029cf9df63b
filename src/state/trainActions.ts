/** From the button to the loop, and back: train, pause, step, stop, continue. */
import type { DatasetSummary } from '../data/types.ts';
import type { DataCard, EncodedDataset, ModelInfo } from '../workers/api.ts';
import { openDataset, requireTokenizer } from './dataActions.ts';
import { lossHistory } from './lossHistory.ts';
import { notify, report } from './noticesStore.ts';
import { isActive, useRun } from './runStore.ts';
import { modelConfigOf, trainConfigOf } from './settings.ts';
import { useSettings } from './settingsStore.ts';
import { useTokenizer } from './tokenizerStore.ts';
import { modelApi, textApi } from './workers.ts';

const SAMPLE_PROMPTS: Record<DatasetSummary['kind'], string[]> = {
  code: ['/**\n * Returns the', 'function'],
  prose: ['The'],
  own: [''],
};

/** One press: data, tokenizer, token ids, a fresh model, and the loop. */
export async function train(): Promise<void> {
  if (isActive(useRun.getState().status)) return;
  const before = useRun.getState().status;
  useRun.setState({ status: 'preparing' });
  try {
    const settings = useSettings.getState();
    const dataset = await openDataset(settings.dataset);
    const tokenizer = await requireTokenizer();
    const data = await textApi.encodeDataset(settings.dataset);
    const model = modelConfigOf(settings, tokenizer.vocabSize);
    const samplePrompts = settings.tokenizer.closed ? ['\n'] : SAMPLE_PROMPTS[dataset.kind];
    useRun.setState({ phase: undefined });
    const info = await modelApi.startRun({
      modelPreset: settings.preset,
      model,
      train: trainConfigOf(settings),
      data,
      dataCard: cardOf(dataset, data),
      tokenizerJson: tokenizer.tokenizerJson,
      samplePrompts,
    });
    showModel(info);
    useRun.setState({ ...measuresOf(data), samples: [], saved: null });
  } catch (error) {
    useRun.setState({ status: before === 'preparing' ? 'idle' : before });
    report(error);
  } finally {
    useRun.setState({ phase: undefined });
  }
}

/** Goes on with the model that is there, on the data it was trained on. */
export async function continueTraining(): Promise<void> {
  const { model, status } = useRun.getState();
  if (!model || isActive(status)) return;
  useRun.setState({ status: 'preparing' });
  try {
    const { datasetId } = model.dataCard;
    const { dataset: chosen } = useSettings.getState();
    await openDataset(datasetId || chosen);
    const summary = await textApi.loadTokenizer(model.tokenizerJson);
    useTokenizer.setState({ summary, madeFrom: undefined });
    const data = await textApi.encodeDataset(datasetId || chosen);
    // a run that has done its steps goes on for as many again
    const done =
      model.step >= model.train.maxSteps || (useRun.getState().latest?.step ?? 0) >= model.train.maxSteps;
    const maxSteps = done ? model.train.maxSteps * 2 : model.train.maxSteps;
    const info = await modelApi.continueRun(data, { ...model.train, maxSteps });
    useRun.setState({ model: info, ...measuresOf(data) });
  } catch (error) {
    useRun.setState({ status });
    report(error);
  } finally {
    useRun.setState({ phase: undefined });
  }
}

/** A model appears: trained, imported or restored. */
export function showModel(info: ModelInfo): void {
  lossHistory.replace(info.history);
  const { history } = info;
  const last = history.evalStep.length - 1;
  useRun.setState({
    model: info,
    latest: undefined,
    samples: [],
    evaluation:
      last < 0
        ? undefined
        : {
            step: history.evalStep[last]!,
            validationLoss: history.validationLoss[last]!,
            heldoutLoss: history.heldoutLoss[last]!,
          },
  });
}

export const pause = (): Promise<void> => modelApi.pause().catch(report);
export const resume = (): Promise<void> => modelApi.resume().catch(report);
export const step = (): Promise<void> => modelApi.step().catch(report);
export const stop = (): Promise<void> => modelApi.stop().catch(report);

/** The same settings from the beginning. */
export async function restart(): Promise<void> {
  await stop();
  useRun.setState({ status: 'stopped' });
  await train();
}

/** Space: pause or go on. */
export function togglePause(): void {
  const { status } = useRun.getState();
  if (status === 'running') void pause();
  else if (status === 'paused') void resume();
}

const measuresOf = ({ baselines, splits: { validation } }: EncodedDataset) => ({
  baselines,
  tokensPerByte: validation.textBytes > 0 ? validation.ids.length / validation.textBytes : undefined,
});

function cardOf(dataset: DatasetSummary, data: EncodedDataset): DataCard {
  const packages = dataset.manifest?.packages ?? [];
  return {
    datasetId: dataset.id,
    title: dataset.title,
    sources: packages.map(({ name, version, license }) => `${name}@${version} (${license})`),
    licenses: [...new Set(packages.map(({ license }) => license))],
    trainTokens: data.splits.train.ids.length,
    validationTokens: data.splits.validation.ids.length,
  };
}

/** A model that is saved by itself is safe; leaving while nothing was saved would lose work. */
export function saveBeforeLeaving(): void {
  const { model, status } = useRun.getState();
  if (model && isActive(status))
    modelApi.saveNow().catch(() => notify('error', 'The model could not be saved.'));
}
