/**
 * The trainer: THE LOOP, in the order in which things happen. Predict the next token, measure how wrong that was, move
 * every parameter a little against its gradient, and again.
 *
 * A step itself is the engine's: forward and backward pass and update, op by op (eagerEngine.ts) or as one prepared list of
 * GPU commands (planEngine.ts). What is not here either: the model (model/gpt.ts), the update rule (ops/adamW.ts), the
 * schedule (schedule.ts), and anything about workers or files: the caller hands in hooks (workers/model.worker.ts).
 */
import { ConfigError } from '../lib/errors.ts';
import type { ModelConfig } from '../model/config.ts';
import type { TrainConfig } from './config.ts';
import type { Engine, StepOutcome } from './engine.ts';
import { learningRateAt } from './schedule.ts';

/** A model in training: everything that a step changes, and what it is trained with. */
export interface Run {
  model: ModelConfig;
  train: TrainConfig;
  /** Holds parameters and moments; prepared for the data of this run. */
  engine: Engine;
  /** Updates done. */
  step: number;
  /** Tokens seen. */
  tokens: number;
  /** Milliseconds of training, pauses left out. */
  timeMs: number;
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
  /**
   * Awaited before each step: yields to the event loop, waits while paused. False ends the loop. `settle` waits until every
   * step so far is done and was told of.
   */
  turn(settle: () => Promise<void>): Promise<boolean>;
  /** Awaited between the batches of an evaluation: gives way; throws CancelledError when the run was stopped. */
  breathe(): Promise<void>;
  onStep(result: StepResult): void;
  onEvaluation(step: number, validationLoss: number, heldoutLoss: number): void;
  /** Awaited every sampleInterval steps. */
  sample(step: number): Promise<void>;
}

/** Trains until `train.maxSteps` updates are done, or a hook says stop. */
export async function trainLoop(run: Run, hooks: TrainHooks): Promise<'finished' | 'stopped'> {
  const { engine, model, train } = run;
  const tokensPerStep = train.gradAccumSteps * train.batchSize * model.blockSize;
  const underWay: Promise<void>[] = [];
  const settle = async (leave = 0) => {
    while (underWay.length > leave) await underWay.shift();
  };

  let doneAt = 0;
  const report = (step: number, learningRate: number, startedAt: number, { loss, gradNorm }: StepOutcome) => {
    // steps overlap: each is charged from where the one before it ended
    const now = performance.now();
    run.timeMs += now - Math.max(startedAt, doneAt);
    doneAt = now;
    run.tokens += tokensPerStep;
    if (!Number.isFinite(loss)) throw diverged(step, train, learningRate);
    hooks.onStep({ step, loss, learningRate, gradNorm, tokens: run.tokens, timeMs: run.timeMs });
  };

  while (run.step < train.maxSteps) {
    if (!(await hooks.turn(settle))) {
      await settle();
      return 'stopped';
    }
    const learningRate = learningRateAt(run.step, train);
    const startedAt = performance.now();
    const outcome = engine.step(run.step, learningRate);
    const step = ++run.step;
    const told = outcome.then((numbers) => report(step, learningRate, startedAt, numbers));
    told.catch(() => undefined); // whoever settles hears of it
    underWay.push(told);
    await settle(engine.stepsInFlight - 1); // the oldest: the device is never left without work

    const evaluates = step % train.evalInterval === 0 || step === train.maxSteps;
    const samples = train.sampleInterval > 0 && step % train.sampleInterval === 0;
    if (evaluates || samples) await settle();
    if (evaluates)
      hooks.onEvaluation(
        step,
        await engine.evaluate('validation', hooks.breathe),
        await engine.evaluate('heldout', hooks.breathe),
      );
    if (samples) await hooks.sample(step);
  }
  return 'finished';
}

const diverged = (step: number, train: TrainConfig, learningRate: number) =>
  new ConfigError(
    `The loss stopped being a number at step ${step}: training has diverged. ` +
      `Copies saved before are safe. Lower the learning rate (now ${learningRate.toPrecision(2)})` +
      `${train.gradClip > 0 ? '' : ', clip the gradient'} or warm up for longer, and train again.`,
  );
