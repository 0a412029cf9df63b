/** Strips under the bar: why the device is not a GPU, and the run of an earlier visit. */
import { formatCount } from '../lib/units.ts';
import { useState } from 'react';
import { discardSavedRun, restoreRun } from '../state/fileActions.ts';
import { useRun } from '../state/runStore.ts';
import styles from './Banners.module.css';
import { CopyDiagnostics } from './DeviceChip.tsx';

export function Banners() {
  return (
    <div className={styles.banners}>
      <SavedRun />
      <Fallback />
    </div>
  );
}

function SavedRun() {
  const saved = useRun((run) => run.saved);
  const device = useRun((run) => run.device);
  if (!saved || !device) return null;
  const when = new Date(saved.savedAt).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <section className={styles.banner} aria-label="Saved model">
      <p>
        Your <b>{saved.modelPreset}</b> model from {when} is still here: step {formatCount(saved.step)} of{' '}
        {formatCount(saved.maxSteps)}
        {saved.validationLoss === null ? '' : `, validation loss ${saved.validationLoss.toFixed(2)}`}.
      </p>
      <div className="row">
        <button type="button" className="primary" onClick={() => void restoreRun()}>
          Open it
        </button>
        <button type="button" onClick={() => void discardSavedRun()}>
          Discard
        </button>
      </div>
    </section>
  );
}

function Fallback() {
  const device = useRun((run) => run.device);
  const [hidden, setHidden] = useState(false);
  if (!device?.reason || hidden) return null;
  return (
    <section className={`${styles.banner} ${styles.note}`} aria-label="Device">
      <p>{device.reason}</p>
      <div className="row">
        <details className={styles.details}>
          <summary>Details</summary>
          <CopyDiagnostics text={device.diagnostics} />
        </details>
        <button type="button" className="quiet" onClick={() => setHidden(true)}>
          Hide
        </button>
      </div>
    </section>
  );
}
