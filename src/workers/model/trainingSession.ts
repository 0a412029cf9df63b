/**
 * A run of the loop (train/trainer.ts) inside the worker: its hooks tell the page what happens, give generation its share of
 * the device, and save a copy now and then.
 */
import { CancelledError } from '../../lib/errors.ts';
import { type StepResult, trainLoop } from '../../train/trainer.ts';
import type { ModelEvent, RunStatus } from '../api.ts';
import type { LoadedModel } from './loadedModel.ts';
import { RunControl, yieldTask } from './runControl.ts';

/** At most ten messages a second to the page. */
const METRICS_INTERVAL_MS = 100;
/** The rate shown is that of the last seconds: it follows a change of load, and does not flicker. */
const RATE_WINDOW_MS = 2000;
/** While a prompt is being completed, a training step is done only so often: typing feels immediate. */
const GENERATION_SHARE_MS = 150;
const AUTOSAVE_INTERVAL_MS = 30_000;
const SAMPLE_TOKENS = 96;

export interface SessionHost {
  send(event: ModelEvent): void;
  isGenerating(): boolean;
  /** Keeps a copy for the next visit. Never throws. */
  save(): Promise<void>;
}

export interface TrainingSession {
  control: RunControl;
  /** Resolves when the loop has ended, however it ended. */
  done: Promise<void>;
}

/** Starts the loop of a model whose engine is prepared. */
export function startSession(
  loaded: LoadedModel,
  samplePrompts: string[],
  host: SessionHost,
): TrainingSession {
  const { run, history, tokenizer } = loaded;
  const sendStatus = (status: RunStatus) => host.send({ type: 'status', status, step: run.step });
  const control = new RunControl((state) => {
    flush();
    sendStatus(state);
  });

  let reportedSteps = history.steps;
  let reportedAt = performance.now();
  let lastStepAt = 0;
  let savedAt = performance.now();

  function flush(): void {
    if (history.steps === reportedSteps) return;
    const { step, loss, learningRate, gradNorm, tokens, timeMs } = history.columns(reportedSteps);
    host.send({
      type: 'metrics',
      step,
      loss,
      learningRate,
      gradNorm,
      tokens,
      timeMs,
      tokensPerSecond: history.tokensPerSecond(RATE_WINDOW_MS),
      memoryBytes: run.engine.bytes,
    });
    reportedSteps = history.steps;
    reportedAt = performance.now();
  }

  async function sample(step: number): Promise<void> {
    for (const prompt of samplePrompts) {
      const ids: number[] = [];
      const options = { maxNewTokens: SAMPLE_TOKENS, temperature: 0.3, topK: 40, topP: 1, seed: step };
      const stopToken = tokenizer.endOfText;
      const promptIds = tokenizer.encode(prompt);
      for await (const id of loaded.tokens(promptIds, { ...options, stopToken })) {
        ids.push(id);
        await control.breathe();
      }
      host.send({ type: 'sample', step, prompt, text: tokenizer.decode(ids) });
    }
  }

  const hooks = {
    async turn(settle: () => Promise<void>): Promise<boolean> {
      while (
        host.isGenerating() &&
        control.state === 'running' &&
        performance.now() - lastStepAt < GENERATION_SHARE_MS
      )
        await yieldTask();
      // here, between two steps, weights, moments and step number belong together
      if (control.state === 'paused' || performance.now() - savedAt > AUTOSAVE_INTERVAL_MS) {
        await settle();
        flush();
        await host.save();
        savedAt = performance.now();
      }
      return control.turn();
    },
    breathe: () => control.breathe(),
    onStep(result: StepResult): void {
      lastStepAt = performance.now();
      history.addStep(result);
      if (lastStepAt - reportedAt >= METRICS_INTERVAL_MS || history.steps === 1) flush();
    },
    onEvaluation(step: number, validationLoss: number, heldoutLoss: number): void {
      history.addEvaluation(step, validationLoss, heldoutLoss);
      flush();
      host.send({ type: 'evaluation', step, validationLoss, heldoutLoss });
    },
    sample,
  };

  async function loop(): Promise<void> {
    sendStatus('running');
    try {
      const end = await trainLoop(run, hooks);
      flush();
      if (end === 'finished') sendStatus('finished');
      await host.save();
    } catch (error) {
      flush();
      if (error instanceof CancelledError) return host.save();
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      sendStatus('failed');
      host.send({ type: 'error', name, message });
    }
  }
  return { control, done: loop() };
}
