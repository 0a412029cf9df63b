/**
 * Runs engines side by side on one workload: same weights, same batches, a step of each in turn, so that whatever else the
 * machine does hits all of them alike. A slow engine drops out early; every loss is compared with those of the others.
 */
import { batchNumber, type Engine, type EngineRun, initialWeights, type Workload } from './engine.ts';
import { type GpuCounts, gpuCounts } from './gpuCounters.ts';

/** What was measured of one engine on one workload. Per-step figures are medians of the timed steps. */
export interface Row {
  config: string;
  engine: string;
  /** Why there are no figures. */
  failure?: string;
  /** Steps timed; the first one of a run is not among them. */
  steps: number;
  medianMs: number;
  minMs: number;
  tokensPerSecond: number;
  /** init and the first step: compiling, tracing, uploading. */
  firstMs: number;
  /** From the call of step() until the event loop was free again: time in which a page or worker can do nothing else. */
  jsMs: number;
  dispatches: number;
  submits: number;
  buffers: number;
  bindGroups: number;
  /** Highest sum of GPU buffers alive at one time, in bytes. */
  gpuBytes: number;
  /** Of those, not destroyed by dispose(). */
  leftBytes: number;
  losses: number[];
  /** Largest difference to the median loss of all engines at the same step; NaN when there was no other engine. */
  lossDifference: number;
  stats?: Record<string, number | string>;
}

export interface MeasureOptions {
  /** Timed steps. */
  steps: number;
  /** An engine that has taken longer than this gets no more steps, but always MIN_STEPS. */
  budgetMs: number;
}

const MIN_STEPS = 2;

/** Losses that differ by more are a mistake of somebody's, not of rounding. */
export const LOSS_TOLERANCE = 1e-4;

type Step = Omit<GpuCounts, 'aliveBytes' | 'peakBytes'> & { ms: number; jsMs: number };

/** An engine at work. */
interface Runner {
  row: Row;
  run: EngineRun;
  timed: Step[];
  spentMs: number;
  /** Bytes alive that are this engine's. */
  aliveBytes: number;
}

/** One row for each engine, in their order. Throws nothing: an engine that fails has `failure` in its row. */
export async function measure(
  config: string,
  workload: Workload,
  engines: Engine[],
  { steps, budgetMs }: MeasureOptions,
): Promise<Row[]> {
  const weights = initialWeights(workload.model);
  const runners: Runner[] = [];
  const rows: Row[] = [];
  for (const engine of engines) {
    const row = emptyRow(config, engine.name);
    rows.push(row);
    await attempt(row, async () => {
      const runner: Runner = { row, run: undefined!, timed: [], spentMs: 0, aliveBytes: 0 };
      const start = performance.now();
      const { train, model } = workload;
      runner.run = await countBytes(runner, () => engine.init(model, train, weights, train.batchSize));
      runners.push(runner);
      await step(runner, workload);
      row.firstMs = runner.spentMs = performance.now() - start;
    });
  }
  for (let round = 0; round < steps; round++)
    for (const runner of runners) {
      if (runner.row.failure || (runner.spentMs > budgetMs && runner.timed.length >= MIN_STEPS)) continue;
      await attempt(runner.row, async () => {
        await runner.run.resume?.();
        await new Promise((resolve) => setTimeout(resolve)); // what the others left behind is not this one's
        const timed = await step(runner, workload);
        runner.timed.push(timed);
        runner.spentMs += timed.ms;
      });
    }
  for (const runner of runners) await finish(runner, workload);
  compareLosses(rows);
  return rows;
}

