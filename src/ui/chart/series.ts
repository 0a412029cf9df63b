/**
 * From the columns of a run to what uPlot draws: one row for each x, thinned to what a screen can show, smoothed, and with the
 * evaluations between the steps. Pure arithmetic on typed arrays.
 */
export type XAxis = 'step' | 'tokens' | 'time';

export interface Columns {
  step: Float64Array;
  loss: Float64Array;
  learningRate: Float64Array;
  gradNorm: Float64Array;
  tokens: Float64Array;
  timeMs: Float64Array;
  evalStep: Float64Array;
  validationLoss: Float64Array;
  heldoutLoss: Float64Array;
}

export interface Rows {
  x: number[];
  raw: (number | null)[];
  smooth: (number | null)[];
  validation: (number | null)[];
  heldout: (number | null)[];
  learningRate: (number | null)[];
  gradNorm: (number | null)[];
}

/**
 * Exponential moving average that starts without a bias towards zero (the correction of Adam, Kingma & Ba 2015).
 * Weight 0 leaves the values as they are; 0.9 averages over about ten of them.
 */
export function smooth(values: ArrayLike<number>, weight: number): Float64Array {
  const result = new Float64Array(values.length);
  let average = 0;
  let correction = 1;
  for (let i = 0; i < values.length; i++) {
    average = weight * average + (1 - weight) * values[i]!;
    correction *= weight;
    result[i] = average / (1 - correction);
  }
  return result;
}

/**
 * Indices that keep the shape of a curve: of each of `buckets` equal parts the lowest and the highest point, in order, and
 * the last point of all.
 */
export function decimate(values: ArrayLike<number>, buckets: number): number[] {
  const n = values.length;
  if (n <= 2 * buckets) return Array.from({ length: n }, (_, i) => i);
  const kept: number[] = [];
  for (let b = 0; b < buckets; b++) {
    const from = Math.floor((b * n) / buckets);
    const to = Math.floor(((b + 1) * n) / buckets);
    let low = from;
    let high = from;
    for (let i = from; i < to; i++) {
      if (values[i]! < values[low]!) low = i;
      if (values[i]! > values[high]!) high = i;
    }
    kept.push(Math.min(low, high));
    if (low !== high) kept.push(Math.max(low, high));
  }
  if (kept.at(-1) !== n - 1) kept.push(n - 1);
  return kept;
}

/** Index of the last step that is not after `step`; -1 before the first. Steps are in order. */
function indexOfStep(steps: Float64Array, step: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]! <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Time is in seconds; the other axes count. */
export function chartRows(columns: Columns, axis: XAxis, smoothing: number, buckets: number): Rows {
  const { step, loss, evalStep } = columns;
  const smoothed = smooth(loss, smoothing);
  const xOf = (i: number) =>
    axis === 'step' ? step[i]! : axis === 'tokens' ? columns.tokens[i]! : columns.timeMs[i]! / 1000;
  const rows: Rows = {
    x: [],
    raw: [],
    smooth: [],
    validation: [],
    heldout: [],
    learningRate: [],
    gradNorm: [],
  };
  let nextEval = 0;
  const addEvaluations = (upTo: number) => {
    for (; nextEval < evalStep.length && evalStep[nextEval]! <= upTo; nextEval++) {
      const i = indexOfStep(step, evalStep[nextEval]!);
      const heldout = columns.heldoutLoss[nextEval]!;
      add(rows, {
        x: i < 0 ? evalStep[nextEval]! : xOf(i),
        validation: columns.validationLoss[nextEval]!,
        heldout: Number.isNaN(heldout) ? null : heldout,
      });
    }
  };
  for (const i of decimate(loss, buckets)) {
    addEvaluations(step[i]! - 1); // an evaluation follows its step
    add(rows, {
      x: xOf(i),
      raw: loss[i]!,
      smooth: smoothed[i]!,
      learningRate: columns.learningRate[i]!,
      gradNorm: columns.gradNorm[i]!,
    });
    addEvaluations(step[i]!);
  }
  addEvaluations(Infinity);
  return rows;
}

function add(rows: Rows, values: Partial<Record<keyof Rows, number | null>> & { x: number }): void {
  // uPlot wants each x once: what belongs to the same x shares a row
  const same = rows.x.at(-1) === values.x;
  for (const key of Object.keys(rows) as (keyof Rows)[]) {
    const column = rows[key] as (number | null)[];
    const value = values[key] ?? null;
    if (!same) column.push(value);
    else if (value !== null) column[column.length - 1] = value;
  }
}

/** The whole run, one line for each step; evaluations stand with their step. */
export function toCsv(columns: Columns): string {
  const evaluations = new Map<number, number>();
  columns.evalStep.forEach((step, i) => evaluations.set(step, i));
  const lines = ['step,tokens,time_ms,train_loss,learning_rate,grad_norm,validation_loss,heldout_loss'];
  columns.step.forEach((step, i) => {
    const e = evaluations.get(step);
    const cell = (value: number | undefined) =>
      value === undefined || Number.isNaN(value) ? '' : String(value);
    lines.push(
      [
        step,
        columns.tokens[i],
        Math.round(columns.timeMs[i]!),
        columns.loss[i],
        columns.learningRate[i],
        columns.gradNorm[i],
        cell(e === undefined ? undefined : columns.validationLoss[e]),
        cell(e === undefined ? undefined : columns.heldoutLoss[e]),
      ].join(','),
    );
  });
  return `${lines.join('\n')}\n`;
}
