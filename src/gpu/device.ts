/**
 * What this browser can compute with: the WebGPU adapter and its own words, WebAssembly with and without SIMD.
 * Which of them is used is decided in workers/model/chooseBackend.ts; nothing here is started.
 */
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

/** The smallest module with a SIMD instruction: a function that returns v128.const's first lane (i8x16.splat, popcnt). */
const SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98,
  11,
]);

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
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const name =
    [...new Set([vendor, architecture, device, description].filter(Boolean))].join(' ') || 'unnamed adapter';
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  return {
    ...base,
    adapter: {
      name,
      software: isFallbackAdapter || SOFTWARE_ADAPTERS.test(name),
      limits: { maxBufferSize, maxStorageBufferBindingSize },
      features: [...adapter.features].sort(),
    },
  };
}
