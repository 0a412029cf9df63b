/**
 * The live plot of a run. It is painted on animation frames, at most ten times a second, from lossHistory; React renders it
 * only when an option changes. The same numbers are there as a table, as CSV and as a picture.
 */
import { Download, Image } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { saveAs } from '../../state/fileActions.ts';
import { lossHistory } from '../../state/lossHistory.ts';
import { historyColumns } from './historyColumns.ts';
import { bitsPerByte, useRun } from '../../state/runStore.ts';
import { onThemeChange } from '../themeChoice.ts';
import styles from './LossChart.module.css';
import { LossTable } from './LossTable.tsx';
import { createPlots, type Lower, type Plots } from './plot.ts';
import { chartRows, type Rows, toCsv, type XAxis } from './series.ts';

const PAINT_INTERVAL_MS = 100;
const BUCKETS = 600; // at most two points for each: what a wide screen can show

const KEYS: { row: keyof Rows; label: string; color: string }[] = [
  { row: 'smooth', label: 'training', color: 'var(--accent)' },
  { row: 'validation', label: 'validation', color: 'var(--second)' },
  { row: 'heldout', label: 'held-out', color: 'var(--third)' },
];

export function LossChart() {
  const [axis, setAxis] = useState<XAxis>('step');
  const [logY, setLogY] = useState(false);
  const [smoothing, setSmoothing] = useState(0.9);
  const [lower, setLower] = useState<Lower>('learningRate');
  const [themeVersion, setThemeVersion] = useState(0);
  const baselines = useRun((run) => run.baselines);
  const hasSteps = useRun((run) => run.latest !== undefined || (run.model?.history.step.length ?? 0) > 0);
  const lossHost = useRef<HTMLDivElement>(null);
  const lowerHost = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLDivElement>(null);
  const plots = useRef<Plots | null>(null);
  const rows = useRef<Rows | null>(null);

  useEffect(() => onThemeChange(() => setThemeVersion((version) => version + 1)), []);

  useEffect(() => {
    const host = lossHost.current!;
    /** Writes the values under the cursor, or the newest ones, without rendering. */
    const show = (index: number | null) => {
      const data = rows.current;
      if (!data || !readout.current) return;
      const at = index ?? data.x.length - 1;
      const nearest = (column: (number | null)[]) => {
        for (let i = Math.min(at, column.length - 1); i >= 0; i--) if (column[i] !== null) return column[i]!;
        return null;
      };
      const { tokensPerByte } = useRun.getState();
      const set = (name: string, text: string) => {
        const element = readout.current!.querySelector(`[data-value=${name}]`);
        if (element) element.textContent = text;
      };
      set('x', data.x[at] === undefined ? '–' : (+data.x[at].toFixed(1)).toLocaleString('en'));
      for (const { row } of KEYS) set(row, nearest(data[row] as (number | null)[])?.toFixed(3) ?? '–');
      const validation = nearest(data.validation);
      set(
        'bits',
        validation === null || !tokensPerByte ? '–' : bitsPerByte(validation, tokensPerByte).toFixed(3),
      );
    };
    const made = createPlots(host, lowerHost.current!, {
      width: host.clientWidth,
      logY,
      axis,
      lower,
      onCursor: show,
    });
    plots.current = made;

    let painted = -1;
    let paintedAt = 0;
    let frame = 0;
    const paint = (now: number) => {
      frame = requestAnimationFrame(paint);
      if (lossHistory.version === painted || now - paintedAt < PAINT_INTERVAL_MS) return;
      painted = lossHistory.version;
      paintedAt = now;
      rows.current = chartRows(historyColumns(), axis, smoothing, BUCKETS);
      made.setRows(rows.current, [baselines?.unigram, baselines?.bigram], lower);
      show(made.loss.cursor.idx ?? null);
    };
    frame = requestAnimationFrame(paint);
    const observer = new ResizeObserver(() => made.setWidth(host.clientWidth));
    observer.observe(host);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      made.destroy();
    };
  }, [axis, logY, smoothing, lower, baselines, themeVersion]);

  const moveCursor = (event: KeyboardEvent) => {
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const plot = plots.current?.loss;
    const count = rows.current?.x.length ?? 0;
    if (!direction || !plot || count === 0) return;
    event.preventDefault();
    const jump = event.shiftKey ? Math.ceil(count / 20) : 1;
    const index = Math.min(count - 1, Math.max(0, (plot.cursor.idx ?? count) + direction * jump));
    plot.setCursor({ left: plot.valToPos(rows.current!.x[index]!, 'x'), top: 10 });
  };
  const savePicture = () => plots.current?.loss.ctx.canvas.toBlob((blob) => blob && saveAs(blob, 'loss.png'));

  return (
    <div className={styles.chart}>
      <div className={styles.tools}>
        <label>
          Against
          <select value={axis} onChange={(event) => setAxis(event.target.value as XAxis)}>
            <option value="step">steps</option>
            <option value="tokens">tokens</option>
            <option value="time">time</option>
          </select>
        </label>
        <label>
          <input type="checkbox" checked={logY} onChange={(event) => setLogY(event.target.checked)} />{' '}
          logarithmic
        </label>
        <label>
          Smoothing
          <input
            type="range"
            min="0"
            max="0.99"
            step="0.01"
            value={smoothing}
            onChange={(event) => setSmoothing(+event.target.value)}
          />
        </label>
        <label>
          Below
          <select value={lower} onChange={(event) => setLower(event.target.value as Lower)}>
            <option value="learningRate">learning rate</option>
            <option value="gradNorm">gradient norm</option>
          </select>
        </label>
        <span className="row" style={{ marginInlineStart: 'auto' }}>
          <button
            type="button"
            onClick={() => saveAs(new Blob([toCsv(historyColumns())], { type: 'text/csv' }), 'loss.csv')}
          >
            <Download /> CSV
          </button>
          <button type="button" onClick={savePicture}>
            <Image /> PNG
          </button>
        </span>
      </div>
      <div
        role="group"
        aria-label="Loss over training; arrow keys move the cursor"
        tabIndex={0}
        className={styles.plot}
        onKeyDown={moveCursor}
      >
        <div ref={lossHost} />
        {!hasSteps && <p className={styles.empty}>The curve begins with the first step.</p>}
      </div>
      <div ref={readout} className={styles.readout} aria-live="off">
        <span>
          {axis === 'time' ? 'second' : axis === 'tokens' ? 'token' : 'step'} <b data-value="x">–</b>
        </span>
        {KEYS.map(({ row, label, color }) => (
          <span key={row} className={styles.key} style={{ '--swatch': color } as React.CSSProperties}>
            {label} <b data-value={row}>–</b>
          </span>
        ))}
        <span>
          bits per byte <b data-value="bits">–</b>
        </span>
        {baselines && (
          <span className="soft">
            dashed: counting pairs {baselines.bigram.toFixed(2)}, dotted: counting tokens{' '}
            {baselines.unigram.toFixed(2)}
          </span>
        )}
      </div>
      <div ref={lowerHost} className={styles.lower} />
      <LossTable />
    </div>
  );
}
