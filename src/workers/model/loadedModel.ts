/**
 * The one model that the worker holds: weights and everything that belongs to them. Made fresh, from a file, or from the
 * slot of an earlier visit; disposed of as a whole.
 */
import * as tf from '@tensorflow/tfjs-core';
import { type ModelConfig, modelCost } from '../../model/config.ts';
import { initParameters, type Parameters, parametersFrom } from '../../model/gpt.ts';
import { fromTokenizerJson } from '../../tokenizer/tokenizerJson.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { TrainConfig } from '../../train/config.ts';
import { HistoryRecorder } from '../../train/history.ts';
import { disposeOptimizer, initOptimizer, type OptimizerState } from '../../train/optimizer.ts';
import type { Run } from '../../train/trainer.ts';
import type { DataCard, ModelInfo } from '../api.ts';

export interface LoadedModel {
  run: Run;
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
  moments?: Map<string, { m: Float32Array; v: Float32Array }>;
  step?: number;
  history?: ConstructorParameters<typeof HistoryRecorder>[0];
}

/** Nothing is left behind when this throws. */
export function loadModel(source: ModelSource): LoadedModel {
  const { model, train, weights } = source;
  const tokenizer = fromTokenizerJson(source.tokenizerJson);
  let params: Parameters | undefined;
  let optimizer: OptimizerState;
  try {
    params = weights
      ? parametersFrom(model, (name) => weights.get(name)!.data)
      : initParameters(model, train.seed);
    optimizer = initOptimizer(params, source.moments);
  } catch (error) {
    tf.dispose([...(params?.values() ?? [])]);
    throw error;
  }
  const history = new HistoryRecorder(source.history);
  const last = history.columns();
  return {
    run: {
      model,
      train,
      params,
      optimizer,
      step: source.step ?? 0,
      tokens: last.tokens.at(-1) ?? 0,
      timeMs: last.timeMs.at(-1) ?? 0,
    },
    modelPreset: source.modelPreset,
    dataCard: source.dataCard,
    tokenizer,
    tokenizerJson: source.tokenizerJson,
    history,
    origin: source.origin,
  };
}

export function disposeModel({ run }: LoadedModel): void {
  tf.dispose([...run.params.values()]);
  disposeOptimizer(run.optimizer);
}

export function modelInfo(loaded: LoadedModel): ModelInfo {
  const { run, modelPreset, dataCard, tokenizerJson, origin, history } = loaded;
  return {
    modelPreset,
    model: run.model,
    train: run.train,
    dataCard,
    cost: modelCost(run.model, run.train.batchSize),
    tokenizerJson,
    step: run.step,
    origin,
    history: history.columns(),
  };
}
