/** Stage 4: the run as it happens. Curve, figures, samples, settings. */
import { RotateCcw, StepForward } from 'lucide-react';
import { isActive, useRun } from '../../state/runStore.ts';
import { modelConfigOf, trainConfigOf } from '../../state/settings.ts';
import { useSettings } from '../../state/settingsStore.ts';
import { currentDataset } from '../../state/dataActions.ts';
import { restart, step } from '../../state/trainActions.ts';
import { LossChart } from '../chart/LossChart.tsx';
import { PhaseProgress } from '../controls/Progress.tsx';
import { PlanFigures } from './train/PlanFigures.tsx';
import { RunFigures } from './train/RunFigures.tsx';
import { Samples } from './train/Samples.tsx';
import { TrainSettings } from './train/TrainSettings.tsx';
import styles from './TrainPanel.module.css';

export function TrainPanel() {
  const status = useRun((run) => run.status);
  const stepping = status === 'paused' || status === 'running';
  return (
    <div className={styles.panel}>
      <div className={styles.top}>
        <div>
          <h2>Train</h2>
          <Plan />
        </div>
        <div className="row">
          <button type="button" disabled={!stepping} onClick={() => void step()}>
            <StepForward /> One step
          </button>
          <button
            type="button"
            disabled={status === 'idle' || status === 'preparing'}
            onClick={() => void restart()}
          >
            <RotateCcw /> Restart
          </button>
        </div>
      </div>
      <PhaseProgress />
      <RunFigures />
      <div className={styles.columns}>
        <section className="card" aria-label="Curve">
          <LossChart />
        </section>
        <section className="card stack" aria-label="Samples while learning">
          <Samples />
        </section>
      </div>
      <details className="card">
        <summary className={styles.summary}>Training settings</summary>
        <TrainSettings />
      </details>
      <PlanFigures />
    </div>
  );
}

/** What a press of Train will do, or what is being done. */
function Plan() {
  const settings = useSettings();
  const active = useRun((run) => isActive(run.status));
  const model = useRun((run) => run.model);
  const dataset = currentDataset();
  const train = active && model ? model.train : trainConfigOf(settings);
  const config = active && model ? model.model : modelConfigOf(settings, settings.tokenizer.vocabSize);
  const title = active && model ? model.dataCard.title : (dataset?.title ?? settings.dataset);
  return (
    <p className="soft numeric">
      {active && model ? model.modelPreset : settings.preset} learns to predict the next token of{' '}
      <b>{title}</b>: {train.maxSteps.toLocaleString('en')} steps of {train.batchSize * train.gradAccumSteps}{' '}
      × {config.blockSize} tokens.
    </p>
  );
}
