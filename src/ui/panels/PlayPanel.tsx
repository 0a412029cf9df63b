/** Stage 5: a prompt in an editor, completed by the model that is there, also while it trains. */
import { Eraser, Play, Square } from 'lucide-react';
import { generate, removeGenerated, stopGenerating } from '../../state/playActions.ts';
import { usePlay } from '../../state/playStore.ts';
import { useRun } from '../../state/runStore.ts';
import type { PlaySettings } from '../../state/settings.ts';
import { goTo, updateSettings, useSettings } from '../../state/settingsStore.ts';
import { NumberField } from '../controls/fields.tsx';
import { PromptEditor } from '../editor/PromptEditor.tsx';
import styles from './PlayPanel.module.css';

const FINISH = {
  length: 'the length was reached',
  endOfText: 'the model ended its text',
  stopped: 'it was stopped',
};

export function PlayPanel() {
  const hasModel = useRun((run) => run.model !== undefined);
  const busy = usePlay((play) => play.busy);
  const hasGenerated = usePlay(
    (play) => play.generated !== undefined && play.generated.to > play.generated.from,
  );
  return (
    <div className={styles.panel}>
      <div className="stack" style={{ gap: '0.75rem' }}>
        <div className={styles.head}>
          <div>
            <h2>Play</h2>
            <p className="soft">
              Type the beginning of some code. Ctrl+Enter lets the model go on; Esc stops it.
            </p>
          </div>
          <div className="row">
            <button type="button" disabled={busy || !hasGenerated} onClick={removeGenerated}>
              <Eraser /> Take back
            </button>
            {busy ? (
              <button
                type="button"
                className="primary"
                style={{ minWidth: '7rem' }}
                onClick={() => void stopGenerating()}
              >
                <Square /> Stop
              </button>
            ) : (
              <button
                type="button"
                className="primary"
                style={{ minWidth: '7rem' }}
                disabled={!hasModel}
                onClick={() => void generate()}
              >
                <Play /> Generate
              </button>
            )}
          </div>
        </div>
        <PromptEditor onGenerate={() => void generate()} onStop={() => void stopGenerating()} />
        <Result />
      </div>
      <Sampling />
    </div>
  );
}

function Result() {
  const { result, busy, stepOfWeights } = usePlay();
  const hasModel = useRun((run) => run.model !== undefined);
  if (!hasModel)
    return (
      <div className={styles.result} role="status">
        <p>
          There is no model yet.{' '}
          <button type="button" onClick={() => goTo('train')}>
            Train one
          </button>{' '}
          or{' '}
          <button type="button" onClick={() => goTo('share')}>
            import a file
          </button>
        </p>
      </div>
    );
  return (
    <div className={`${styles.result} soft`} role="status" aria-label="Result">
      {busy && <p>Writing, with the weights of step {stepOfWeights?.toLocaleString('en')}…</p>}
      {result && (
        <p>
          {result.tokenIds.length} tokens in {result.msPerToken.toFixed(1)} ms each, with the weights of step{' '}
          {stepOfWeights?.toLocaleString('en')}; {FINISH[result.finish]}.
          {result.droppedPromptTokens > 0 &&
            ` The first ${result.droppedPromptTokens} of ${result.promptTokens} prompt tokens did not fit into the context and were left out.`}
        </p>
      )}
    </div>
  );
}

const FIELDS: [keyof PlaySettings, label: string, help: string, min: number, max: number, step: number][] = [
  ['temperature', 'Temperature', '0: always the likeliest token. Higher: bolder.', 0, 5, 0.1],
  ['topK', 'Top k', 'Choose among so many tokens only; 0 = all.', 0, 100_000, 1],
  ['topP', 'Top p', 'Choose among the likeliest that reach this probability.', 0.01, 1, 0.01],
  ['length', 'Length', 'Tokens to write at most.', 1, 10_000, 1],
  ['sampleSeed', 'Seed', 'The same seed draws the same text.', 0, 2 ** 31, 1],
];

function Sampling() {
  const play = useSettings((settings) => settings.play);
  const change = (key: keyof PlaySettings, value: number, min: number, max: number) => {
    if (!Number.isNaN(value))
      updateSettings({ play: { ...play, [key]: Math.min(max, Math.max(min, value)) } });
  };
  return (
    <section className={`card ${styles.controls}`} aria-label="Sampling">
      <h3>How the next token is chosen</h3>
      {FIELDS.map(([key, label, help, min, max, step]) => (
        <NumberField
          key={key}
          label={label}
          help={help}
          value={play[key]}
          min={min}
          max={max}
          step={step}
          onChange={(value) => change(key, value, min, max)}
        />
      ))}
    </section>
  );
}
