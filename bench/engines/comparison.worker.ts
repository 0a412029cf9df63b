/**
 * One configuration of the comparison, in a worker of its own, as the page trains: engines find no buffers, kernels or
 * compiled code of an earlier configuration (jax-js keeps its freed GPU buffers for later ones).
 */
import { WORKLOADS } from './engine.ts';
import { engine as glassboxWasm } from './glassboxWasm.ts';
import { gpuCounts } from './gpuCounters.ts';
import { engine as jaxWasm } from './jaxWasm.ts';
import { engine as jaxWebgpu } from './jaxWebgpu.ts';
import { engine as plan, withoutSubgroups } from './plan.ts';
import { measure, type MeasureOptions, type Row } from './measure.ts';
import { engine as tfjsWasm } from './tfjsWasm.ts';
import { engine as tfjsWebgpu } from './tfjsWebgpu.ts';

export interface Order extends MeasureOptions {
  config: string;
  /** Names; all engines but variants of `plan` if absent. */
  engines?: string[];
}

export type Reply = { rows: Row[] } | { error: string };

async function compare({ config, engines: names, ...options }: Order): Promise<Row[]> {
  gpuCounts(); // counts from here on, before anybody asks for a device
  const engines = [plan, withoutSubgroups, glassboxWasm, jaxWebgpu, jaxWasm, tfjsWebgpu, tfjsWasm];
  const unknown = names?.filter((name) => !engines.some((engine) => engine.name === name)) ?? [];
  if (unknown.length > 0)
    throw new Error(`no engine ${unknown.join()}; there are ${engines.map(({ name }) => name).join()}`);
  const adapter = await navigator.gpu?.requestAdapter();
  const chosen = engines.filter(
    ({ name, gpu }) => (adapter || !gpu) && (names?.includes(name) ?? name !== withoutSubgroups.name),
  );
  return measure(config, WORKLOADS[config]!, chosen, options);
}

self.onmessage = ({ data }: MessageEvent<Order>) => {
  const reply = (message: Reply) => self.postMessage(message);
  compare(data).then(
    (rows) => reply({ rows }),
    (error: unknown) => reply({ error: error instanceof Error ? error.message : String(error) }),
  );
};
