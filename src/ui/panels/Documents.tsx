/** A look into a data set: its documents, one at a time. */
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Document, SplitName } from '../../data/types.ts';
import { openDataset } from '../../state/dataActions.ts';
import { report } from '../../state/noticesStore.ts';
import { textApi } from '../../state/workers.ts';
import { PhaseProgress } from '../controls/Progress.tsx';
import styles from './DataPanel.module.css';

const MAX_CHARS = 6000;
const SPLITS: [SplitName, string][] = [
  ['train', 'training'],
  ['validation', 'validation'],
  ['heldout', 'held out'],
];

export function Documents({ id }: { id: string }) {
  const [split, setSplit] = useState<SplitName>('train');
  const [index, setIndex] = useState(0);
  const [page, setPage] = useState<{ document: Document | undefined; total: number }>();
  useEffect(() => {
    let current = true;
    (async () => {
      await openDataset(id);
      const { documents, total } = await textApi.documents(id, split, index, 1, MAX_CHARS);
      if (current) setPage({ document: documents[0], total });
    })().catch(report);
    return () => {
      current = false;
    };
  }, [id, split, index]);
  const document = page?.document;
  const total = page?.total ?? 0;
  return (
    <section className="card stack" aria-label="Documents">
      <div className="row" style={{ justifyContent: 'space-between' }}>
        <h3>What is in it</h3>
        <div className="row">
          <select
            aria-label="Part of the set"
            value={split}
            onChange={(event) => {
              setSplit(event.target.value as SplitName);
              setIndex(0);
            }}
          >
            {SPLITS.map(([name, label]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
          <button
            type="button"
            aria-label="Previous document"
            disabled={index === 0}
            onClick={() => setIndex(index - 1)}
          >
            <ChevronLeft />
          </button>
          <span className="numeric">
            {total === 0 ? 0 : index + 1} of {total.toLocaleString('en')}
          </span>
          <button
            type="button"
            aria-label="Next document"
            disabled={index + 1 >= total}
            onClick={() => setIndex(index + 1)}
          >
            <ChevronRight />
          </button>
        </div>
      </div>
      {page === undefined && <PhaseProgress />}
      {document ? (
        <>
          <p className="small soft">
            {document.package ? `${document.package} · ` : ''}
            {document.path} · licence {document.license}
            {document.text.length >= MAX_CHARS ? ' · the beginning' : ''}
          </p>
          {/* a region that scrolls must be reachable by keyboard */}
          <pre className={styles.document} tabIndex={0}>
            {document.text}
          </pre>
        </>
      ) : (
        page && <p className="soft">This part of the set has no documents.</p>
      )}
    </section>
  );
}
