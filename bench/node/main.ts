/**
 * The engine outside a browser: `npm run bench -- --node [--configs tiny,small,wide] [--steps 20]` tells what Dawn's device
 * can do, checks it, and measures training steps of the workloads of bench/engines/engine.ts. scripts/bundle.mjs makes one
 * file of this for a machine that has neither a browser nor npm.
 */
import { parseArgs } from 'node:util';
import { openDawn } from '../../scripts/dawn.mjs';
import { adapterName, openDevice } from '../../src/gpu/device.ts';
import { WORKLOADS } from '../engines/engine.ts';
import { gpuCounts } from '../engines/gpuCounters.ts';
import { measure } from '../engines/measure.ts';
import { engine } from '../engines/plan.ts';
import { table } from '../engines/table.ts';
import { selfCheck } from './selfCheck.ts';

const shorten = (value: number | string) =>
  typeof value === 'number' ? Number(value.toPrecision(4)) : value;

const SHOWN_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
] as const satisfies (keyof GPUSupportedLimits)[];

/** Shapes of chromium-experimental-subgroup-matrix, which the WebGPU types do not know yet. */
interface MatrixShapes {
  subgroupMatrixConfigs?: {
    componentType: string;
    resultComponentType: string;
    M: number;
    N: number;
    K: number;
  }[];
}

function describe(device: GPUDevice, info: GPUAdapterInfo): void {
  const features = ['shader-f16', 'subgroups', 'timestamp-query', 'chromium-experimental-subgroup-matrix'];
  const has = (name: string) => `${name} ${device.features.has(name) ? 'yes' : 'no'}`;
  console.log(`adapter    ${adapterName(info)}`);
  console.log(`features   ${features.map(has).join(', ')}`);
  console.log(`subgroups  ${info.subgroupMinSize} to ${info.subgroupMaxSize} lanes`);
  for (const shape of (info as MatrixShapes).subgroupMatrixConfigs ?? [])
    console.log(
      `matrices   ${shape.M} x ${shape.N} x ${shape.K}, ${shape.componentType} to ${shape.resultComponentType}`,
    );
  for (const limit of SHOWN_LIMITS) console.log(`${limit.padEnd(34)} ${device.limits[limit]}`);
}

function options() {
  const { values } = parseArgs({
    options: {
      configs: { type: 'string', default: Object.keys(WORKLOADS).join() },
      steps: { type: 'string', default: '20' },
    },
  });
  const steps = Number(values.steps);
  if (!Number.isInteger(steps) || steps < 1)
    throw new Error(`--steps: expected a whole number from 1 on, got "${values.steps}".`);
  const workloads = values.configs
    .split(',')
    .filter(Boolean)
    .map((name) => {
      const workload = WORKLOADS[name];
      if (workload) return { name, workload };
      throw new Error(`--configs: expected some of ${Object.keys(WORKLOADS).join()}, got "${name}".`);
    });
  return { steps, workloads };
}

async function main(): Promise<void> {
  const { steps, workloads } = options();
  gpuCounts(); // counts from here on, before anybody asks for a device
  const { device, info } = await openDevice();
  describe(device, info);
  await selfCheck(device);
  console.log('self-check ok');
  device.destroy(); // the engine opens its own
  for (const { name, workload } of workloads) {
    const rows = await measure(name, workload, [engine], { steps, budgetMs: Infinity });
    console.log(`\n${name}\n${table(rows)}`);
    for (const { failure, losses, stats = {} } of rows) {
      if (failure !== undefined) process.exitCode = 1;
      console.log(`losses  ${losses.map((loss) => loss.toFixed(4)).join(' ')}`);
      console.log(
        Object.entries(stats)
          .map(([what, value]) => `${what} ${shorten(value)}`)
          .join('  '),
      );
    }
  }
}

const close = openDawn();
try {
  await main();
} finally {
  close();
}
