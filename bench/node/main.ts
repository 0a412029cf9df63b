/**
 * The engine outside a browser: `npm run bench -- --node` opens the device on Dawn in Node, tells what it can do, and checks
 * it. scripts/bundle.mjs makes one file of this for a machine that has neither a browser nor npm.
 */
import { openDawn } from '../../scripts/dawn.mjs';
import { openDevice } from '../../src/gpu/device.ts';
import { selfCheck } from './selfCheck.ts';

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

async function main(): Promise<void> {
  const { device, info } = await openDevice();
  describe(device, info);
  await selfCheck(device);
  console.log('self-check ok');
  device.destroy();
}

const close = openDawn();
try {
  await main();
} finally {
  close();
}
