/**
 * A run as one file, for the slot that a reload opens again: a safetensors file of our own parameters, of both moments
 * (`optimizer.<name>.exp_avg`, `.exp_avg_sq`, PyTorch's words), and everything else as metadata.
 */
import { CheckpointError } from '../lib/errors.ts';
import { type ModelConfig, parameterSpecs, validateModelConfig } from '../model/config.ts';
import type { ModelBundle, TrainingRecord } from './modelFolder.ts';
import { readRecord, writeRecord } from './record.ts';
import { type NamedTensor, readSafetensors, writeSafetensors } from './safetensors.ts';

export interface SavedRun extends ModelBundle {
  record: TrainingRecord;
  moments: Map<string, { m: Float32Array; v: Float32Array }>;
}

const momentNames = (name: string) => ({ m: `optimizer.${name}.exp_avg`, v: `optimizer.${name}.exp_avg_sq` });

export function writeRun({
  config,
  params,
  moments,
  tokenizerJson,
  record,
}: SavedRun): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, NamedTensor>(params);
  for (const [name, { m, v }] of moments) {
    const { shape } = params.get(name)!;
    tensors.set(momentNames(name).m, { shape, data: m }).set(momentNames(name).v, { shape, data: v });
  }
  const metadata = {
    config: JSON.stringify(config),
    record: JSON.stringify(writeRecord(record)),
    tokenizer: tokenizerJson,
  };
  return writeSafetensors(tensors, { metadata });
}

/** @throws {CheckpointError} */
export function readRun(file: Uint8Array): SavedRun {
  const { tensors, metadata } = readSafetensors(file);
  const json = (key: string): unknown => {
    try {
      return JSON.parse(metadata.get(key) ?? 'null');
    } catch {
      throw new CheckpointError(
        `The saved run is damaged: its ${key} cannot be read. Discard it and train again.`,
      );
    }
  };
  const config = json('config') as ModelConfig | null;
  const tokenizerJson = metadata.get('tokenizer');
  if (!config || !tokenizerJson)
    throw new CheckpointError('The saved run lacks its configuration or its tokenizer.');
  validateModelConfig(config);
  const params = new Map<string, NamedTensor>();
  const moments: SavedRun['moments'] = new Map();
  const take = (name: string, shape: number[]) => {
    const tensor = tensors.get(name);
    if (tensor?.shape.join() !== shape.join()) throw new CheckpointError(`The saved run lacks "${name}".`);
    return tensor;
  };
  for (const [name, { shape }] of parameterSpecs(config)) {
    params.set(name, take(name, shape));
    const names = momentNames(name);
    moments.set(name, { m: take(names.m, shape).data, v: take(names.v, shape).data });
  }
  return {
    config,
    params,
    moments,
    tokenizerJson,
    record: readRecord(json('record')),
  };
}
