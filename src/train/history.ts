/** The curve of a run: columns that grow. The page keeps its own copy; this one goes into files. */
import type { StepResult } from './trainer.ts';

/** A list of numbers that grows by doubling; `array` is a view of what is in it. */
class Column {
  #data: Float64Array;
  #length: number;

  constructor(values: ArrayLike<number> = []) {
    this.#data = new Float64Array(Math.max(256, values.length));
    this.#data.set(values);
    this.#length = values.length;
  }
  push(value: number): void {
    if (this.#length === this.#data.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.#length++] = value;
  }
  get array(): Float64Array {
    return this.#data.subarray(0, this.#length);
  }
}

const STEP_COLUMNS = ['step', 'loss', 'learningRate', 'gradNorm', 'tokens', 'timeMs'] as const;
const EVAL_COLUMNS = ['evalStep', 'validationLoss', 'heldoutLoss'] as const;
type StepColumn = (typeof STEP_COLUMNS)[number];
type ColumnName = StepColumn | (typeof EVAL_COLUMNS)[number];

/** Counts and times need all 53 bits; measured values do not. The same shape as workers/api.ts, History. */
export type HistoryColumns = Record<'step' | 'tokens' | 'timeMs' | 'evalStep', Float64Array> &
  Record<'loss' | 'learningRate' | 'gradNorm' | 'validationLoss' | 'heldoutLoss', Float32Array>;

export class HistoryRecorder {
  #columns: Record<ColumnName, Column>;

  constructor(from?: Partial<Record<ColumnName, ArrayLike<number>>>) {
    const entries = [...STEP_COLUMNS, ...EVAL_COLUMNS].map((name) => [name, new Column(from?.[name])]);
    this.#columns = Object.fromEntries(entries) as Record<ColumnName, Column>;
  }
  addStep(result: StepResult): void {
    for (const name of STEP_COLUMNS) this.#columns[name].push(result[name]);
  }
  addEvaluation(evalStep: number, validationLoss: number, heldoutLoss: number): void {
    const values = { evalStep, validationLoss, heldoutLoss };
    for (const name of EVAL_COLUMNS) this.#columns[name].push(values[name]);
  }
  /** Copies, safe to transfer; with `from`, only the training steps after the first `from`. */
  columns(from = 0): HistoryColumns {
    const step = (name: StepColumn) => this.#columns[name].array.subarray(from);
    return {
      step: step('step').slice(),
      loss: Float32Array.from(step('loss')),
      learningRate: Float32Array.from(step('learningRate')),
      gradNorm: Float32Array.from(step('gradNorm')),
      tokens: step('tokens').slice(),
      timeMs: step('timeMs').slice(),
      evalStep: this.#columns.evalStep.array.slice(),
      validationLoss: Float32Array.from(this.#columns.validationLoss.array),
      heldoutLoss: Float32Array.from(this.#columns.heldoutLoss.array),
    };
  }
  get steps(): number {
    return this.#columns.step.array.length;
  }
  /** Over the training time of the last `windowMs` (at least two steps); 0 before there are two. */
  tokensPerSecond(windowMs: number): number {
    const times = this.#columns.timeMs.array;
    const tokens = this.#columns.tokens.array;
    const last = times.length - 1;
    let first = last - 1;
    while (first > 0 && times[last]! - times[first]! < windowMs) first--;
    if (first < 0 || times[last] === times[first]) return 0;
    return (1000 * (tokens[last]! - tokens[first]!)) / (times[last]! - times[first]!);
  }
  get lastValidationLoss(): number | null {
    return this.#columns.validationLoss.array.at(-1) ?? null;
  }
}
