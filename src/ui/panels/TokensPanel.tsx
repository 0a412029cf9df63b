/** Stage 2: text becomes numbers. The tokenizer's settings, a text coloured by token, the vocabulary. */
import { type KeyboardEvent, useEffect, useState } from 'react';
import { trainTokenizer } from '../../state/dataActions.ts';
import { report } from '../../state/noticesStore.ts';
import { updateSettings, useSettings } from '../../state/settingsStore.ts';
import { isCurrent, useTokenizer } from '../../state/tokenizerStore.ts';
import { textApi } from '../../state/workers.ts';
import type { TokenizerConfig } from '../../tokenizer/tokenizer.ts';
import type { TokenSpan } from '../../workers/api.ts';
import { NumberField, SelectField } from '../controls/fields.tsx';
import { PhaseProgress } from '../controls/Progress.tsx';
import styles from './TokensPanel.module.css';
import { Vocabulary } from './Vocabulary.tsx';

export function TokensPanel() {
  const settings = useSettings();
  const tokenizer = useTokenizer();
  const { summary } = tokenizer;
  const current = isCurrent(tokenizer, settings.dataset, settings.tokenizer);
  const config = settings.tokenizer;
  const change = (part: Partial<TokenizerConfig>) => updateSettings({ tokenizer: { ...config, ...part } });
  return (
    <div className="stack">
      <div>
        <h2>Tokens</h2>
        <p className="soft">
          A model reads numbers. A tokenizer cuts text into pieces that occur often, and numbers them.
        </p>
      </div>
      <div className={styles.columns}>
        <section className="card stack" aria-label="Tokenizer">
          <SelectField
            label="Kind"
            value={config.kind}
            options={[
              ['bpe', 'Byte-level BPE: learns frequent pieces'],
              ['byte', 'Bytes: 256 numbers, nothing learned'],
              ['char', 'Characters of the text'],
            ]}
            onChange={(kind) => change({ kind, closed: undefined })}
          />
          {config.kind === 'bpe' && (
            <>
              <NumberField
                label="Vocabulary"
                help="Tokens in all: 257 to 8192. More tokens, shorter texts, larger embedding."
                value={config.vocabSize}
                min={257}
                max={8192}
                step={1}
                error={
                  config.vocabSize >= 257 && config.vocabSize <= 8192
                    ? undefined
                    : 'Choose from 257 to 8192 tokens.'
                }
                onChange={(vocabSize) => change({ vocabSize })}
              />
              <SelectField
                label="Words are cut as in"
                value={config.preTokenizer}
                options={[
                  ['qwen2', 'Qwen 2: good for code'],
                  ['gpt-2', 'GPT-2: good for prose'],
                ]}
                onChange={(preTokenizer) => change({ preTokenizer })}
              />
            </>
          )}
          <button type="button" className={current ? '' : 'primary'} onClick={() => void trainTokenizer()}>
            {current ? 'Learned' : 'Learn from the chosen text'}
          </button>
          <PhaseProgress />
          {summary && (
            <p className="numeric" role="status">
              {summary.vocabSize} tokens
              {Number.isNaN(summary.bytesPerToken)
                ? ''
                : `, ${summary.bytesPerToken.toFixed(2)} bytes each on average`}
              {summary.trainedMs > 0 && `, learned in ${(summary.trainedMs / 1000).toFixed(2)} s`}.
            </p>
          )}
        </section>
        <section className="card stack" aria-label="Text as tokens">
          {summary ? (
            <Inspector version={summary.tokenizerJson} />
          ) : (
            <p className="soft">Once the tokenizer has learned, your text appears here in its tokens.</p>
          )}
        </section>
      </div>
      {summary && <Vocabulary version={summary.tokenizerJson} />}
    </div>
  );
}

const EXAMPLE = `/**
 * Returns the largest number in a list.
 */
function largest(numbers) {
  let best = numbers[0];
  for (const n of numbers) {
    if (n > best) best = n;
  }
  return best;
}
`;

/** `version` changes with the tokenizer. */
function Inspector({ version }: { version: string }) {
  const [text, setText] = useState(EXAMPLE);
  const [spans, setSpans] = useState<TokenSpan[]>([]);
  const [at, setAt] = useState(-1);
  useEffect(() => {
    let current = true;
    textApi.tokenize(text).then((result) => current && setSpans(result), report);
    return () => {
      current = false;
    };
  }, [text, version]);
  const bytes = new TextEncoder().encode(text).length;
  const shown = spans[at];
  const walk = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    setAt(Math.min(spans.length - 1, Math.max(0, at + step)));
  };
  return (
    <>
      <label>
        <span className="hidden">Text to cut into tokens</span>
        <textarea
          className={styles.input}
          value={text}
          spellCheck={false}
          maxLength={20_000}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <p className={styles.readout} aria-live="polite">
        {shown ? (
          <>
            <code>{shown.label}</code> is token {shown.id}
          </>
        ) : (
          `${spans.length} tokens for ${bytes} bytes: ${spans.length > 0 ? (bytes / spans.length).toFixed(2) : '–'} bytes each. Point at one, or walk with the arrow keys.`
        )}
      </p>
      <div
        className={styles.tokens}
        tabIndex={0}
        role="region"
        aria-label="Tokens"
        onKeyDown={walk}
        onMouseOver={(event) => setAt(Number((event.target as HTMLElement).dataset.at ?? -1))}
        onMouseLeave={() => setAt(-1)}
        onFocus={() => setAt(0)}
        onBlur={() => setAt(-1)}
      >
        {spans.map(({ id, label }, i) => (
          <span
            key={i}
            data-at={i}
            data-token={id}
            className={styles.token}
            data-shown={i === at || undefined}
            title={`${label} · ${id}`}
          >
            {label}
            {label.includes('↵') ? '\n' : ''}
          </span>
        ))}
      </div>
    </>
  );
}
