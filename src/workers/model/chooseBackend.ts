/**
 * Which backend runs the model: the GPU when there is one; else WebAssembly; else plain JavaScript. A WebGPU adapter that
 * is a program on the CPU is usually slower than WebAssembly, but not always: there, both run one small training step and
 * the faster is taken.
 */
import { type Capabilities, detectCapabilities } from '../../gpu/device.ts';
import { GpuError } from '../../lib/errors.ts';
import { MODEL_PRESETS, type ModelConfig } from '../../model/config.ts';
import { initialValues } from '../../model/gpt.ts';
import { TRAIN_PRESETS } from '../../train/config.ts';
import type { Backend, DeviceInfo } from '../api.ts';
import { gpuMemoryLimit, startBackend } from './backends.ts';
import { placeModel } from './onDevice.ts';

const GIB = 2 ** 30;

/** Starts a backend and says which and why. `choice` other than auto is obeyed or refused. @throws {GpuError} */
export async function chooseBackend(choice: Backend | 'auto'): Promise<DeviceInfo> {
  const found = await detectCapabilities();
  const timings: DeviceInfo['timings'] = [];
  const { backend, reason } =
    choice === 'auto'
      ? await pick(found, timings)
      : { backend: choice, reason: `Chosen by the address: ${choice}.` };
  if (choice === 'webgpu' && !found.adapter)
    throw new GpuError(`${noGpu(found)} Remove "backend=webgpu" from the address to go on without it.`);
  await startBackend(backend);
  const info: DeviceInfo = {
    backend,
    adapter: found.adapter?.name ?? '',
    softwareAdapter: found.adapter?.software ?? false,
    reason,
    timings,
    memoryLimitBytes: memoryLimit(backend, found),
    diagnostics: '',
  };
  return { ...info, diagnostics: diagnostics(info, found) };
}

async function pick(
  found: Capabilities,
  timings: DeviceInfo['timings'],
): Promise<{ backend: Backend; reason: string }> {
  const cpu: Backend = found.hasWasm ? 'wasm' : 'cpu';
  if (!found.adapter) return { backend: cpu, reason: `${noGpu(found)} ${onCpu(found)}` };
  if (!found.adapter.software) return { backend: 'webgpu', reason: '' };
  for (const backend of [cpu, 'webgpu'] as const)
    timings.push({ backend, msPerStep: await timeStep(backend).catch(() => Infinity) });
  const best = timings.reduce((a, b) => (b.msPerStep < a.msPerStep ? b : a));
  const measured = timings
    .map(({ backend, msPerStep }) => `${backend} ${msPerStep.toFixed(0)} ms`)
    .join(', ');
  return {
    backend: best.backend,
    reason:
      `The only WebGPU adapter here (${found.adapter.name}) is a program on the CPU. ` +
      `One small training step took: ${measured}; using ${best.backend}. Everything works, at the speed of a CPU: ` +
      'the nano and micro models are made for that.',
  };
}

const noGpu = ({ hasWebGpu }: Capabilities) =>
  hasWebGpu
    ? 'This browser has WebGPU but found no GPU to use with it.'
    : 'This browser has no WebGPU (Chrome and Edge 121+, Safari 26+ and Firefox 141+ on Windows or Apple silicon do).';

const onCpu = ({ hasWasm, hasWasmSimd }: Capabilities) => {
  const works = 'Everything works, at the speed of a CPU: the nano and micro models are made for that.';
  if (!hasWasm) return `WebAssembly is missing too, so plain JavaScript computes: slow, but right. ${works}`;
  if (!hasWasmSimd)
    return `WebAssembly computes instead, without SIMD, which this browser lacks: slowly. ${works}`;
  return `WebAssembly computes instead. ${works}`;
};

/**
 * One layer of the smallest preset, in its own widths: a narrower model would be timed by what each op costs besides computing,
 * of which plans have little, and not by what training will cost.
 */
const PROBE: ModelConfig = { ...MODEL_PRESETS.nano, vocabSize: 256, nLayer: 1 };

/** Milliseconds of a small training step; the first one, which warms up, is not counted. */
async function timeStep(backend: Backend): Promise<number> {
  await startBackend(backend);
  const { engine, dispose } = placeModel(PROBE, { parameters: initialValues(PROBE, 1) });
  try {
    const ids = Uint16Array.from({ length: 500 }, (_, i) => (i * 31) % PROBE.vocabSize);
    await engine.prepare(TRAIN_PRESETS.nano, { train: ids, validation: ids });
    await engine.step(0, 1e-3);
    const started = performance.now();
    await engine.step(1, 1e-3);
    return performance.now() - started;
  } finally {
    dispose();
  }
}

/** A rough bound, so that a run that cannot fit is refused before it takes the tab down. */
function memoryLimit(backend: Backend, { adapter }: Capabilities): number {
  if (backend === 'webgpu' && adapter) return gpuMemoryLimit(adapter.software, adapter.limits.maxBufferSize);
  return backend === 'cpu' ? GIB : 2 * GIB; // wasm memory is addressed with 32 bits; half of that is the headroom
}

function diagnostics(info: DeviceInfo, found: Capabilities): string {
  const { adapter } = found;
  return [
    `backend: ${info.backend}`,
    `reason: ${info.reason || 'GPU found'}`,
    `webgpu: ${found.hasWebGpu}, adapter: ${adapter?.name ?? 'none'}${adapter?.software ? ' (software)' : ''}`,
    ...(adapter
      ? [`limits: ${JSON.stringify(adapter.limits)}`, `features: ${adapter.features.join(' ') || 'none'}`]
      : []),
    `wasm: ${found.hasWasm}, simd: ${found.hasWasmSimd}`,
    ...info.timings.map(({ backend, msPerStep }) => `timed: ${backend} ${msPerStep.toFixed(1)} ms`),
    `memory limit: ${info.memoryLimitBytes}`,
    `cores: ${navigator.hardwareConcurrency}`,
    `browser: ${navigator.userAgent}`,
  ].join('\n');
}
