/** What computes, why, and everything a bug report needs. */
import { Check, Copy, Cpu } from 'lucide-react';
import { useState } from 'react';
import { formatBytes } from '../lib/units.ts';
import { useRun } from '../state/runStore.ts';
import styles from './DeviceChip.module.css';

export function DeviceChip() {
  const device = useRun((run) => run.device);
  return (
    <>
      <button type="button" className={`quiet ${styles.chip}`} popoverTarget="device" title="Device details">
        <Cpu /> <span className={styles.name}>{device ? device.backend : '…'}</span>
        <span className="hidden">device details</span>
      </button>
      <div id="device" popover="auto" className={styles.popover}>
        {device ? (
          <div className="stack">
            <h3>Computing with {device.backend}</h3>
            {device.reason && <p>{device.reason}</p>}
            <dl className={styles.facts}>
              <dt>Adapter</dt>
              <dd>{device.adapter || 'none'}</dd>
              <dt>Memory allowed</dt>
              <dd>{formatBytes(device.memoryLimitBytes)}</dd>
              {device.timings.map(({ backend, msPerStep }) => (
                <div key={backend} style={{ display: 'contents' }}>
                  <dt>{backend}, small step</dt>
                  <dd>{msPerStep.toFixed(0)} ms</dd>
                </div>
              ))}
            </dl>
            <CopyDiagnostics text={device.diagnostics} />
          </div>
        ) : (
          <p>Looking for a GPU…</p>
        )}
      </div>
    </>
  );
}

export function CopyDiagnostics({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <div className="stack" style={{ gap: '0.5rem' }}>
      <button type="button" onClick={copy}>
        {copied ? <Check /> : <Copy />}
        {copied ? 'Copied' : 'Copy diagnostics'}
      </button>
      <details className="small">
        <summary>What is copied</summary>
        <pre className={styles.diagnostics}>{text}</pre>
      </details>
    </div>
  );
}
