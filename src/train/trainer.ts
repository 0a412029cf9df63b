/**
 * The trainer: THE LOOP, in the order in which things happen. Predict the next token, measure how wrong that was, move
 * every parameter a little against its gradient, and again.
 *
 * What is not here: the model (model/gpt.ts), the update rule (ops/adamW.ts), the schedule (schedule.ts), and anything about
 * workers or files: the caller hands in hooks (workers/model.worker.ts).
 */
import * as tf from '@tensorflow/tfjs-core';
import { ConfigError } from '../lib/errors.ts';
import { hash32 } from '../lib/rng.ts';
import type { ModelConfig } from '../model/config.ts';
import { forward, type Parameters } from '../model/gpt.ts';
import { crossEntropy } from '../ops/index.ts';
import { type Batch, type BatchShape, evaluationBatches, randomBatch, type TokenIds } from './batches.ts';
import type { TrainConfig } from './config.ts';
import { evaluate } from './evaluate.ts';
import { applyGradients, type OptimizerState } from './optimizer.ts';
import { learningRateAt } from './schedule.ts';

/** A model in training: everything that a step changes, and what it is trained with. */
export interface Run {
  model: ModelConfig;
  train: TrainConfig;
  params: Parameters;
  optimizer: OptimizerState;
  /** Updates done. */
  step: number;
  /** Tokens seen. */
  tokens: number;
  /** Milliseconds of training, pauses left out. */
  timeMs: number;
}

export interface RunData {
  train: TokenIds;
  validation: TokenIds;
  heldout?: TokenIds;
  /** Token between documents, where the vocabulary has one. */
  separator?: number;
}

export interface StepResult {
  step: number;
  loss: number;
  learningRate: number;
  gradNorm: number;
  tokens: number;
  timeMs: number;
}

export interface TrainHooks {
  /** Awaited before each step: yields to the event loop, waits while paused. False ends the loop. */
  turn(): Promise<boolean>;
  /** Awaited between the batches of an evaluation: gives way; throws CancelledError when the run was stopped. */
  breathe(): Promise<void>;
  onStep(result: StepResult): void;
  onEvaluation(step: number, validationLoss: number, heldoutLoss: number): void;
  /** Awaited every sampleInterval steps. */
  sample(step: number): Promise<void>;
}

/** Trains until `train.maxSteps` updates are done, or a hook says stop. */
export async function trainLoop(run: Run, data: RunData, hooks: TrainHooks): Promise<'finished' | 'stopped'> {
  const { model, train } = run;
  const shape: BatchShape = {
    B: train.batchSize,
    T: model.blockSize,
    separator: train.maskDocuments ? data.separator : undefined,
  };
  const validation = evaluationBatches(data.validation, shape, train.evalBatches);
  const heldout = data.heldout ? evaluationBatches(data.heldout, shape, train.evalBatches) : [];

  while (run.step < train.maxSteps) {
    if (!(await hooks.turn())) return 'stopped';
    const started = performance.now();
    const learningRate = learningRateAt(run.step, train);

    // gradients, averaged over the micro-batches
    const micro = train.gradAccumSteps;
    const losses: tf.Scalar[] = [];
    let gradients: Map<string, tf.Tensor> | undefined;
    for (let i = 0; i < micro; i++) {
      const index = run.step * micro + i;
      const batch = randomBatch(data.train, shape, train.seed, index);
      const result = lossAndGradients(run, batch, hash32(index, train.seed ^ 0xd50));
      losses.push(result.loss);
      gradients = gradients ? accumulate(gradients, result.gradients) : result.gradients;
    }
    const norm = tf.tidy(() => {
      const averaged = micro > 1 ? mapValues(gradients!, (g) => tf.div(g, micro)) : gradients!;
      return applyGradients(run.params, averaged, run.optimizer, train, learningRate, run.step + 1);
    });
    tf.dispose([...gradients!.values()]);

    // this waits for the device: the numbers of a step are known when the step is done
    const lossValues = await Promise.all(losses.map((loss) => loss.data()));
    const gradNorm = (await norm.data())[0]!;
    tf.dispose([...losses, norm]);

    run.step++;
    run.tokens += micro * shape.B * shape.T;
    run.timeMs += performance.now() - started;
    const loss = lossValues.reduce((sum, [value]) => sum + value!, 0) / micro;
    if (!Number.isFinite(loss)) throw diverged(run, learningRate);
    hooks.onStep({ step: run.step, loss, learningRate, gradNorm, tokens: run.tokens, timeMs: run.timeMs });

    if (run.step % train.evalInterval === 0 || run.step === train.maxSteps) {
      const validationLoss = await evaluate(run.params, model, validation, hooks.breathe);
      const heldoutLoss =
        heldout.length > 0 ? await evaluate(run.params, model, heldout, hooks.breathe) : NaN;
      hooks.onEvaluation(run.step, validationLoss, heldoutLoss);
    }
    if (train.sampleInterval > 0 && run.step % train.sampleInterval === 0) await hooks.sample(run.step);
  }
  return 'finished';
}

const diverged = ({ step, train }: Run, learningRate: number) =>
  new ConfigError(
    `The loss stopped being a number at step ${step}: training has diverged. ` +
      `Copies saved before are safe. Lower the learning rate (now ${learningRate.toPrecision(2)})` +
      `${train.gradClip > 0 ? '' : ', clip the gradient'} or warm up for longer, and train again.`,
  );

/** Forward and backward pass over one batch. The caller disposes of the results. */
export function lossAndGradients(
  { model, params }: Pick<Run, 'model' | 'params'>,
  batch: Batch,
  dropoutSeed: number,
): { loss: tf.Scalar; gradients: Map<string, tf.Tensor> } {
  const data = {
    inputs: tf.tensor1d(batch.inputs, 'int32'),
    targets: tf.tensor1d(batch.targets, 'int32'),
    documents: batch.documents && tf.tensor1d(batch.documents, 'int32'),
    seed: model.dropout > 0 ? tf.tensor1d([dropoutSeed | 0], 'int32') : undefined,
  };
  const { value, grads } = tf.variableGrads(() => {
    const logits = forward(params, model, data.inputs, {
      T: model.blockSize,
      documents: data.documents,
      dropoutSeed: data.seed,
    });
    return crossEntropy(logits, data.targets);
  }, [...params.values()]);
  for (const tensor of Object.values(data)) tensor?.dispose();
  // tfjs names gradients after its variables; we name them after our parameters
  return { loss: value, gradients: new Map([...params].map(([name, p]) => [name, grads[p.name]!])) };
}

function accumulate(sum: Map<string, tf.Tensor>, more: Map<string, tf.Tensor>): Map<string, tf.Tensor> {
  const total = mapValues(sum, (g, name) => tf.add(g, more.get(name)!));
  tf.dispose([...sum.values(), ...more.values()]);
  return total;
}

const mapValues = (map: Map<string, tf.Tensor>, f: (tensor: tf.Tensor, name: string) => tf.Tensor) =>
  new Map([...map].map(([name, tensor]) => [name, f(tensor, name)]));
