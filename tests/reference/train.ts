/**
 * A training run in float64: accumulation, clip, schedule and AdamW over the reference model. An oracle for loss curves,
 * not the product's trainer; it draws nothing at random, so batches and initial parameters are given.
 */
import type { ModelConfig } from '../../src/model/config.ts';
import { adamWStep, clipByGlobalNorm, createAdamWState, referenceLearningRate } from './adamW.ts';
import type { AdamWOptions, ReferenceGradients, ReferenceParameters, ScheduleOptions } from './adamW.ts';
import { referenceLossAndGradients } from './model.ts';

/** One forward pass: tokens, targets and optional documents, each [B T]. */
export interface ReferenceBatch {
  tokens: Int32Array;
  targets: Int32Array;
  docIds?: Int32Array | null;
}

/** The part of the product's TrainConfig that a step depends on; a TrainConfig can be passed as it is. */
export interface ReferenceTrainConfig extends AdamWOptions, ScheduleOptions {
  /** B; T is the length of a batch's tokens divided by B. */
  batchSize: number;
  gradAccumSteps: number;
  /** 0 = no clipping. */
  gradClip: number;
}

export interface ReferenceRun {
  /** Per step: loss before the update, averaged over its batches, in nats. */
  losses: number[];
  /** Per step: global norm of the averaged gradient before the clip. */
  gradNorms: number[];
  /** Per step. */
  learningRates: number[];
  /** After the last step. */
  params: ReferenceParameters;
}

/** Takes batches.length / gradAccumSteps steps, each over the next gradAccumSteps batches. The params given stay as they are. */
export function referenceTrain(
  config: ModelConfig,
  initialParams: ReferenceParameters,
  batches: readonly ReferenceBatch[],
  trainConfig: ReferenceTrainConfig,
): ReferenceRun {
  const { batchSize: B, gradAccumSteps, gradClip } = trainConfig;
  const params: ReferenceParameters = new Map(
    [...initialParams].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
  );
  const state = createAdamWState(params);
  const run: ReferenceRun = { losses: [], gradNorms: [], learningRates: [], params };
  for (let step = 0; (step + 1) * gradAccumSteps <= batches.length; step++) {
    const gradients: ReferenceGradients = new Map(
      [...params].map(([name, { data }]) => [name, new Float64Array(data.length)]),
    );
    let loss = 0;
    for (let micro = 0; micro < gradAccumSteps; micro++) {
      const { tokens, targets, docIds = null } = batches[step * gradAccumSteps + micro]!;
      const T = tokens.length / B;
      const result = referenceLossAndGradients(config, params, tokens, targets, B, T, { docIds });
      loss += result.loss / gradAccumSteps;
      for (const [name, sum] of gradients)
        result.gradients.get(name)!.forEach((g, i) => (sum[i]! += g / gradAccumSteps));
    }
    const gradNorm = clipByGlobalNorm(gradients, gradClip);
    const learningRate = referenceLearningRate(step, trainConfig);
    adamWStep(params, gradients, state, { ...trainConfig, learningRate });
    run.losses.push(loss);
    run.gradNorms.push(gradNorm);
    run.learningRates.push(learningRate);
  }
  return run;
}
