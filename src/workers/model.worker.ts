/**
 * The worker that owns the device: it holds one model, trains it, generates with it, and turns it into files and back.
 * Training and generation share the weights, so they live together; text and tokenizer training live in text.worker.ts.
 *
 * This file is the list of what the page may ask for (api.ts, ModelApi). How: model/trainingSession.ts (the loop's hooks),
 * model/completion.ts, model/files.ts, model/chooseBackend.ts.
 */
import * as Comlink from 'comlink';
import { CheckpointError, ConfigError, invariant } from '../lib/errors.ts';
import { requireFits, validateModelConfig } from '../model/config.ts';
import { tuneStore } from '../store/tuneStore.ts';
import { requireOneWindow } from '../train/batches.ts';
import { type TrainConfig, validateTrainConfig } from '../train/config.ts';
import { holdAliveLock } from './aliveLock.ts';
import type { DeviceInfo, EncodedDataset, ModelApi, ModelEvent, StartRunRequest } from './api.ts';
import { keepTuningIn, setGpuFailureListener, setPageVisible } from './model/backends.ts';
import { chooseBackend } from './model/chooseBackend.ts';
import { createCompletion } from './model/completion.ts';
import { exportZip, readImport, readSlot, saveSlot, slot } from './model/files.ts';
import { type LoadedModel, loadModel, modelInfo, type ModelSource } from './model/loadedModel.ts';
import { startSession, type TrainingSession } from './model/trainingSession.ts';

let port: MessagePort | undefined;
let device: DeviceInfo | undefined;
let loaded: LoadedModel | undefined;
let session: TrainingSession | undefined;
let samplePrompts: string[] = [];
const completion = createCompletion(send);

function send(event: ModelEvent): void {
  port?.postMessage(event);
}

/** A device that refused a command computes nonsense from then on: the loop stops, the last saved copy stays as it is. */
let gpuFailed = false;
keepTuningIn(tuneStore);
setGpuFailureListener(({ name, message }) => {
  if (gpuFailed) return;
  gpuFailed = true;
  session?.control.stop();
  send({ type: 'error', name, message });
});

/** Ends loop and generation; the model stays. */
async function halt(): Promise<void> {
  session?.control.stop();
  await Promise.all([session?.done, completion.stop()]);
  session = undefined;
}

/**
 * Puts a model in the place of the one that is there, which is disposed of only when the new one exists and is `ready`. The
 * old one stays when that throws.
 */
async function replaceModel(
  source: ModelSource,
  ready: (model: LoadedModel) => Promise<void> = async () => {},
): Promise<LoadedModel> {
  await halt();
  const fresh = loadModel(source);
  try {
    await ready(fresh);
  } catch (error) {
    fresh.dispose();
    throw error;
  }
  loaded?.dispose();
  loaded = fresh;
  return fresh;
}

/** Makes the engine ready for this text: compiles, and tells the page how far that is. */
async function prepare({ run, tokenizer }: LoadedModel, { splits }: EncodedDataset): Promise<void> {
  await run.engine.prepare(
    run.train,
    {
      train: splits.train.ids,
      validation: splits.validation.ids,
      heldout: splits.heldout?.ids,
      separator: tokenizer.endOfText,
    },
    (done, total) => send({ type: 'compiling', done, total }),
  );
}

function requireModel(): LoadedModel {
  if (!loaded) throw new CheckpointError('There is no model yet. Train one, or import a file.');
  return loaded;
}

/** Everything that can be known to fail before anything is changed. @throws {ConfigError | DataError} */
function checkRun(model: LoadedModel['run']['model'], train: TrainConfig, data: EncodedDataset): void {
  invariant(device, 'init() comes before a run');
  validateModelConfig(model);
  validateTrainConfig(train);
  if (data.vocabSize !== model.vocabSize)
    throw new ConfigError(
      `The model knows ${model.vocabSize} tokens, the text was split with a vocabulary of ${data.vocabSize}. ` +
        'Encode the text with the tokenizer of the model, or start a new model.',
    );
  if (device.backend !== 'webgpu') requireFits(model, train.batchSize, device.memoryLimitBytes); // a plan knows exactly
  requireOneWindow(data.splits.train.ids, model.blockSize, 'training');
  requireOneWindow(data.splits.validation.ids, model.blockSize, 'validation');
}

function train(model: LoadedModel): void {
  session = startSession(model, samplePrompts, {
    send,
    isGenerating: completion.isActive,
    save: saveQuietly,
  });
}

/** An automatic copy may fail (no space, no OPFS): training is worth more, so that is said once and not thrown. */
let saveFailed = false;
async function saveQuietly(): Promise<void> {
  if (!loaded || gpuFailed) return;
  try {
    const savedAt = await saveSlot(loaded);
    send({ type: 'saved', step: loaded.run.step, savedAt });
  } catch (error) {
    if (!saveFailed && error instanceof Error)
      send({ type: 'error', name: error.name, message: error.message });
    saveFailed = true;
  }
}

const api: ModelApi = {
  connect(eventPort, _pageUrl, aliveLock) {
    port = eventPort;
    return holdAliveLock(aliveLock);
  },
  async init(choice) {
    device = await chooseBackend(choice);
    return device;
  },
  async startRun(request: StartRunRequest) {
    checkRun(request.model, request.train, request.data);
    const model = await replaceModel({ ...request, origin: 'trained' }, (fresh) =>
      prepare(fresh, request.data),
    );
    samplePrompts = request.samplePrompts;
    train(model);
    return modelInfo(model);
  },
  async continueRun(data, trainConfig) {
    const model = requireModel();
    checkRun(model.run.model, trainConfig, data);
    await halt();
    model.run.train = trainConfig;
    await prepare(model, data);
    train(model);
    return modelInfo(model);
  },
  async pause() {
    session?.control.pause();
  },
  async resume() {
    session?.control.resume();
  },
  async step() {
    session?.control.step();
  },
  async stop() {
    session?.control.stop();
    await session?.done;
  },
  generate: (request) => completion.start(request, requireModel()),
  stopGenerating: () => completion.stop(),
  exportModel: (name) => exportZip(requireModel(), name),
  async importModel(file) {
    return modelInfo(await replaceModel(await readImport(file)));
  },
  savedRun: () => slot.info(),
  async restoreRun() {
    return modelInfo(await replaceModel(await readSlot()));
  },
  discardSavedRun: () => slot.discard(),
  async setVisible(visible) {
    setPageVisible(visible);
  },
  async saveNow() {
    if (loaded) await saveQuietly();
  },
};

Comlink.expose(api);
