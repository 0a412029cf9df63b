/** The training record as JSON, in files (modelFolder.ts) and in the slot (runBundle.ts), and back with suspicion. */
import * as v from 'valibot';
import { CheckpointError } from '../lib/errors.ts';
import { type TrainConfig, validateTrainConfig } from '../train/config.ts';
import type { DataCard, History } from '../workers/api.ts';
import type { TrainingRecord } from './modelFolder.ts';

/** NaN has no JSON; a missing number is null. */
const column = (values: ArrayLike<number>) => Array.from(values, (x) => (Number.isFinite(x) ? x : null));

export function writeRecord({ history, ...rest }: TrainingRecord): object {
  return {
    ...rest,
    history: Object.fromEntries(Object.entries(history).map(([name, values]) => [name, column(values)])),
  };
}

const text = v.pipe(v.string(), v.maxLength(2000));
const texts = v.pipe(v.array(text), v.maxLength(10_000));
const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const numbers = v.pipe(v.array(v.nullable(v.number())), v.maxLength(2_000_000));
const STEP_COLUMNS = ['step', 'loss', 'learningRate', 'gradNorm', 'tokens', 'timeMs'] as const;
const EVAL_COLUMNS = ['evalStep', 'validationLoss', 'heldoutLoss'] as const;

const trainSchema = v.object({
  seed: amount,
  batchSize: amount,
  gradAccumSteps: amount,
  maxSteps: amount,
  learningRate: amount,
  minLr: amount,
  warmupSteps: amount,
  lrDecaySteps: amount,
  beta1: amount,
  beta2: amount,
  weightDecay: amount,
  gradClip: amount,
  evalInterval: amount,
  evalBatches: amount,
  sampleInterval: amount,
  precision: v.optional(v.picklist(['f32', 'f16']), 'f32'),
  maskDocuments: v.boolean(),
});

const recordSchema = v.object({
  modelPreset: text,
  train: trainSchema,
  step: v.pipe(amount, v.integer()),
  dataCard: v.object({
    datasetId: text,
    title: text,
    sources: texts,
    licenses: texts,
    trainTokens: amount,
    validationTokens: amount,
  }),
  history: v.object({
    step: numbers,
    loss: numbers,
    learningRate: numbers,
    gradNorm: numbers,
    tokens: numbers,
    timeMs: numbers,
    evalStep: numbers,
    validationLoss: numbers,
    heldoutLoss: numbers,
  }),
});

/** @throws {CheckpointError} */
export function readRecord(value: unknown): TrainingRecord {
  const result = v.safeParse(recordSchema, value);
  if (!result.success) {
    const [issue] = result.issues;
    throw fault(`${v.getDotPath(issue) ?? 'as a whole'}: ${issue.message}`);
  }
  const { history, ...rest } = result.output;
  for (const group of [STEP_COLUMNS, EVAL_COLUMNS])
    if (new Set(group.map((name) => history[name].length)).size > 1)
      throw fault('its columns differ in length');
  const train: TrainConfig = rest.train;
  try {
    validateTrainConfig(train);
  } catch (error) {
    throw fault(error instanceof Error ? error.message : String(error));
  }
  const dataCard: DataCard = rest.dataCard;
  return { modelPreset: rest.modelPreset, train, dataCard, step: rest.step, history: toHistory(history) };
}

function toHistory(columns: v.InferOutput<typeof recordSchema>['history']): History {
  const f64 = (values: (number | null)[]) => Float64Array.from(values, (x) => x ?? NaN);
  const f32 = (values: (number | null)[]) => Float32Array.from(values, (x) => x ?? NaN);
  return {
    step: f64(columns.step),
    loss: f32(columns.loss),
    learningRate: f32(columns.learningRate),
    gradNorm: f32(columns.gradNorm),
    tokens: f64(columns.tokens),
    timeMs: f64(columns.timeMs),
    evalStep: f64(columns.evalStep),
    validationLoss: f32(columns.validationLoss),
    heldoutLoss: f32(columns.heldoutLoss),
  };
}

const fault = (what: string) =>
  new CheckpointError(`The training record of this model cannot be read: ${what}. Nothing was changed.`);
