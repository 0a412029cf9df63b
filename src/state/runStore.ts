/** The model in the worker and what it is doing. Per-step numbers are in lossHistory.ts; here are the latest ones. */
import { create } from 'zustand';
import type {
  DeviceInfo,
  EncodedDataset,
  ModelInfo,
  ProgressEvent,
  RunStatus,
  SavedRunInfo,
} from '../workers/api.ts';

export interface Latest {
  step: number;
  loss: number;
  learningRate: number;
  gradNorm: number;
  tokens: number;
  timeMs: number;
  tokensPerSecond: number;
  memoryBytes: number;
}

export interface Sample {
  step: number;
  prompt: string;
  text: string;
}

export interface Phase extends Omit<ProgressEvent, 'type'> {
  startedAt: number;
  /** Milliseconds from then to this event. */
  elapsedMs: number;
}

interface RunState {
  device: DeviceInfo | undefined;
  status: RunStatus;
  /** Long work before the loop begins: reading, tokenizer, encoding. */
  phase: Phase | undefined;
  model: ModelInfo | undefined;
  latest: Latest | undefined;
  evaluation: { step: number; validationLoss: number; heldoutLoss: number } | undefined;
  baselines: EncodedDataset['baselines'] | undefined;
  /** Of the validation text: nats per token times this, divided by ln 2, are bits per byte. */
  tokensPerByte: number | undefined;
  samples: Sample[];
  /** A run of an earlier visit that can be opened. */
  saved: SavedRunInfo | null;
  /** When the last automatic copy was made, in milliseconds since 1970. */
  savedAt: number | undefined;
}

export const useRun = create<RunState>(() => ({
  device: undefined,
  status: 'idle',
  phase: undefined,
  model: undefined,
  latest: undefined,
  evaluation: undefined,
  baselines: undefined,
  tokensPerByte: undefined,
  samples: [],
  saved: null,
  savedAt: undefined,
}));

export const isActive = (status: RunStatus): boolean =>
  status === 'preparing' || status === 'running' || status === 'paused';

/** Seconds until the run is done, at the present rate. */
export function secondsLeft({ latest, model }: Pick<RunState, 'latest' | 'model'>): number | undefined {
  if (!latest || !model || latest.tokensPerSecond <= 0) return undefined;
  const { train, model: config } = model;
  const tokensPerStep = train.batchSize * train.gradAccumSteps * config.blockSize;
  return ((train.maxSteps - latest.step) * tokensPerStep) / latest.tokensPerSecond;
}

export function bitsPerByte(nats: number, tokensPerByte: number): number {
  return (nats * tokensPerByte) / Math.LN2;
}
