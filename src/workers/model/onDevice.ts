/** A model on whatever computes here: plans on WebGPU, else tfjs op by op. The rest of the worker does not ask which. */
import * as tf from '@tensorflow/tfjs-core';
import { generateTokens, type GenerateOptions } from '../../generate/generate.ts';
import type { ModelConfig } from '../../model/config.ts';
import { parametersFrom, snapshot } from '../../model/gpt.ts';
import { EagerEngine } from '../../train/eagerEngine.ts';
import type { Engine, ModelValues } from '../../train/engine.ts';
import { PlanEngine } from '../../train/planEngine.ts';
import { currentGpu } from './backends.ts';

export interface ModelOnDevice {
  engine: Engine;
  /** New tokens after a prompt, with the weights as they are when the first is asked for. */
  tokens(prompt: ArrayLike<number>, options: GenerateOptions): AsyncGenerator<number>;
  dispose(): void;
}

/** @throws {GpuError} */
export function placeModel(model: ModelConfig, values: ModelValues): ModelOnDevice {
  const gpu = currentGpu();
  return gpu
    ? onPlans(new PlanEngine(gpu, model, values), model)
    : eagerly(new EagerEngine(model, values), model);
}

function eagerly(engine: EagerEngine, model: ModelConfig): ModelOnDevice {
  return {
    engine,
    async *tokens(prompt, options) {
      const weights = snapshot(engine.params);
      try {
        yield* generateTokens(weights, model, prompt, options);
      } finally {
        tf.dispose([...weights.values()]);
      }
    },
    dispose: () => engine.dispose(),
  };
}

function onPlans(engine: PlanEngine, model: ModelConfig): ModelOnDevice {
  return {
    engine,
    async *tokens(prompt, options) {
      const values = await engine.parameters();
      const weights = parametersFrom(model, (name) => values.get(name)!);
      try {
        yield* generateTokens(weights, model, prompt, options);
      } finally {
        tf.dispose([...weights.values()]);
      }
    },
    dispose: () => engine.dispose(),
  };
}
