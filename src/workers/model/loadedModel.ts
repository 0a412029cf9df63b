/**
 * The one model that the worker holds: weights and everything that belongs to them. Made fresh, from a file, or from the
 * slot of an earlier visit; disposed of as a whole.
 */
import { type ModelConfig, modelCost } from '../../model/config.ts';
import { initialValues } from '../../model/gpt.ts';
import { fromTokenizerJson } from '../../tokenizer/tokenizerJson.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { TrainConfig } from '../../train/config.ts';
import { HistoryRecorder } from '../../train/history.ts';
import type { Moments } from '../../train/engine.ts';
import type { Run } from '../../train/trainer.ts';
import type { DataCard, ModelInfo } from '../api.ts';
import { type ModelOnDevice, placeModel } from './onDevice.ts';

export interface LoadedModel {
  run: Run;
  tokens: ModelOnDevice['tokens'];
  dispose: ModelOnDevice['dispose'];
  modelPreset: string;
  dataCard: DataCard;
  tokenizer: Tokenizer;
  tokenizerJson: string;
  history: HistoryRecorder;
  origin: ModelInfo['origin'];
}

export interface ModelSource {
  model: ModelConfig;
  train: TrainConfig;
  modelPreset: string;
  dataCard: DataCard;
  tokenizerJson: string;
  origin: ModelInfo['origin'];
  /** Weights by name; absent: a fresh model. */
  weights?: Map<string, { data: Float32Array }>;
  moments?: Map<string, Moments>;
  step?: number;
  history?: ConstructorParameters<typeof HistoryRecorder>[0];
}

/** Nothing is left behind when this throws. */
export function loadModel(source: ModelSource): LoadedModel {
  const { model, train, weights } = source;
  const tokenizer = fromTokenizerJson(source.tokenizerJson);
  const parameters = weights
    ? new Map([...weights].map(([name, { data }]) => [name, data]))
    : initialValues(model, train.seed);
  const { engine, tokens, dispose } = placeModel(model, { parameters, moments: source.moments });
  const history = new HistoryRecorder(source.history);
  const last = history.columns();
  return {
    run: {
      model,
      train,
      engine,
      step: source.step ?? 0,
      tokens: last.tokens.at(-1) ?? 0,
      timeMs: last.timeMs.at(-1) ?? 0,
    },
    tokens,
    dispose,
    modelPreset: source.modelPreset,
    dataCard: source.dataCard,
    tokenizer,
    tokenizerJson: source.tokenizerJson,
    history,
    origin: source.origin,
  };
}

export function modelInfo(loaded: LoadedModel): ModelInfo {
  const { run, modelPreset, dataCard, tokenizerJson, origin, history } = loaded;
  return {
    modelPreset,
    model: run.model,
    train: run.train,
    dataCard,
    cost: modelCost(run.model, run.train.batchSize),
    plan: run.engine.figures ?? null,
    tokenizerJson,
    step: run.step,
    origin,
    history: history.columns(),
  };
}
