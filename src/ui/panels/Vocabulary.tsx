/** Every token of the vocabulary, searchable; only the rows in sight are in the page. */
import { useEffect, useState } from 'react';
import { report } from '../../state/noticesStore.ts';
import { textApi } from '../../state/workers.ts';
import type { VocabularyEntry } from '../../workers/api.ts';
import styles from './TokensPanel.module.css';

const ROW_PX = 26;
const VISIBLE_ROWS = 30; // more than the height shows

/** `version` changes with the tokenizer. */
export function Vocabulary({ version }: { version: string }) {
  const [entries, setEntries] = useState<VocabularyEntry[]>([]);
  const [query, setQuery] = useState('');
  const [top, setTop] = useState(0);
  useEffect(() => {
    let current = true;
    textApi.vocabulary().then((result) => current && setEntries(result), report);
    return () => {
      current = false;
    };
  }, [version]);
  const found =
    query === '' ? entries : entries.filter(({ id, label }) => label.includes(query) || String(id) === query);
  const first = Math.max(0, Math.min(Math.floor(top / ROW_PX) - 4, found.length - VISIBLE_ROWS));
  return (
    <section className="card stack" aria-label="Vocabulary">
      <div className="row" style={{ justifyContent: 'space-between' }}>
        <h3>Vocabulary</h3>
        <label className="row">
          <span className="soft">Find</span>
          <input
            type="search"
            value={query}
            placeholder="text or number"
            onChange={(event) => setQuery(event.target.value)}
          />
          <span className="soft numeric">
            {found.length} of {entries.length}
          </span>
        </label>
      </div>
      {/* a region that scrolls must be reachable by keyboard */}
      <div
        className={styles.list}
        tabIndex={0}
        role="region"
        aria-label="All tokens"
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      >
        <div style={{ height: found.length * ROW_PX }}>
          {found.slice(first, first + VISIBLE_ROWS).map(({ id, label, parents }, i) => (
            <div key={id} className={styles.entry} style={{ top: (first + i) * ROW_PX }}>
              <span>{id}</span>
              <code>{label}</code>
              <span className="soft">
                {parents ? `${entries[parents[0]]?.label ?? ''} + ${entries[parents[1]]?.label ?? ''}` : ''}
              </span>
            </div>
          ))}
        </div>
      </div>
    </section>
  );
}
