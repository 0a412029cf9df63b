/** A model on whatever computes here: plans on WebGPU, else tfjs op by op. The rest of the worker does not ask which. */
import * as tf from '@tensorflow/tfjs-core';
import { generateTokens, type GenerateOptions } from '../../generate/generate.ts';
import { PlanGenerator } from '../../generate/planGenerate.ts';
import type { ModelConfig } from '../../model/config.ts';
import { snapshot } from '../../model/gpt.ts';
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
  // one generator for each text that is being written: a sample of training, a completion
  const idle: PlanGenerator[] = [];
  const all: PlanGenerator[] = [];
  return {
    engine,
    async *tokens(prompt, options) {
      let generator = idle.pop();
      if (!generator) {
        const { device, target } = engine.gpu;
        // small programs: a row or a few at a time leave large tiles nothing to do
        generator = await PlanGenerator.create(device, engine.arenas, model, { ...target, effort: 'quick' });
        all.push(generator);
      }
      try {
        yield* generator.tokens(prompt, options);
      } finally {
        idle.push(generator);
      }
    },
    dispose() {
      for (const generator of all) generator.dispose();
      engine.dispose();
    },
  };
}
