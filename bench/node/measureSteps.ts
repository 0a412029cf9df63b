/**
 * Training steps of one workload of bench/engines, one after another, each waited for. The same weights and batches as in
 * bench/engines.browser.ts, so that a row here and a row there differ by the browser alone.
 */
import { batchNumber, type Engine, initialWeights, type Workload } from '../engines/engine.ts';

export interface Measurement {
  /** Wall time of each step; the first builds pipelines and buffers. */
  stepMs: number[];
  /** Nats per token before each update. */
  losses: number[];
  parameters: number;
  tokensPerStep: number;
}

export async function measureSteps(
  engine: Engine,
  { model, train }: Workload,
  steps: number,
): Promise<Measurement> {
  const B = train.batchSize;
  const weights = initialWeights(model);
  const batches = Array.from({ length: steps }, (_, index) => batchNumber(index, model, B));
  const run = await engine.init(model, train, weights, B);
  const stepMs: number[] = [];
  const losses: number[] = [];
  try {
    for (const { tokens, targets } of batches) {
      const startMs = performance.now();
      losses.push(await run.step(tokens, targets)); // waits for the GPU
      stepMs.push(performance.now() - startMs);
    }
  } finally {
    run.dispose();
  }
  const parameters = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  return { stepMs, losses, parameters, tokensPerStep: B * model.blockSize };
}

const COLUMNS = [10, 12, 13, 10, 11, 10, 12, 11] as const; // characters
const line = (cells: readonly string[]) =>
  cells.map((cell, i) => (i ? cell.padStart(COLUMNS[i]!) : cell.padEnd(COLUMNS[i]!))).join('');

export const HEADING = line([
  'config',
  'parameters',
  'tokens/step',
  'first ms',
  'median ms',
  'tokens/s',
  'first loss',
  'last loss',
]);

/** The median leaves the first step out: it is the only one that builds anything. */
export function row(name: string, { stepMs, losses, parameters, tokensPerStep }: Measurement): string {
  const rest = stepMs.length > 1 ? stepMs.slice(1) : stepMs;
  const median = rest.toSorted((a, b) => a - b)[rest.length >> 1]!;
  return line([
    name,
    String(parameters),
    String(tokensPerStep),
    stepMs[0]!.toFixed(1),
    median.toFixed(2),
    ((1000 * tokensPerStep) / median).toFixed(0),
    losses[0]!.toFixed(4),
    losses.at(-1)!.toFixed(4),
  ]);
}
