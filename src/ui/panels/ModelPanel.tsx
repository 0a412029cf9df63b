/** Stage 3: the shape of the model, what it costs, and whether it can work. */
import { formatBytes, formatCount } from '../../lib/units.ts';
import {
  MODEL_PRESET_LABELS,
  modelCost,
  type ModelPreset,
  requireFits,
  validateModelConfig,
  type ModelConfig,
} from '../../model/config.ts';
import { useRun } from '../../state/runStore.ts';
import { DEFAULT_SETTINGS, modelConfigOf, type ModelOverrides, trainConfigOf } from '../../state/settings.ts';
import { updateSettings, useSettings } from '../../state/settingsStore.ts';
import { expectedVocabSize, useTokenizer } from '../../state/tokenizerStore.ts';
import { NumberField, SelectField, SwitchField } from '../controls/fields.tsx';
import { ModelDiagram } from './ModelDiagram.tsx';
import styles from './ModelPanel.module.css';

const SIZES: [
  'nLayer' | 'nHead' | 'nKvHead' | 'nEmbd' | 'intermediateSize' | 'blockSize' | 'dropout',
  label: string,
  help: string,
][] = [
  ['nLayer', 'Layers', 'Blocks, one after the other.'],
  ['nHead', 'Heads', 'Ways of attending in each block.'],
  ['nKvHead', 'Key/value heads', 'Fewer than heads: grouped queries.'],
  ['nEmbd', 'Width', 'Numbers that describe a token.'],
  ['intermediateSize', 'MLP width', 'Hidden units of each MLP.'],
  ['blockSize', 'Context', 'Tokens that the model sees at once.'],
  ['dropout', 'Dropout', 'Share of activations zeroed in training.'],
];

export function ModelPanel() {
  const settings = useSettings();
  const vocabSize = useTokenizer((state) => expectedVocabSize(state, settings.dataset, settings.tokenizer));
  const limit = useRun((run) => run.device?.memoryLimitBytes);
  const config = modelConfigOf(settings, vocabSize);
  const { batchSize } = trainConfigOf(settings);
  const fault = faultOf(config, batchSize, limit);
  const change = (model: ModelOverrides) => updateSettings({ model: { ...settings.model, ...model } });
  return (
    <div className="stack">
      <h2>Model</h2>
      <div className={styles.columns}>
        <div className="card stack">
          <SelectField
            label="Preset"
            value={settings.preset}
            options={Object.entries(MODEL_PRESET_LABELS) as [ModelPreset, string][]}
            onChange={choosePreset}
          />
          <div className={styles.fields}>
            <SelectField
              label="Family"
              value={config.family}
              options={[
                ['llama', 'Llama: RMSNorm, rotary positions, SwiGLU'],
                ['gpt2', 'GPT-2: LayerNorm, learned positions, GELU'],
              ]}
              onChange={(family) => change({ family })}
            />
            {SIZES.map(([key, label, help]) => (
              <NumberField
                key={key}
                label={label}
                help={help}
                value={config[key]}
                disabled={key === 'nKvHead' && config.family === 'gpt2'}
                error={fault?.startsWith(`${key}`) ? fault : undefined}
                onChange={(value) => change({ [key]: value })}
              />
            ))}
            {config.family === 'gpt2' && (
              <>
                <SelectField
                  label="GELU"
                  value={config.gelu}
                  options={[
                    ['tanh', 'tanh form: GPT-2, llama.cpp'],
                    ['exact', 'exact (erf): nanoGPT'],
                  ]}
                  onChange={(gelu) => change({ gelu })}
                />
                <SwitchField label="Biases" value={config.bias} onChange={(bias) => change({ bias })} />
              </>
            )}
            <SwitchField
              label="Head shares the embedding's weights"
              value={config.tiedHead}
              onChange={(tiedHead) => change({ tiedHead })}
            />
          </div>
          <p className="row">
            <button type="button" onClick={() => updateSettings({ model: {} })}>
              Back to the preset
            </button>
          </p>
          {fault && (
            <p className={styles.fault} role="alert">
              {fault}
            </p>
          )}
          {!fault && <Costs config={config} batchSize={batchSize} />}
        </div>
        <section className="card" aria-label="Diagram">
          <ModelDiagram config={config} />
        </section>
      </div>
    </div>
  );
}

/** The nanoGPT presets are about single characters; coming back from them, the tokenizer comes back too. */
function choosePreset(preset: ModelPreset): void {
  const characters = preset.startsWith('nanogpt');
  updateSettings({
    preset,
    model: {},
    train: {},
    tokenizer: characters
      ? { kind: 'char', vocabSize: 65, preTokenizer: 'gpt-2', closed: true }
      : {
          ...DEFAULT_SETTINGS.tokenizer,
          vocabSize: { nano: 512, micro: 2048, small: 4096, medium: 8192 }[preset as 'nano'] ?? 512,
        },
  });
}

function Costs({ config, batchSize }: { config: ModelConfig; batchSize: number }) {
  const cost = modelCost(config, batchSize);
  const entries: [string, string][] = [
    ['Parameters', cost.parameters.toLocaleString('en')],
    ['FLOPs per token', formatCount(cost.flopsPerToken)],
    ['Weights and optimizer', formatBytes(cost.stateBytes)],
    ['Activations, about', formatBytes(cost.activationBytes)],
  ];
  return (
    <dl className={styles.costs} aria-label="Costs">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function faultOf(config: ModelConfig, batchSize: number, limit = Infinity): string | undefined {
  try {
    validateModelConfig(config);
    requireFits(config, batchSize, limit);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
