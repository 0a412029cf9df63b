/**
 * Time of a training step by engine, same model, weights and batches: `npm run bench` (bench/README.md tells the options).
 */
import type { Order, Reply } from './engines/comparison.worker.ts';
import { WORKLOADS } from './engines/engine.ts';
import { mistake, type Row } from './engines/measure.ts';
import { table } from './engines/table.ts';

const STEPS = 12;
const BUDGET_MS = 60_000; // for each engine and workload: stock tfjs takes up to 15 s for a step on the software adapter

/**
 * Takes `--engines=a,b`, `--configs=a,b`, `--steps=n`. Prints a table for each configuration; returns all rows, and why not
 * to believe them, if so.
 */
export async function bench(...args: string[]): Promise<{ rows: Row[]; mistakes: string[] }> {
  const options: Partial<Record<string, string>> = Object.fromEntries(
    args.map((arg) => arg.replace(/^--/, '').split('=')),
  );
  const steps = Number(options.steps ?? STEPS);
  const engines = options.engines?.split(',');
  const configs = options.configs?.split(',') ?? Object.keys(WORKLOADS);
  const unknown = configs.filter((config) => !(config in WORKLOADS));
  if (unknown.length > 0)
    throw new Error(`bench: no configuration ${unknown.join()}; there are ${Object.keys(WORKLOADS).join()}.`);
  const info = (await navigator.gpu?.requestAdapter())?.info;
  const adapter = [info?.vendor, info?.architecture, info?.description].filter(Boolean).join(' ');
  console.log(`adapter: ${adapter || 'none'}`);

  const rows: Row[] = [];
  for (const config of configs) {
    const { model, train } = WORKLOADS[config]!;
    const { vocabSize: V, blockSize: T, nEmbd: C, nLayer: L, nHead: H } = model;
    console.log(`\n${config}: V ${V} T ${T} C ${C} L ${L} H ${H} B ${train.batchSize}`);
    const measured = await inWorker({ config, engines, steps, budgetMs: BUDGET_MS });
    console.log(table(measured));
    rows.push(...measured);
  }
  return { rows, mistakes: rows.flatMap((row) => mistake(row) ?? []) };
}

async function inWorker(order: Order): Promise<Row[]> {
  const worker = new Worker(new URL('./engines/comparison.worker.ts', import.meta.url), { type: 'module' });
  try {
    const reply = await new Promise<Reply>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Reply>) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(`bench: the worker failed: ${message}`));
      worker.postMessage(order);
    });
    if ('error' in reply) throw new Error(`bench: ${reply.error}.`);
    return reply.rows;
  } finally {
    worker.terminate();
  }
}
