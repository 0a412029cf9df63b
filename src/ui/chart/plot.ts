/**
 * The two uPlot instances of the chart: loss above, learning rate or gradient norm below, with one cursor. Colours come from the
 * custom properties of the theme when a plot is made; a new theme makes new plots.
 */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Rows, XAxis } from './series.ts';

export type Lower = 'learningRate' | 'gradNorm';

export interface PlotOptions {
  width: number;
  logY: boolean;
  axis: XAxis;
  lower: Lower;
  onCursor(index: number | null): void;
}

export interface Plots {
  loss: uPlot;
  lower: uPlot;
  setRows(rows: Rows, references: readonly (number | undefined)[], lower: Lower): void;
  setWidth(width: number): void;
  destroy(): void;
}

const LOSS_HEIGHT = 330;
const LOWER_HEIGHT = 110;
const X_LABELS: Record<XAxis, string> = { step: 'step', tokens: 'tokens', time: 'seconds' };

export const compact = (value: number): string =>
  Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(value);

export function createPlots(lossHost: HTMLElement, lowerHost: HTMLElement, options: PlotOptions): Plots {
  const style = getComputedStyle(document.documentElement);
  const probe = lossHost.appendChild(document.createElement('span'));
  /** The colour that a custom property has now, as canvas understands it. */
  const color = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const font = `12px ${style.getPropertyValue('--sans') || 'sans-serif'}`;
  const axis = (more: uPlot.Axis): uPlot.Axis => ({
    stroke: color('ink-soft'),
    grid: { stroke: color('line'), width: 1 },
    ticks: { stroke: color('line'), width: 1 },
    font,
    labelFont: font,
    ...more,
  });
  const sync = { key: 'run' };
  const shared = {
    width: options.width,
    legend: { show: false },
    cursor: { sync: { key: sync.key }, points: { size: 7 }, drag: { x: true, y: false } },
  };
  const line = (stroke: string, more: uPlot.Series = {}): uPlot.Series => ({
    stroke,
    width: 2,
    spanGaps: true,
    points: { show: false },
    ...more,
  });
  const dots = { show: true, size: 5 };

  const loss = new uPlot(
    {
      ...shared,
      height: LOSS_HEIGHT,
      scales: { x: { time: false }, y: { distr: options.logY ? 3 : 1 } },
      axes: [
        axis({ values: (_u, splits) => splits.map(compact) }),
        axis({
          label: 'nats per token',
          size: 52,
          values: (_u, splits) => splits.map((v) => (v === null ? '' : String(+v.toFixed(2)))),
        }),
      ],
      series: [
        {},
        line(`color-mix(in srgb, ${color('accent')} 32%, transparent)`, { width: 1 }),
        line(color('accent')),
        line(color('second'), { points: { ...dots, fill: color('second') } }),
        line(color('third'), { points: { ...dots, fill: color('third') }, dash: [6, 3] }),
        line(color('line-strong'), { width: 1, dash: [2, 4] }),
        line(color('line-strong'), { width: 1, dash: [8, 4] }),
      ],
      hooks: { setCursor: [(u: uPlot) => options.onCursor(u.cursor.idx ?? null)] },
    },
    [[], [], [], [], [], [], []],
    lossHost,
  );
  const lower = new uPlot(
    {
      ...shared,
      height: LOWER_HEIGHT,
      scales: { x: { time: false } },
      axes: [
        axis({
          label: X_LABELS[options.axis],
          labelSize: 18,
          size: 30,
          values: (_u, splits) => splits.map(compact),
        }),
        axis({
          size: 52,
          space: 22,
          values: (_u, splits) =>
            splits.map((v) =>
              v === null ? '' : v < 0.01 && v > 0 ? v.toExponential(0) : String(+v.toFixed(2)),
            ),
        }),
      ],
      series: [{}, line(color('third'), { width: 1.5 })],
    },
    [[], []],
    lowerHost,
  );
  probe.remove();
  return {
    loss,
    lower,
    setRows(rows, references, which) {
      const flat = references.map((value) => rows.x.map(() => value ?? null));
      loss.setData([
        rows.x,
        rows.raw,
        rows.smooth,
        rows.validation,
        rows.heldout,
        ...flat,
      ] as uPlot.AlignedData);
      lower.setData([rows.x, rows[which]] as uPlot.AlignedData);
    },
    setWidth(width) {
      loss.setSize({ width, height: LOSS_HEIGHT });
      lower.setSize({ width, height: LOWER_HEIGHT });
    },
    destroy() {
      loss.destroy();
      lower.destroy();
    },
  };
}
