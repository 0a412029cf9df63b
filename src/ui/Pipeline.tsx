/** The pipeline as navigation: seven stages from left to right, each with what it holds now. */
import type { KeyboardEvent } from 'react';
import { formatBytes, formatCount } from '../lib/units.ts';
import { modelCost } from '../model/config.ts';
import { findDataset, useData } from '../state/dataStore.ts';
import { usePlay } from '../state/playStore.ts';
import { useRun } from '../state/runStore.ts';
import { modelConfigOf, STAGES, type Stage } from '../state/settings.ts';
import { goTo, useSettings } from '../state/settingsStore.ts';
import { expectedVocabSize, isCurrent, useTokenizer } from '../state/tokenizerStore.ts';
import styles from './Pipeline.module.css';

const NAMES: Record<Stage, string> = {
  data: 'Data',
  tokens: 'Tokens',
  model: 'Model',
  train: 'Train',
  play: 'Play',
  inside: 'Inside',
  share: 'Share',
};

export function Pipeline() {
  const stage = useSettings((settings) => settings.stage);
  const states = useStageStates();
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = STAGES[(STAGES.indexOf(stage) + step + STAGES.length) % STAGES.length]!;
    goTo(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-stage=${next}]`)?.focus();
    event.preventDefault();
  };
  return (
    // the arrow keys are a convenience on top of seven ordinary buttons
    <nav aria-label="Stages" onKeyDown={onKeyDown}>
      <ol className={styles.list}>
        {STAGES.map((id, i) => (
          <li key={id}>
            <button
              type="button"
              data-stage={id}
              className={styles.stage}
              aria-current={id === stage ? 'step' : undefined}
              onClick={() => goTo(id)}
            >
              <span className={styles.name}>
                <b>{i + 1}</b>
                {NAMES[id]}
              </span>
              <span className={styles.state}>{states[id]}</span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function useStageStates(): Record<Stage, string> {
  const settings = useSettings();
  const data = useData();
  const tokenizer = useTokenizer();
  const latest = useRun((run) => run.latest);
  const status = useRun((run) => run.status);
  const model = useRun((run) => run.model);
  const busy = usePlay((play) => play.busy);

  const dataset = findDataset(data, settings.dataset);
  const vocabSize = expectedVocabSize(tokenizer, settings.dataset, settings.tokenizer);
  const { parameters } = modelCost(modelConfigOf(settings, vocabSize), 1);
  const step = latest?.step ?? model?.step ?? 0;
  const loss = latest ? ` · ${latest.loss.toFixed(2)}` : '';
  return {
    data: dataset ? `${dataset.title} · ${formatBytes(dataset.textBytes)}` : settings.dataset,
    tokens:
      tokenizer.summary && isCurrent(tokenizer, settings.dataset, settings.tokenizer)
        ? `${tokenizer.summary.vocabSize} · ${tokenizer.summary.bytesPerToken.toFixed(2)} B each`
        : `${settings.tokenizer.kind} ${settings.tokenizer.kind === 'bpe' ? settings.tokenizer.vocabSize : ''}`,
    model: `${settings.preset} · ${formatCount(parameters)}`,
    train:
      status === 'idle'
        ? 'ready'
        : status === 'preparing'
          ? 'preparing'
          : `${status === 'running' ? 'step' : status} ${step}${loss}`,
    play: busy ? 'writing…' : model ? 'complete a prompt' : 'needs a model',
    inside: `${formatCount(parameters)} numbers`,
    share: model ? `${formatBytes(4 * model.cost.parameters)} file` : 'import a file',
  };
}
