/** The numbers of the run: each in a place of its own, so that nothing moves while they change. */
import type { ReactNode } from 'react';
import { formatBytes, formatCount, formatDuration } from '../../../lib/units.ts';
import { findDataset, useData } from '../../../state/dataStore.ts';
import { bitsPerByte, secondsLeft, useRun } from '../../../state/runStore.ts';
import { trainConfigOf } from '../../../state/settings.ts';
import { useSettings } from '../../../state/settingsStore.ts';
import styles from '../TrainPanel.module.css';

export function RunFigures() {
  const { latest, evaluation, model, status, tokensPerByte, baselines, savedAt } = useRun();
  const settings = useSettings();
  const brotli = useData((data) => {
    const id = model?.dataCard.datasetId ?? settings.dataset;
    return findDataset(data, id) && data.bundled?.find((set) => set.id === id)?.brotliBitsPerByte.validation;
  });
  const maxSteps = model?.train.maxSteps ?? trainConfigOf(settings).maxSteps;
  const left = status === 'running' ? secondsLeft({ latest, model }) : undefined;
  const done = latest?.step ?? model?.step ?? 0;
  const bits =
    evaluation && tokensPerByte ? bitsPerByte(evaluation.validationLoss, tokensPerByte) : undefined;
  return (
    <dl className={styles.figures} aria-label="Figures of the run">
      <Figure name="Step" more={`of ${maxSteps.toLocaleString('en')}`}>
        {done.toLocaleString('en')}
      </Figure>
      <Figure name="Time left" more={latest ? `${formatDuration(latest.timeMs / 1000)} so far` : ''}>
        {left === undefined ? '–' : formatDuration(left)}
      </Figure>
      <Figure name="Tokens per second" more={latest ? `${formatCount(latest.tokens)} seen` : ''}>
        {latest && latest.tokensPerSecond > 0 ? formatCount(Math.round(latest.tokensPerSecond)) : '–'}
      </Figure>
      <Figure name="Training loss" more="nats per token">
        {latest ? latest.loss.toFixed(3) : '–'}
      </Figure>
      <Figure name="Validation loss" more={baselines ? `counting pairs: ${baselines.bigram.toFixed(3)}` : ''}>
        {evaluation ? evaluation.validationLoss.toFixed(3) : '–'}
      </Figure>
      <Figure name="Bits per byte" more={brotli ? `brotli: ${brotli.toFixed(2)}` : 'of validation text'}>
        {bits === undefined ? '–' : bits.toFixed(3)}
      </Figure>
      <Figure
        name="Gradient norm"
        more={latest ? `learning rate ${latest.learningRate.toExponential(1)}` : ''}
      >
        {latest ? latest.gradNorm.toFixed(2) : '–'}
      </Figure>
      <Figure name="Memory" more={savedAt ? `saved ${new Date(savedAt).toLocaleTimeString()}` : ''}>
        {latest ? formatBytes(latest.memoryBytes) : '–'}
      </Figure>
    </dl>
  );
}

function Figure({ name, more, children }: { name: string; more: string; children: ReactNode }) {
  return (
    <div className={styles.figure}>
      <dt>{name}</dt>
      <dd>
        {children}
        <br />
        <small>{more || '\u00a0'}</small>
      </dd>
    </div>
  );
}
