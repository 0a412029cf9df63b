/**
 * The curve of the run, outside React: columns of typed arrays that grow. The chart subscribes and paints on animation
 * frames; nothing is rendered because a step was done.
 */
import type { History } from '../workers/api.ts';

type Columns = History;
type ColumnName = keyof Columns;

const STEP_COLUMNS = ['step', 'loss', 'learningRate', 'gradNorm', 'tokens', 'timeMs'] as const;
const EVAL_COLUMNS = ['evalStep', 'validationLoss', 'heldoutLoss'] as const;

let data = {} as Record<ColumnName, Float64Array>;
let steps = 0;
let evaluations = 0;
let changes = 0;
const listeners = new Set<() => void>();

function append(
  names: readonly ColumnName[],
  length: number,
  values: Partial<Record<ColumnName, ArrayLike<number>>>,
): number {
  const added = values[names[0]!]!.length;
  for (const name of names) {
    let column = data[name] ?? new Float64Array(1024);
    if (length + added > column.length) {
      const larger = new Float64Array(Math.max(2 * column.length, length + added));
      larger.set(column.subarray(0, length));
      column = larger;
    }
    column.set(values[name]!, length);
    data[name] = column;
  }
  return length + added;
}

function changed(): void {
  changes++;
  for (const listener of listeners) listener();
}

export const lossHistory = {
  appendSteps(values: Pick<Columns, (typeof STEP_COLUMNS)[number]>): void {
    steps = append(STEP_COLUMNS, steps, values);
    changed();
  },
  appendEvaluation(step: number, validationLoss: number, heldoutLoss: number): void {
    evaluations = append(EVAL_COLUMNS, evaluations, {
      evalStep: [step],
      validationLoss: [validationLoss],
      heldoutLoss: [heldoutLoss],
    });
    changed();
  },
  /** Another run's curve, or an empty one. */
  replace(history?: Columns): void {
    data = {} as Record<ColumnName, Float64Array>;
    steps = 0;
    evaluations = 0;
    if (history) {
      steps = append(STEP_COLUMNS, 0, history);
      evaluations = append(EVAL_COLUMNS, 0, history);
    }
    changed();
  },
  /** A view of a column; valid until the next change. */
  column(name: ColumnName): Float64Array {
    const length = (STEP_COLUMNS as readonly string[]).includes(name) ? steps : evaluations;
    return (data[name] ?? new Float64Array()).subarray(0, length);
  },
  get steps(): number {
    return steps;
  },
  get evaluations(): number {
    return evaluations;
  },
  /** Grows with every change: tells whether there is anything new to paint. */
  get version(): number {
    return changes;
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
