/** Where the time of a plan goes: milliseconds of each dispatch, measured by the device. */
import { GpuError } from '../lib/errors.ts';
import { bytesOf, type Plan } from './plan.ts';
import { hasTimestamps, PassTimer } from './timestamps.ts';

export interface DispatchProfile {
  label: string;
  /** The sizes that the program got, where it takes them: M, N and K of a product. */
  dims: number[];
  ms: number;
  flops: number;
  /** Read and written, each buffer once. */
  bytes: number;
}

const PASSES = 2048; // timed at once, see PassTimer

/**
 * Runs the plan `runs` times, each dispatch in a pass of its own (so the sum is more than what a step takes), and averages.
 * A plan does what it does: profiling an update updates.
 *
 * @throws {GpuError} where the device cannot measure time: see `hasTimestamps`.
 */
export async function profilePlan(device: GPUDevice, plan: Plan, runs = 8): Promise<DispatchProfile[]> {
  if (!hasTimestamps(device))
    throw new GpuError(
      'This browser does not let a page measure time on the GPU ("timestamp-query" is missing). Nothing is lost but this table.',
    );
  const ms = new Array<number>(plan.length).fill(0);
  const timer = new PassTimer(device, Math.max(1, Math.min(PASSES, plan.length)));
  try {
    for (let run = 0; run < runs; run++)
      for (let from = 0; from < plan.length; from += PASSES) {
        const to = Math.min(plan.length, from + PASSES);
        const encoder = device.createCommandEncoder({ label: 'profile' });
        for (let i = from; i < to; i++) {
          const pass = encoder.beginComputePass({ timestampWrites: timer.writes(i - from) });
          plan.encode(pass, i, i + 1);
          pass.end();
        }
        const times = await timer.submit(encoder);
        for (let i = from; i < to; i++) ms[i]! += times[i - from]! / runs;
      }
  } finally {
    timer.dispose();
  }
  return plan.dispatches.map((dispatch, i) => ({
    label: dispatch.label,
    dims: dispatch.dims,
    ms: ms[i]!,
    flops: dispatch.flops,
    bytes: bytesOf(dispatch),
  }));
}

/** Dispatches of the same program and sizes as one, with how many they are; the longest in all first. */
export function groupProfile(profile: DispatchProfile[]): (DispatchProfile & { count: number })[] {
  const groups = new Map<string, DispatchProfile & { count: number }>();
  for (const entry of profile) {
    const key = `${entry.label} ${entry.dims.join('x')}`;
    const group = groups.get(key) ?? { ...entry, ms: 0, flops: 0, bytes: 0, count: 0 };
    group.ms += entry.ms;
    group.flops += entry.flops;
    group.bytes += entry.bytes;
    group.count++;
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.ms - a.ms);
}
