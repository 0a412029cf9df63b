/**
 * What this browser can compute with (the WebGPU adapter in its own words, WebAssembly with and without SIMD), and the one
 * place that asks for a GPU device: with all that the adapter allows, for whoever computes on it. Which backend is used is
 * decided in workers/model/chooseBackend.ts.
 */
import { GpuError } from '../lib/errors.ts';

export interface Capabilities {
  /** Undefined where there is no WebGPU or no adapter. */
  adapter?: {
    /** Vendor, architecture, description: whatever the browser tells. */
    name: string;
    /** The adapter is a program on the CPU (SwiftShader, llvmpipe, WARP). */
    software: boolean;
    limits: { maxBufferSize: number; maxStorageBufferBindingSize: number };
    features: string[];
  };
  hasWebGpu: boolean;
  hasWasm: boolean;
  hasWasmSimd: boolean;
}

const SOFTWARE_ADAPTERS = /swiftshader|llvmpipe|lavapipe|basic render|warp|software/i;

/** What the browser tells of an adapter, in its own words. */
export const adapterName = ({ vendor, architecture, device, description }: GPUAdapterInfo): string =>
  [...new Set([vendor, architecture, device, description].filter(Boolean))].join(' ') || 'unnamed adapter';

/** Is the adapter a program on the CPU? */
export const isSoftwareAdapter = (info: GPUAdapterInfo): boolean =>
  info.isFallbackAdapter || SOFTWARE_ADAPTERS.test(adapterName(info));

/** The smallest module with a SIMD instruction: a function that returns v128.const's first lane (i8x16.splat, popcnt). */
const SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98,
  11,
]);

const requestAdapter = async (): Promise<GPUAdapter | null> =>
  (await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null)) ?? null;

/** Used where the adapter has them: 16-bit numbers, subgroups, matrix units, and time measured on the device. */
const FEATURES = [
  'shader-f16',
  'subgroups',
  'timestamp-query',
  'chromium-experimental-subgroup-matrix',
] as GPUFeatureName[];

/** Asked for as high as the adapter goes; a device has the lowest that WebGPU guarantees otherwise. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const satisfies (keyof GPUSupportedLimits)[];

/**
 * A device with everything the adapter has to offer.
 *
 * @throws {GpuError} when there is no adapter, or it refuses.
 */
export async function openDevice(): Promise<{ device: GPUDevice; info: GPUAdapterInfo }> {
  const adapter = await requestAdapter();
  if (!adapter) throw new GpuError('There is no WebGPU adapter in this browser.');
  const device = await adapter
    .requestDevice({
      label: 'glassbox',
      requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
      requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
    })
    .catch((error: unknown) => {
      throw new GpuError(
        `The GPU gave no device: ${error instanceof Error ? error.message : String(error)}. ` +
          'Close other pages that use it and reload, or add "#backend=wasm" to the address.',
      );
    });
  return { device, info: adapter.info };
}

export async function detectCapabilities(): Promise<Capabilities> {
  const hasWasm = typeof WebAssembly === 'object';
  const base: Capabilities = {
    hasWebGpu: 'gpu' in navigator,
    hasWasm,
    hasWasmSimd: hasWasm && WebAssembly.validate(SIMD_MODULE),
  };
  const adapter = await navigator.gpu
    ?.requestAdapter({ powerPreference: 'high-performance' })
    .catch(() => null);
  if (!adapter) return base;
  const name = adapterName(adapter.info);
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  return {
    ...base,
    adapter: {
      name,
      software: isSoftwareAdapter(adapter.info),
      limits: { maxBufferSize, maxStorageBufferBindingSize },
      features: [...adapter.features].sort(),
    },
  };
}
