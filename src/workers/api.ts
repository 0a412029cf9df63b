/**
 * The border between the page and its workers: plain data in, plain data out. Types only; both sides import this file and
 * nothing else of each other.
 *
 *   page (ui/, state/) ── client.ts ──┬── text.worker.ts    documents, tokenizers, token ids
 *                                     └── model.worker.ts   the device: training, generation, files
 *
 * Commands are comlink calls. What happens by itself (progress, loss, samples) arrives as events on one MessagePort per
 * worker, numbers in typed arrays, at most ten messages a second. An error crosses with name and message only
 * (lib/errors.ts). A worker that dies rejects every open call (client.ts).
 */
import type { DatasetSummary, Document, Manifest, SplitName } from '../data/types.ts';
import type { ModelConfig, ModelCost } from '../model/config.ts';
import type { TokenizerConfig } from '../tokenizer/tokenizer.ts';
import type { TrainConfig } from '../train/config.ts';
import type { PlanFigures } from '../train/engine.ts';

// ---------------------------------------------------------------------------------------------------- both workers

/** Long work tells how far it is. `done` and `total` are in `unit`; rate and time left follow from them. */
export interface ProgressEvent {
  type: 'progress';
  /** What is being done, as a person would say it: "Reading javascript". */
  task: string;
  done: number;
  total: number;
  unit: 'bytes' | 'tokens' | 'documents' | 'steps' | 'programs';
}

// ---------------------------------------------------------------------------------------------------- text.worker

export type TextEvent = ProgressEvent;

export interface TokenizerSummary {
  config: TokenizerConfig;
  vocabSize: number;
  /** The Hugging Face file; every tokenizer can be rebuilt from it. */
  tokenizerJson: string;
  /**
   * UTF-8 bytes per token on the validation documents (or training ones where there are none) of the set that was opened
   * last. NaN where none is open, or a closed vocabulary cannot read it.
   */
  bytesPerToken: number;
  trainedMs: number;
  warnings: string[];
}

export interface VocabularyEntry {
  id: number;
  /** The token as text; bytes that are not whole characters as ⟨E4 BD⟩. */
  label: string;
  /** Ids it was merged from, when it is a merge. */
  parents?: [number, number];
}

/** A piece of text and the token that covers it. Labels as in VocabularyEntry. */
export interface TokenSpan {
  id: number;
  label: string;
}

/** One split as numbers. Documents are separated by the end-of-text token where the vocabulary has one. */
export interface EncodedSplit {
  ids: Uint16Array | Uint32Array;
  /** UTF-8 bytes of the documents, without separators: turns nats per token into bits per byte. */
  textBytes: number;
}

export interface EncodedDataset {
  datasetId: string;
  vocabSize: number;
  splits: { train: EncodedSplit; validation: EncodedSplit; heldout?: EncodedSplit };
  /**
   * What counting alone achieves on the validation tokens, in nats per token: unigram and interpolated bigram counts of
   * the training tokens (data/ngram.ts). A model worth its name is below both.
   */
  baselines: { unigram: number; bigram: number };
}

/** A user's own text: pasted, dropped or picked. */
export interface OwnFile {
  name: string;
  content: string | Blob;
}

export interface TextApi {
  /**
   * The first call. Hands over the port on which TextEvents are sent; the page's base address, because `datasets/` lies
   * beside the page and not beside the worker's script; and the name of the lock that the worker holds while it lives
   * (aliveLock.ts). Resolves with true when the lock is held.
   */
  connect(port: MessagePort, pageUrl: string, aliveLock: string): void | Promise<boolean>;
  /** The bundled sets. @throws {DataError} where the manifest is missing or unreadable. */
  manifest(): Promise<Manifest>;
  /** Own texts kept in the browser from earlier visits. */
  ownDatasets(): Promise<DatasetSummary[]>;
  /** Fetches, checks and opens a data set; returns at once when it is open. @throws {DataError} */
  openDataset(id: string): Promise<DatasetSummary>;
  /**
   * Makes a data set of a user's files and keeps it in the browser (OPFS). Binary, empty and unreadable files are left
   * out with a warning. @throws {DataError} when nothing usable remains, or it is larger than can be held.
   */
  addOwn(title: string, files: OwnFile[]): Promise<DatasetSummary>;
  removeOwn(id: string): Promise<void>;
  /** One page of documents of an open set; long texts are cut to `maxChars`. */
  documents(
    id: string,
    split: SplitName,
    offset: number,
    count: number,
    maxChars: number,
  ): Promise<{ documents: Document[]; total: number }>;
  /** Trains a tokenizer on the training split of a set (opens it if need be). @throws {TokenizerError} */
  trainTokenizer(datasetId: string, config: TokenizerConfig): Promise<TokenizerSummary>;
  /** Takes an existing tokenizer.json instead. @throws {TokenizerError} */
  loadTokenizer(tokenizerJson: string): Promise<TokenizerSummary>;
  /** Colours a text (at most 20,000 characters are looked at). */
  tokenize(text: string): Promise<TokenSpan[]>;
  vocabulary(): Promise<VocabularyEntry[]>;
  /** All splits of a set as token ids under the current tokenizer; the arrays are transferred. */
  encodeDataset(datasetId: string): Promise<EncodedDataset>;
  /** Stops the long work under way; its call rejects with CancelledError. */
  cancel(): void;
}

// ---------------------------------------------------------------------------------------------------- model.worker

export type Backend = 'webgpu' | 'wasm' | 'cpu';

