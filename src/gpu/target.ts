/** Which kernels a device wants: the figures behind each choice are in bench/README.md. */
import type { Target } from './kernels/kernel.ts';

/**
 * A program on the CPU (SwiftShader) runs a subgroup as the lanes of a SIMD register and pays microseconds for a barrier;
 * a GPU wants many invocations and shared memory.
 */
export function targetFor(info: GPUAdapterInfo, features: GPUSupportedFeatures, software: boolean): Target {
  const { subgroupMinSize, subgroupMaxSize } = info;
  const fixed = features.has('subgroups') && subgroupMinSize === subgroupMaxSize ? subgroupMinSize : 0;
  return {
    subgroupSize: software && fixed === 4 ? 4 : 0,
    reduction: software ? 'serial' : 'workgroup',
    effort: 'best',
    minInvocations: software ? 8 : 4096,
  };
}
