/**
 * Everything a person can choose, its defaults, and how it is written into the address: plain data, no store.
 *
 * The address holds only what differs from the defaults, as readable pairs (#preset=micro&seed=7), so that a link sets up an
 * experiment. It never holds data. Reading it is defensive: each known key has its own parser, anything else is ignored.
 */
import { MODEL_PRESETS, type ModelConfig, type ModelPreset } from '../model/config.ts';
import type { PreTokenizerName, TokenizerConfig, TokenizerKind } from '../tokenizer/tokenizer.ts';
import { TRAIN_PRESETS, type TrainConfig } from '../train/config.ts';
import type { Backend } from '../workers/api.ts';

export const STAGES = ['data', 'tokens', 'model', 'train', 'play', 'inside', 'share'] as const;
export type Stage = (typeof STAGES)[number];

export interface PlaySettings {
  temperature: number;
  topK: number;
  topP: number;
  sampleSeed: number;
  length: number;
}

/** What of a model may be changed by hand; the rest follows from it, or from the preset. */
export type ModelOverrides = Partial<
  Pick<
    ModelConfig,
    | 'family'
    | 'blockSize'
    | 'nLayer'
    | 'nHead'
    | 'nKvHead'
    | 'nEmbd'
    | 'intermediateSize'
    | 'dropout'
    | 'bias'
    | 'gelu'
    | 'tiedHead'
  >
>;

export interface Settings {
  stage: Stage;
  /** Id of a bundled set or of an own text. */
  dataset: string;
  tokenizer: TokenizerConfig;
  preset: ModelPreset;
  model: ModelOverrides;
  train: Partial<TrainConfig>;
  play: PlaySettings;
  backend: Backend | 'auto';
}

export const DEFAULT_SETTINGS: Settings = {
  stage: 'train',
  dataset: 'tiny-functions',
  tokenizer: { kind: 'bpe', vocabSize: 512, preTokenizer: 'qwen2' },
  preset: 'nano',
  model: {},
  train: {},
  play: { temperature: 0.5, topK: 40, topP: 1, sampleSeed: 1, length: 120 },
  backend: 'auto',
};

export function modelConfigOf({ preset, model }: Settings, vocabSize: number): ModelConfig {
  const config: ModelConfig = { ...MODEL_PRESETS[preset], ...model, vocabSize };
  // a family has one way of sharing heads and no choice of biases; heads follow the number of query heads
  if (config.family === 'gpt2' || (model.nHead !== undefined && model.nKvHead === undefined))
    config.nKvHead = config.nHead;
  if (config.family === 'llama') config.bias = false;
  return config;
}

export function trainConfigOf({ preset, train }: Settings): TrainConfig {
  const config: TrainConfig = { ...TRAIN_PRESETS[preset], ...train };
  // the schedule ends with the run, unless it was said otherwise
  if (train.maxSteps !== undefined && train.lrDecaySteps === undefined) config.lrDecaySteps = train.maxSteps;
  if (train.warmupSteps === undefined) config.warmupSteps = Math.min(config.warmupSteps, config.maxSteps);
  if (train.minLr === undefined) config.minLr = Math.min(config.minLr, config.learningRate);
  return config;
}

// ------------------------------------------------------------------------------------------------ address

interface Field {
  read(settings: Settings): string | number | boolean | undefined;
  /** The settings with the value in them; undefined when the text is none. */
  write(settings: Settings, text: string): Settings | undefined;
}

const oneOf =
  <T extends string>(...options: readonly T[]) =>
  (text: string): T | undefined =>
    options.find((option) => option === text);
const numeric = (text: string): number | undefined =>
  /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
const yesNo = (text: string): boolean | undefined => ({ true: true, false: false })[text as 'true' | 'false'];
const datasetId = (text: string): string | undefined => (/^[\w-]{1,80}$/.test(text) ? text : undefined);

/** A field of the settings themselves, or of one of their groups. */
function field<G extends 'stage' | 'dataset' | 'preset' | 'backend'>(
  group: G,
  parse: (text: string) => Settings[G] | undefined,
): Field {
  return {
    read: (settings) => settings[group],
    write: (settings, text) => {
      const value = parse(text);
      return value === undefined ? undefined : { ...settings, [group]: value };
    },
  };
}
function inGroup<G extends 'tokenizer' | 'model' | 'train' | 'play'>(
  group: G,
  key: keyof Settings[G],
  parse: (text: string) => unknown,
): Field {
  return {
    read: (settings) => settings[group][key] as string | number | boolean | undefined,
    write: (settings, text) => {
      const value = parse(text);
      return value === undefined ? undefined : { ...settings, [group]: { ...settings[group], [key]: value } };
    },
  };
}

/** Training settings that are no numbers. */
const TRAIN_VALUES: Partial<Record<keyof TrainConfig, (text: string) => unknown>> = {
  maskDocuments: yesNo,
  precision: oneOf('f32', 'f16'),
};

const fields = new Map<string, Field>([
  ['stage', field('stage', oneOf(...STAGES))],
  ['dataset', field('dataset', datasetId)],
  ['tokenizer', inGroup('tokenizer', 'kind', oneOf<TokenizerKind>('byte', 'char', 'bpe'))],
  ['vocabSize', inGroup('tokenizer', 'vocabSize', numeric)],
  ['preTokenizer', inGroup('tokenizer', 'preTokenizer', oneOf<PreTokenizerName>('gpt-2', 'qwen2'))],
  ['closed', inGroup('tokenizer', 'closed', yesNo)],
  ['preset', field('preset', oneOf(...(Object.keys(MODEL_PRESETS) as ModelPreset[])))],
  ['family', inGroup('model', 'family', oneOf('llama', 'gpt2'))],
  ...(['blockSize', 'nLayer', 'nHead', 'nKvHead', 'nEmbd', 'intermediateSize', 'dropout'] as const).map(
    (key): [string, Field] => [key, inGroup('model', key, numeric)],
  ),
  ['bias', inGroup('model', 'bias', yesNo)],
  ['tiedHead', inGroup('model', 'tiedHead', yesNo)],
  ['gelu', inGroup('model', 'gelu', oneOf('exact', 'tanh'))],
  ...(Object.keys(TRAIN_PRESETS.nano) as (keyof TrainConfig)[]).map((key): [string, Field] => [
    key,
    inGroup('train', key, TRAIN_VALUES[key] ?? numeric),
  ]),
  ...(Object.keys(DEFAULT_SETTINGS.play) as (keyof PlaySettings)[]).map((key): [string, Field] => [
    key,
    inGroup('play', key, numeric),
  ]),
  ['backend', field('backend', oneOf<Backend | 'auto'>('auto', 'webgpu', 'wasm', 'cpu'))],
]);

/** The part behind the #, without it; empty for the defaults. */
export function settingsToHash(settings: Settings): string {
  const pairs = new URLSearchParams();
  for (const [key, { read }] of fields) {
    const value = read(settings);
    if (value !== undefined && value !== read(DEFAULT_SETTINGS)) pairs.set(key, `${value}`);
  }
  return pairs.toString();
}

/** What the address says, and which of its parts could not be used. */
export function settingsFromHash(hash: string): { settings: Settings; ignored: string[] } {
  let settings = DEFAULT_SETTINGS;
  const ignored: string[] = [];
  for (const [key, text] of new URLSearchParams(hash.replace(/^#/, ''))) {
    const next = fields.get(key)?.write(settings, text);
    if (next) settings = next;
    else ignored.push(`${key}=${text}`.slice(0, 60));
  }
  return { settings, ignored };
}
