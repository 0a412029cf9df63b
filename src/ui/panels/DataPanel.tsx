/** Stage 1: what the model will be fed. Bundled sets, own texts, and a look into each. */
import { BookOpen, FileText, Scale, Trash2, Upload } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import type { DatasetManifest, DatasetSummary } from '../../data/types.ts';
import { formatBytes, formatCount } from '../../lib/units.ts';
import { addOwnText, addTinyShakespeare, removeOwnText } from '../../state/dataActions.ts';
import { useData } from '../../state/dataStore.ts';
import { acceptFiles } from '../../state/fileActions.ts';
import { updateSettings, useSettings } from '../../state/settingsStore.ts';
import { Documents } from './Documents.tsx';
import styles from './DataPanel.module.css';

export function DataPanel() {
  const { bundled, own } = useData();
  const chosen = useSettings((settings) => settings.dataset);
  return (
    <div className="stack">
      <div>
        <h2>Data</h2>
        <p className="soft">
          A model is what it was fed. Choose a set, or bring your own text; nothing you bring leaves this
          machine.
        </p>
      </div>
      {bundled === undefined && <p className="soft">Reading the list of data sets…</p>}
      <div className={styles.cards}>
        {bundled?.map((set) => (
          <BundledCard key={set.id} set={set} chosen={set.id === chosen} />
        ))}
        {own.map((set) => (
          <OwnCard key={set.id} set={set} chosen={set.id === chosen} />
        ))}
      </div>
      <AddText />
      <Documents key={chosen} id={chosen} />
    </div>
  );
}

function BundledCard({ set, chosen }: { set: DatasetManifest; chosen: boolean }) {
  const splits = Object.values(set.splits);
  const licenses = [...new Set(set.packages.map(({ license }) => license))];
  const brotli = set.brotliBitsPerByte.validation;
  return (
    <article className={`card ${styles.set}`} data-chosen={chosen}>
      <h3 className={styles.title}>
        {set.title} <Choose id={set.id} chosen={chosen} />
      </h3>
      <p>{set.description}</p>
      <dl className={styles.facts}>
        <dt>Documents</dt>
        <dd>{splits.reduce((sum, { documents }) => sum + documents, 0).toLocaleString('en')}</dd>
        <dt>Text</dt>
        <dd>
          {formatBytes(splits.reduce((sum, { textBytes }) => sum + textBytes, 0))}, of it{' '}
          {formatBytes(set.splits.validation?.textBytes ?? 0)} for validation
        </dd>
        {set.packages.length > 0 && (
          <>
            <dt>Packages</dt>
            <dd>
              {set.packages.length} · {licenses.join(', ')}
            </dd>
          </>
        )}
        <dt>Seen lines</dt>
        <dd>
          {(100 * set.validationLinesInTraining).toFixed(1)} % of validation lines also occur in training
        </dd>
        <dt>Yardstick</dt>
        <dd>brotli needs {brotli.toFixed(2)} bits per byte</dd>
      </dl>
      {set.packages.length > 0 && <Licences set={set} />}
    </article>
  );
}

function OwnCard({ set, chosen }: { set: DatasetSummary; chosen: boolean }) {
  return (
    <article className={`card ${styles.set}`} data-chosen={chosen}>
      <h3 className={styles.title}>
        {set.title} <Choose id={set.id} chosen={chosen} />
      </h3>
      <p>{set.description}</p>
      <dl className={styles.facts}>
        <dt>Documents</dt>
        <dd>{formatCount(set.documents)}</dd>
        <dt>Text</dt>
        <dd>
          {formatBytes(set.textBytes)}, of it {formatBytes(set.validationBytes)} for validation
        </dd>
      </dl>
      <div>
        <button type="button" className="quiet" onClick={() => void removeOwnText(set)}>
          <Trash2 /> Remove from this browser
        </button>
      </div>
    </article>
  );
}

function Choose({ id, chosen }: { id: string; chosen: boolean }) {
  return (
    <button
      type="button"
      className={chosen ? 'primary' : ''}
      aria-pressed={chosen}
      onClick={() => updateSettings({ dataset: id })}
    >
      {chosen ? 'Chosen' : 'Choose'}
    </button>
  );
}

function Licences({ set }: { set: DatasetManifest }) {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <div>
      <button type="button" className="quiet" onClick={() => dialog.current?.showModal()}>
        <Scale /> Packages and licences
      </button>
      <dialog ref={dialog} aria-label={`Packages of ${set.title}`}>
        <div className="stack">
          <div className="row" style={{ justifyContent: 'space-between' }}>
            <h2>Packages of {set.title}</h2>
            <button type="button" onClick={() => dialog.current?.close()}>
              Close
            </button>
          </div>
          {set.packages.map(({ name, version, license, licenseText, documents, textBytes, heldout }) => (
            <details key={name}>
              <summary className="numeric">
                <b>
                  {name} {version}
                </b>{' '}
                · {license} · {documents} documents, {formatBytes(textBytes)}
                {heldout ? ' · held out: never trained on' : ''}
              </summary>
              <pre className={styles.licence}>{licenseText}</pre>
            </details>
          ))}
        </div>
      </dialog>
    </div>
  );
}

function AddText() {
  const [text, setText] = useState('');
  const [shakespeare, setShakespeare] = useState(false);
  const files = useId();
  const area = useId();
  const add = async () => {
    const title = text.trim().split('\n')[0]!.slice(0, 40) || 'Pasted text';
    if (await addOwnText(title, [{ name: 'pasted.txt', content: text }])) setText('');
  };
  return (
    <section className={`card ${styles.add}`} aria-label="Your own text">
      <h3>Your own text</h3>
      <label htmlFor={area} className="soft">
        Paste code or prose, or drop files anywhere on this page.
      </label>
      <textarea id={area} value={text} spellCheck={false} onChange={(event) => setText(event.target.value)} />
      <div className="row">
        <button type="button" disabled={text === ''} onClick={() => void add()}>
          <FileText /> Use this text
        </button>
        <input
          id={files}
          className="hidden"
          type="file"
          multiple
          onChange={(event) => {
            void acceptFiles([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
        <label htmlFor={files} className="row" style={{ cursor: 'pointer', textDecoration: 'underline' }}>
          <Upload size={16} /> Choose files
        </label>
        <button
          type="button"
          disabled={shakespeare}
          onClick={() => {
            setShakespeare(true);
            void addTinyShakespeare().finally(() => setShakespeare(false));
          }}
        >
          <BookOpen /> {shakespeare ? 'Downloading…' : 'Download Tiny Shakespeare (1.1 MB)'}
        </button>
      </div>
    </section>
  );
}
