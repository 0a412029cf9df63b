import { describe, expect, it } from 'vitest';
import type { TrainingRecord } from '../../src/formats/modelFolder.ts';
import { readRun, type SavedRun, writeRun } from '../../src/formats/runBundle.ts';
import { MODEL_PRESETS, type ModelConfig, parameterSpecs } from '../../src/model/config.ts';
import { TRAIN_PRESETS } from '../../src/train/config.ts';

const config: ModelConfig = { ...MODEL_PRESETS.nano, vocabSize: 300, nLayer: 1 };
const empty = new Float32Array();
const record: TrainingRecord = {
  modelPreset: 'nano',
  train: TRAIN_PRESETS.nano,
  dataCard: { datasetId: 'd', title: 'Data', sources: [], licenses: [], trainTokens: 9, validationTokens: 3 },
  step: 0,
  history: {
    step: new Float64Array(),
    loss: empty,
    learningRate: empty,
    gradNorm: empty,
    tokens: new Float64Array(),
    timeMs: new Float64Array(),
    evalStep: new Float64Array(),
    validationLoss: empty,
    heldoutLoss: empty,
  },
};

function savedRun(): SavedRun {
  const fill = (size: number, value: number) => new Float32Array(size).fill(value);
  const params: SavedRun['params'] = new Map();
  const moments: SavedRun['moments'] = new Map();
  for (const [i, [name, { shape }]] of [...parameterSpecs(config)].entries()) {
    const size = shape.reduce((a, b) => a * b);
    params.set(name, { shape, data: fill(size, i) });
    moments.set(name, { m: fill(size, i + 0.5), v: fill(size, i + 0.25) });
  }
  return { config, params, moments, tokenizerJson: '{"a":1}', record };
}

describe('a saved run', () => {
  it('comes back with weights, moments and record', () => {
    expect(readRun(writeRun(savedRun()))).toEqual(savedRun());
  });

  it('is refused when it was cut short', () => {
    const bytes = writeRun(savedRun());
    expect(() => readRun(bytes.subarray(0, bytes.length - 4))).toThrow(/cut short/);
  });

  it('is refused without its moments', () => {
    const run = savedRun();
    run.moments.delete('model.norm.weight');
    expect(() => readRun(writeRun(run))).toThrow(/lacks "optimizer.model.norm.weight.exp_avg"/);
  });
});