export interface DeviceInfo {
  /** What runs the model now. */
  backend: Backend;
  /** The adapter's own words: vendor, architecture, description. Empty without WebGPU. */
  adapter: string;
  /** A WebGPU adapter that is a program on the CPU. */
  softwareAdapter: boolean;
  /** Why this backend, in a sentence for the page; empty when it is simply the GPU. */
  reason: string;
  /** What both paths took where both were timed. */
  timings: { backend: Backend; msPerStep: number }[];
  /** Rough memory that training may take, in bytes. */
  memoryLimitBytes: number;
  /** Everything a bug report needs, as text. */
  diagnostics: string;
}

export type RunStatus = 'idle' | 'preparing' | 'running' | 'paused' | 'stopped' | 'finished' | 'failed';

/** What a model was trained on, as it is written into files. */
export interface DataCard {
  datasetId: string;
  title: string;
  /** "name@version (licence)" of every package, or the user's file names. */
  sources: string[];
  licenses: string[];
  trainTokens: number;
  validationTokens: number;
}

export interface StartRunRequest {
  modelPreset: string;
  model: ModelConfig;
  train: TrainConfig;
  data: EncodedDataset;
  dataCard: DataCard;
  tokenizerJson: string;
  /** Texts that are continued every sampleInterval steps. */
  samplePrompts: string[];
}

/** The model in the worker: trained here, imported or restored. */
export interface ModelInfo {
  modelPreset: string;
  model: ModelConfig;
  train: TrainConfig;
  dataCard: DataCard;
  cost: ModelCost;
  /** What a training step is on the GPU; null where there is no plan. */
  plan: PlanFigures | null;
  tokenizerJson: string;
  step: number;
  origin: 'trained' | 'imported' | 'restored';
  /** The curve so far (empty for a foreign import). */
  history: History;
}

/** A curve in columns; all arrays of a group are equally long. */
export interface History {
  step: Float64Array;
  loss: Float32Array;
  learningRate: Float32Array;
  gradNorm: Float32Array;
  /** Tokens seen. */
  tokens: Float64Array;
  /** Milliseconds of training so far, pauses left out. */
  timeMs: Float64Array;
  evalStep: Float64Array;
  validationLoss: Float32Array;
  /** NaN where there is no held-out set. */
  heldoutLoss: Float32Array;
}

export interface SavedRunInfo {
  savedAt: number;
  step: number;
  maxSteps: number;
  modelPreset: string;
  datasetId: string;
  validationLoss: number | null;
}

export type ModelEvent =
  | { type: 'status'; status: RunStatus; step: number }
  /** Training steps since the last such event. */
  | {
      type: 'metrics';
      step: Float64Array;
      loss: Float32Array;
      learningRate: Float32Array;
      gradNorm: Float32Array;
      tokens: Float64Array;
      timeMs: Float64Array;
      tokensPerSecond: number;
      /** Bytes held by tensors now. */
      memoryBytes: number;
    }
  | { type: 'evaluation'; step: number; validationLoss: number; heldoutLoss: number }
  | { type: 'sample'; step: number; prompt: string; text: string }
  /** Programs of the GPU made ready for a run, before its first step. */
  | { type: 'compiling'; done: number; total: number }
  /** Text that a `generate` call has produced since the last such event. */
  | { type: 'generated'; requestId: number; text: string }
  | { type: 'saved'; step: number; savedAt: number }
  /** Something failed outside a call; the run has stopped, the model is as it was after its last step. */
  | { type: 'error'; name: string; message: string };

export interface GenerateRequest {
  requestId: number;
  prompt: string;
  maxNewTokens: number;
  /** 0 = greedy: always the most likely token. */
  temperature: number;
  /** Only the k most likely tokens; 0 = all. */
  topK: number;
  /** Only the most likely tokens that together reach this probability; 1 = all. */
  topP: number;
  seed: number;
}

export interface GenerateResult {
  text: string;
  tokenIds: number[];
  promptTokens: number;
  /** Prompt tokens left out because the context is shorter. */
  droppedPromptTokens: number;
  finish: 'length' | 'endOfText' | 'stopped';
  msPerToken: number;
}

export interface ModelApi {
  /** As TextApi.connect. */
  connect(port: MessagePort, pageUrl: string, aliveLock: string): void | Promise<boolean>;
  /** Chooses and starts a backend. `auto` takes the GPU, or what is faster on a software adapter. */
  init(choice: Backend | 'auto'): Promise<DeviceInfo>;
  /**
   * Makes a fresh model and starts the loop; resolves when the first step is about to run. A model that was there before
   * is kept until then. @throws {ConfigError | DataError | GpuError}
   */
  startRun(request: StartRunRequest): Promise<ModelInfo>;
  /** Goes on with the model that is there (restored, stopped or finished) for `train.maxSteps` steps in all. */
  continueRun(data: EncodedDataset, train: TrainConfig): Promise<ModelInfo>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** One step, then paused. */
  step(): Promise<void>;
  /** Ends the loop within one step; the model stays. */
  stop(): Promise<void>;
  /** Continues a prompt; text arrives as `generated` events meanwhile. Training goes on. */
  generate(request: GenerateRequest): Promise<GenerateResult>;
  /** Ends the running generation within one token. */
  stopGenerating(): Promise<void>;
  /** A Hugging Face model folder as one zip. @throws {CheckpointError} when there is no model. */
  exportModel(name: string): Promise<Blob>;
  /** The same back. Nothing changes unless the file is wholly good. @throws {CheckpointError} */
  importModel(file: Blob): Promise<ModelInfo>;
  /** What is in the slot from an earlier visit, without loading it. */
  savedRun(): Promise<SavedRunInfo | null>;
  /** Loads the slot: Play works at once, continueRun goes on with training. @throws {CheckpointError} */
  restoreRun(): Promise<ModelInfo>;
  discardSavedRun(): Promise<void>;
  saveNow(): Promise<void>;
  /** A page that nobody sees need not be painted: the GPU may work in longer pieces. */
  setVisible(visible: boolean): Promise<void>;
}
