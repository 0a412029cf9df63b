/** The model as files: the archive that is downloaded and imported, and the slot that survives a reload. */
import {
  type ModelBundle,
  readModelFolder,
  type TrainingRecord,
  writeModelFolder,
} from '../../formats/modelFolder.ts';
import { readRun, writeRun } from '../../formats/runBundle.ts';
import type { NamedTensor } from '../../formats/safetensors.ts';
import { readZip, writeZip } from '../../formats/zip.ts';
import { CheckpointError } from '../../lib/errors.ts';
import { parameterSpecs } from '../../model/config.ts';
import { runSlot } from '../../store/runSlot.ts';
import { fromTokenizerJson } from '../../tokenizer/tokenizerJson.ts';
import { TRAIN_PRESETS } from '../../train/config.ts';
import type { SavedRunInfo } from '../api.ts';
import type { LoadedModel, ModelSource } from './loadedModel.ts';

export async function exportZip(loaded: LoadedModel, name: string): Promise<Blob> {
  const bundle = { ...(await weightsOf(loaded)), record: recordOf(loaded) };
  const [sample] = bundle.params.values();
  if (!sample?.data.every(Number.isFinite))
    throw new CheckpointError(
      'The weights are not numbers any more (training diverged), so there is nothing to save.',
    );
  const entries = await writeModelFolder(name, bundle);
  return writeZip(
    entries.map((entry) => ({ ...entry, name: `${name}/${entry.name}` })),
    new Date(),
  );
}

/** @throws {CheckpointError | TokenizerError} */
export async function readImport(archive: Blob): Promise<ModelSource> {
  const bundle = await readModelFolder(await readZip(archive));
  requireOwnVocabulary(bundle);
  return { ...sourceOf(bundle), ...(bundle.record ?? foreignRecord()), origin: 'imported' };
}

export const slot = { info: () => runSlot.info(), discard: () => runSlot.discard() };

/** Returns when it was saved, in milliseconds since 1970. @throws {GlassboxError} */
export async function saveSlot(loaded: LoadedModel): Promise<number> {
  const { run, modelPreset, dataCard, history } = loaded;
  const bundle = await weightsOf(loaded);
  const moments = await run.engine.moments();
  const info: SavedRunInfo = {
    savedAt: Date.now(),
    step: run.step,
    maxSteps: run.train.maxSteps,
    modelPreset,
    datasetId: dataCard.datasetId,
    validationLoss: history.lastValidationLoss,
  };
  await runSlot.write(writeRun({ ...bundle, moments, record: recordOf(loaded) }), info);
  return info.savedAt;
}

/** @throws {CheckpointError} */
export async function readSlot(): Promise<ModelSource> {
  const saved = readRun(await runSlot.read());
  return { ...sourceOf(saved), ...saved.record, moments: saved.moments, origin: 'restored' };
}

async function weightsOf({ run, tokenizerJson }: LoadedModel): Promise<ModelBundle> {
  const params = new Map<string, NamedTensor>();
  const values = await run.engine.parameters();
  for (const [name, { shape }] of parameterSpecs(run.model))
    params.set(name, { shape, data: values.get(name)! });
  return { config: run.model, params, tokenizerJson };
}

const recordOf = ({ run, modelPreset, dataCard, history }: LoadedModel): TrainingRecord => ({
  modelPreset,
  train: run.train,
  dataCard,
  step: run.step,
  history: history.columns(),
});

const sourceOf = ({ config, params, tokenizerJson }: ModelBundle) => ({
  model: config,
  weights: params,
  tokenizerJson,
});

/** What is assumed of a model from elsewhere: nothing is known of its training. */
const foreignRecord = (): Omit<TrainingRecord, 'history'> => ({
  modelPreset: 'imported',
  train: TRAIN_PRESETS.micro,
  dataCard: {
    datasetId: '',
    title: 'not recorded',
    sources: [],
    licenses: [],
    trainTokens: 0,
    validationTokens: 0,
  },
  step: 0,
});

function requireOwnVocabulary({ config, tokenizerJson }: ModelBundle): void {
  const { vocabSize } = fromTokenizerJson(tokenizerJson);
  if (vocabSize > config.vocabSize)
    throw new CheckpointError(
      `The tokenizer knows ${vocabSize} tokens, the model only ${config.vocabSize}: they do not belong together. ` +
        'Nothing was changed.',
    );
}