async function step(runner: Runner, { model, train }: Workload): Promise<Step> {
  const { tokens, targets } = batchNumber(runner.row.losses.length, model, train.batchSize);
  const before = { ...gpuCounts() };
  const { port1: sender, port2: receiver } = new MessageChannel();
  let freeMs: number | undefined;
  receiver.onmessage = () => (freeMs = performance.now() - start);
  const start = performance.now();
  const loss = await countBytes(runner, () => {
    const promise = runner.run.step(tokens, targets);
    sender.postMessage(0); // arrives when what step() did, and the promises that it kept resolving, are through
    return promise;
  });
  const ms = performance.now() - start;
  sender.close();
  const now = gpuCounts();
  runner.row.losses.push(loss);
  return {
    ms,
    jsMs: freeMs ?? ms,
    dispatches: now.dispatches - before.dispatches,
    submits: now.submits - before.submits,
    buffers: now.buffers - before.buffers,
    bindGroups: now.bindGroups - before.bindGroups,
  };
}

/** Only one engine runs at a time, so that what changes meanwhile is its own. */
async function countBytes<T>(runner: Runner, f: () => Promise<T>): Promise<T> {
  const counts = gpuCounts();
  const before = counts.aliveBytes;
  counts.peakBytes = before;
  const result = await f();
  const { row } = runner;
  row.gpuBytes = Math.max(row.gpuBytes, runner.aliveBytes + counts.peakBytes - before);
  runner.aliveBytes += counts.aliveBytes - before;
  return result;
}

async function finish(runner: Runner, { model, train }: Workload): Promise<void> {
  const { row, timed, run } = runner;
  const medianOf = (key: keyof Step) => median(timed.map((one) => one[key]));
  await attempt(row, async () => {
    await run.resume?.();
    row.stats = run.stats?.();
    await countBytes(runner, async () => run.dispose());
  });
  row.steps = timed.length;
  row.medianMs = medianOf('ms');
  row.minMs = Math.min(...timed.map(({ ms }) => ms));
  row.tokensPerSecond = (1000 * train.batchSize * model.blockSize) / row.medianMs;
  for (const key of ['jsMs', 'dispatches', 'submits', 'buffers', 'bindGroups'] as const)
    row[key] = medianOf(key);
  row.leftBytes = runner.aliveBytes;
}

async function attempt(row: Row, f: () => Promise<void>): Promise<void> {
  try {
    await f();
  } catch (error) {
    row.failure ??= error instanceof Error ? error.message : String(error);
  }
}

/** Sets lossDifference: the engines that took a step are compared at that step with the lower median of all of them. */
export function compareLosses(rows: Row[]): void {
  for (const row of rows) {
    row.lossDifference = NaN;
    row.losses.forEach((loss, i) => {
      const all = rows.flatMap(({ losses }) => (losses.length > i ? [losses[i]!] : []));
      if (all.length < 2) return;
      const sorted = all.filter(Number.isFinite).toSorted((a, b) => a - b);
      // a loss that is no number agrees with nothing
      const difference = Number.isFinite(loss)
        ? Math.abs(loss - sorted[(sorted.length - 1) >> 1]!)
        : Infinity;
      row.lossDifference = Math.max(row.lossDifference || 0, difference);
    });
  }
}

/** Why this row must not be believed; undefined when it may. */
export const mistake = ({ lossDifference, engine, config, failure }: Row): string | undefined =>
  failure !== undefined
    ? `${engine} failed on ${config}: ${failure}`
    : lossDifference > LOSS_TOLERANCE
      ? `${engine} on ${config}: losses are off by ${lossDifference.toExponential(1)}, more than ${LOSS_TOLERANCE}`
      : undefined;

const median = (values: number[]) =>
  values.length === 0 ? NaN : values.toSorted((a, b) => a - b)[values.length >> 1]!;

const emptyRow = (config: string, engine: string): Row => ({
  config,
  engine,
  steps: 0,
  medianMs: NaN,
  minMs: NaN,
  tokensPerSecond: NaN,
  firstMs: NaN,
  jsMs: NaN,
  dispatches: 0,
  submits: 0,
  buffers: 0,
  bindGroups: 0,
  gpuBytes: 0,
  leftBytes: 0,
  losses: [],
  lossDifference: NaN,
});
