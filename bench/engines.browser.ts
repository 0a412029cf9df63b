/**
 * Time of a training step by engine, same model, weights and batches: `npm run bench` (bench/README.md tells the options).
 */
import { type Engine, WORKLOADS } from './engines/engine.ts';
import { gpuCounts } from './engines/gpuCounters.ts';
import { measure, mistake, type Row } from './engines/measure.ts';
import { table } from './engines/table.ts';
import { engine as glassboxWasm } from './engines/glassboxWasm.ts';
import { engine as tfjsWasm } from './engines/tfjsWasm.ts';

/** Our engine on WebGPU, once there is one. */
const PLAN = import.meta.glob<{ engine: Engine }>('./engines/plan.ts');

const STEPS = 12;
const BUDGET_MS = 60_000; // for each engine and workload: stock tfjs takes up to 15 s for a step on the software adapter

/** All of `all`, or those that `wanted` names, comma-separated. */
function pick(what: string, all: string[], wanted: string | undefined): string[] {
  const names = wanted?.split(',') ?? all;
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`bench: no ${what} ${unknown.join()}; there are ${all.join()}.`);
  return names;
}

/**
 * Takes `--engines=a,b`, `--configs=a,b`, `--steps=n`. Prints a table for each configuration; returns all rows, and why not
 * to believe them, if so.
 */
export async function bench(...args: string[]): Promise<{ rows: Row[]; mistakes: string[] }> {
  gpuCounts(); // counts from here on, before anybody asks for a device
  const options = Object.fromEntries(args.map((arg) => arg.replace(/^--/, '').split('=')));
  const steps = Number(options.steps ?? STEPS);
  const plan = await PLAN['./engines/plan.ts']?.();
  if (!plan) console.log('plan: not there');
  const engines: Engine[] = [...(plan ? [plan.engine] : []), glassboxWasm, tfjsWasm];
  const names = pick(
    'engine',
    engines.map(({ name }) => name),
    options.engines,
  );
  const adapter = await navigator.gpu?.requestAdapter();
  const { vendor, architecture, description } = adapter?.info ?? {};
  console.log(`adapter: ${[vendor, architecture, description].filter(Boolean).join(' ') || 'none'}`);
  const chosen = engines.filter((engine) => names.includes(engine.name) && (adapter || !engine.gpu));

  const rows: Row[] = [];
  for (const config of pick('configuration', Object.keys(WORKLOADS), options.configs)) {
    const workload = WORKLOADS[config]!;
    const { model, train } = workload;
    console.log(
      `\n${config}: V ${model.vocabSize} T ${model.blockSize} C ${model.nEmbd} L ${model.nLayer} ` +
        `H ${model.nHead} B ${train.batchSize}`,
    );
    const measured = await measure(config, workload, chosen, { steps, budgetMs: BUDGET_MS });
    console.log(table(measured));
    rows.push(...measured);
  }
  return { rows, mistakes: rows.flatMap((row) => mistake(row) ?? []) };
}
