/** The hyperparameters, each with its fault beside it. Changes apply to the next run. */
import { isActive, useRun } from '../../../state/runStore.ts';
import { trainConfigOf } from '../../../state/settings.ts';
import { updateSettings, useSettings } from '../../../state/settingsStore.ts';
import { TRAIN_PRESETS, type TrainConfig, validateTrainConfig } from '../../../train/config.ts';
import { NumberField, SelectField, SwitchField } from '../../controls/fields.tsx';
import styles from '../TrainPanel.module.css';

const FIELDS: [keyof TrainConfig, label: string, help?: string][] = [
  ['maxSteps', 'Steps', 'Updates of all weights.'],
  ['batchSize', 'Batch size', 'Windows of text in each pass.'],
  ['gradAccumSteps', 'Passes per step', 'Their gradients are averaged: a larger batch in the same memory.'],
  ['learningRate', 'Learning rate', 'The highest one, after the warm-up.'],
  ['minLr', 'Lowest learning rate', 'Where the cosine ends.'],
  ['warmupSteps', 'Warm-up steps'],
  ['weightDecay', 'Weight decay', 'On matrices only.'],
  ['beta1', 'Beta 1'],
  ['beta2', 'Beta 2'],
  ['gradClip', 'Gradient clip', 'Largest norm of the gradient; 0 = none.'],
  ['evalInterval', 'Validate every', 'steps'],
  ['evalBatches', 'Validation batches'],
  ['sampleInterval', 'Sample every', 'steps; 0 = never'],
  ['seed', 'Seed', 'The same seed gives the same curve on the same device.'],
];

export function TrainSettings() {
  const settings = useSettings();
  const active = useRun((run) => isActive(run.status));
  const config = trainConfigOf(settings);
  const fault = faultOf(config);
  const change = (key: keyof TrainConfig, value: number | boolean | string) =>
    updateSettings({ train: { ...settings.train, [key]: value } });
  return (
    <>
      {active && <p className="soft">A run is active: changes apply to the next one.</p>}
      <div className={styles.settings}>
        {FIELDS.map(([key, label, help]) => (
          <NumberField
            key={key}
            label={label}
            help={help}
            value={config[key] as number}
            error={fault?.startsWith(`${key}:`) ? fault : undefined}
            onChange={(value) => change(key, value)}
          />
        ))}
        <SelectField
          label="Precision"
          help="f16: half the memory traffic, on a GPU that has it."
          value={config.precision}
          options={[
            ['f32', '32 bits'],
            ['f16', '16 bits between layers'],
          ]}
          onChange={(value) => change('precision', value)}
        />
        <SwitchField
          label="Attention stops at documents"
          value={config.maskDocuments}
          onChange={(value) => change('maskDocuments', value)}
        />
      </div>
      <p className="row" style={{ marginTop: '1rem' }}>
        <button type="button" onClick={() => updateSettings({ train: {} })}>
          Back to the preset
        </button>
        <span className="soft">
          {settings.preset}: {TRAIN_PRESETS[settings.preset].maxSteps.toLocaleString('en')} steps, learning
          rate {TRAIN_PRESETS[settings.preset].learningRate}
        </span>
      </p>
    </>
  );
}

function faultOf(config: TrainConfig): string | undefined {
  try {
    validateTrainConfig(config);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
