/**
 * The two workers as the page uses them: started once, their events turned into state. The only file that knows both sides:
 * actions call `textApi` and `modelApi`, panels read stores.
 */
import type { ModelEvent, ProgressEvent, TextEvent } from '../workers/api.ts';
import { startModelWorker, startTextWorker } from '../workers/client.ts';
import { lossHistory } from './lossHistory.ts';
import { notify, report } from './noticesStore.ts';
import { usePlay } from './playStore.ts';
import { useRun } from './runStore.ts';
import { useSettings } from './settingsStore.ts';
import { useTokenizer } from './tokenizerStore.ts';

const text = startTextWorker(onTextEvent);
const model = startModelWorker(onModelEvent);
export const textApi = text.api;
export const modelApi = model.api;

const MAX_SAMPLES = 100;

function onTextEvent(event: TextEvent): void {
  showPhase(event);
}

function showPhase(event: Omit<ProgressEvent, 'type'>): void {
  const now = performance.now();
  useRun.setState(({ phase }) => {
    const startedAt = phase?.task === event.task ? phase.startedAt : now;
    return { phase: { ...event, startedAt, elapsedMs: now - startedAt } };
  });
}

function onModelEvent(event: ModelEvent): void {
  switch (event.type) {
    case 'status':
      useRun.setState({ status: event.status });
      break;
    case 'metrics': {
      lossHistory.appendSteps(event);
      const last = event.step.length - 1;
      useRun.setState({
        latest: {
          step: event.step[last]!,
          loss: event.loss[last]!,
          learningRate: event.learningRate[last]!,
          gradNorm: event.gradNorm[last]!,
          tokens: event.tokens[last]!,
          timeMs: event.timeMs[last]!,
          tokensPerSecond: event.tokensPerSecond,
          memoryBytes: event.memoryBytes,
        },
      });
      break;
    }
    case 'compiling':
      showPhase({ task: 'Preparing the GPU', done: event.done, total: event.total, unit: 'programs' });
      break;
    case 'evaluation':
      lossHistory.appendEvaluation(event.step, event.validationLoss, event.heldoutLoss);
      useRun.setState({ evaluation: event });
      break;
    case 'sample':
      useRun.setState(({ samples }) => ({ samples: [event, ...samples].slice(0, MAX_SAMPLES) }));
      break;
    case 'generated': {
      const { requestId, generated } = usePlay.getState();
      if (event.requestId !== requestId || !generated) break;
      usePlay.setState(({ text: before }) => ({
        text: before.slice(0, generated.to) + event.text + before.slice(generated.to),
        generated: { from: generated.from, to: generated.to + event.text.length },
      }));
      break;
    }
    case 'saved':
      useRun.setState({ savedAt: event.savedAt });
      break;
    case 'error':
      notify('error', event.message);
      break;
    default:
      event satisfies never;
  }
}

const tellVisibility = () => void modelApi.setVisible(document.visibilityState === 'visible').catch(report);

/** Starts the device at page load, so that Train finds it ready. */
export async function startDevice(): Promise<void> {
  try {
    const device = await modelApi.init(useSettings.getState().backend);
    useRun.setState({ device, saved: await modelApi.savedRun() });
    document.addEventListener('visibilitychange', tellVisibility);
  } catch (error) {
    report(error);
  }
}

text.onCrash((message) => {
  useTokenizer.setState({ summary: undefined, madeFrom: undefined });
  useRun.setState(({ status }) => ({ phase: undefined, status: status === 'preparing' ? 'idle' : status }));
  notify('error', message, { label: 'Restart', run: () => text.restart() });
});

model.onCrash((message) => {
  useRun.setState({ status: 'idle', phase: undefined, model: undefined, device: undefined });
  usePlay.setState({ busy: false });
  notify('error', message, {
    label: 'Restart',
    run: () => {
      model.restart();
      void startDevice();
    },
  });
});
