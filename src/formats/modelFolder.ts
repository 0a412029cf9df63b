/**
 * A model as a Hugging Face folder: what `Download` writes and `Import` reads.
 *
 *   model.safetensors         weights, in the layout of LlamaForCausalLM or GPT2LMHeadModel (hfTensors.ts)
 *   config.json, generation_config.json, tokenizer_config.json                       (hfConfig.ts)
 *   tokenizer.json            the tokenizer, as `tokenizers` reads it
 *   README.md                 the model card (modelCard.ts)
 *   glassbox.json             what only we need: our configuration, training settings, data, curve, checksum
 *
 * Folders from elsewhere have no glassbox.json; they load too, if the architecture is one of ours.
 */
import * as v from 'valibot';
import { CheckpointError } from '../lib/errors.ts';
import { type ModelConfig, validateModelConfig } from '../model/config.ts';
import { END_OF_TEXT } from '../tokenizer/tokenizer.ts';
import type { TrainConfig } from '../train/config.ts';
import type { DataCard, History } from '../workers/api.ts';
import { readConfig, writeConfig, writeGenerationConfig, writeTokenizerConfig } from './hfConfig.ts';
import { fromHfTensors, isMaskBuffer, toHfTensors } from './hfTensors.ts';
import { writeModelCard } from './modelCard.ts';
import { readRecord, writeRecord } from './record.ts';
import { type NamedTensor, readSafetensors, writeSafetensors } from './safetensors.ts';
import { sha256Hex } from '../lib/sha256.ts';
import type { ZipEntry } from './zip.ts';

/** How a model came to be. */
export interface TrainingRecord {
  modelPreset: string;
  train: TrainConfig;
  dataCard: DataCard;
  step: number;
  history: History;
}

export interface ModelBundle {
  config: ModelConfig;
  /** By our names, in our layout (parameterSpecs). */
  params: Map<string, NamedTensor>;
  tokenizerJson: string;
  /** Absent in folders from elsewhere. */
  record?: TrainingRecord;
}

export async function writeModelFolder(
  name: string,
  bundle: ModelBundle & { record: TrainingRecord },
): Promise<ZipEntry[]> {
  const { config, record, tokenizerJson } = bundle;
  const weights = writeSafetensors(toHfTensors(bundle.params, config));
  const endOfText = endOfTextId(tokenizerJson);
  const special = endOfText === undefined ? undefined : { id: endOfText, content: END_OF_TEXT };
  const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  return [
    { name: 'README.md', data: writeModelCard(name, config, record) },
    { name: 'config.json', data: json(writeConfig(config, endOfText)) },
    { name: 'generation_config.json', data: json(writeGenerationConfig(endOfText)) },
    { name: 'tokenizer_config.json', data: json(writeTokenizerConfig(config, special)) },
    { name: 'tokenizer.json', data: tokenizerJson },
    {
      name: 'glassbox.json',
      data: json({
        version: 1,
        model: config,
        ...writeRecord(record),
        weightsSha256: await sha256Hex(weights),
      }),
    },
    { name: 'model.safetensors', data: weights },
  ];
}

const glassboxSchema = v.object({
  version: v.literal(1),
  model: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
  weightsSha256: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
});

/**
 * Opens a folder. Everything is checked before anything is believed.
 *
 * @throws {CheckpointError} with the first fault found.
 */
export async function readModelFolder(files: ReadonlyMap<string, Uint8Array>): Promise<ModelBundle> {
  const weights = files.get('model.safetensors');
  if (!weights)
    throw fault(`there is no model.safetensors in it (${[...files.keys()].slice(0, 5).join(', ')})`);
  const tokenizer = files.get('tokenizer.json');
  if (!tokenizer) throw fault('there is no tokenizer.json in it, so its text cannot be read or written');

  const own = files.get('glassbox.json');
  const { config, record, weightsSha256 } = own
    ? readOwn(parseJson('glassbox.json', own))
    : { config: readConfig(parseJson('config.json', files.get('config.json'))) };
  const computed = weightsSha256 && (await sha256Hex(weights));
  if (computed !== undefined && computed !== weightsSha256)
    throw fault(
      'its weights are not those that were saved (the checksum differs): it was altered or damaged',
    );

  const { tensors } = readSafetensors(weights, isMaskBuffer);
  return {
    config,
    params: fromHfTensors(tensors, config),
    tokenizerJson: new TextDecoder().decode(tokenizer),
    record,
  };
}

function readOwn(value: unknown): { config: ModelConfig; record: TrainingRecord; weightsSha256?: string } {
  const result = v.safeParse(glassboxSchema, value);
  if (!result.success) throw fault(`glassbox.json: ${result.issues[0].message}`);
  const config = result.output.model as unknown as ModelConfig;
  try {
    validateModelConfig(config);
  } catch (error) {
    throw fault(`glassbox.json: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { config, record: readRecord(value), weightsSha256: result.output.weightsSha256 };
}

const MAX_JSON_BYTES = 64 * 2 ** 20;

function parseJson(name: string, bytes: Uint8Array | undefined): unknown {
  if (!bytes) throw fault(`there is no ${name} in it`);
  if (bytes.length > MAX_JSON_BYTES) throw fault(`${name} is larger than any such file should be`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw fault(`${name} is not JSON`);
  }
}

/** The id of the separator in a tokenizer.json of ours. */
function endOfTextId(tokenizerJson: string): number | undefined {
  const { added_tokens: added } = JSON.parse(tokenizerJson) as {
    added_tokens?: { id: number; content: string }[];
  };
  return added?.find(({ content }) => content === END_OF_TEXT)?.id;
}

const fault = (what: string) =>
  new CheckpointError(`This model cannot be opened: ${what}. The model that is open was not changed.`);
