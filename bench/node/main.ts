/**
 * The engine outside a browser: `npm run bench -- --node [--configs tiny,small,wide] [--steps 20]` tells what Dawn's device
 * can do, checks it, and measures training steps of the workloads of bench/engines/engine.ts. scripts/bundle.mjs makes one
 * file of this for a machine that has neither a browser nor npm.
 */
import { parseArgs } from 'node:util';
import { openDawn } from '../../scripts/dawn.mjs';
import { openDevice } from '../../src/gpu/device.ts';
import { type Engine, WORKLOADS } from '../engines/engine.ts';
import { HEADING, measureSteps, row } from './measureSteps.ts';
import { selfCheck } from './selfCheck.ts';

// By pattern, which may match nothing: the device is told about and checked where there is no engine to measure.
const engines = import.meta.glob<{ engine: Engine }>('../engines/plan.ts', { eager: true });

const SHOWN_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
] as const satisfies (keyof GPUSupportedLimits)[];

function describe(device: GPUDevice, info: GPUAdapterInfo): void {
  const { vendor, architecture, device: model, description } = info;
  const names = new Set([vendor, architecture, model, description].filter(Boolean));
  const features = ['shader-f16', 'subgroups', 'timestamp-query', 'chromium-experimental-subgroup-matrix'];
  const has = (name: string) => `${name} ${device.features.has(name) ? 'yes' : 'no'}`;
  console.log(`adapter    ${[...names].join(' ') || 'unnamed'}`);
  console.log(`features   ${features.map(has).join(', ')}`);
  console.log(`subgroups  ${info.subgroupMinSize} to ${info.subgroupMaxSize} lanes`);
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
  const workloads = values.configs.split(',').map((name) => {
    const workload = WORKLOADS[name];
    if (workload) return { name, workload };
    throw new Error(`--configs: expected some of ${Object.keys(WORKLOADS).join()}, got "${name}".`);
  });
  return { steps, workloads };
}

async function main(): Promise<void> {
  const { steps, workloads } = options();
  const { device, info } = await openDevice();
  describe(device, info);
  await selfCheck(device);
  console.log('self-check ok');
  device.destroy(); // the engine opens its own
  for (const { engine } of Object.values(engines)) {
    console.log(`\n${HEADING}`);
    for (const { name, workload } of workloads)
      console.log(row(name, await measureSteps(engine, workload, steps)));
  }
}

const close = openDawn();
try {
  await main();
} finally {
  close();
}
