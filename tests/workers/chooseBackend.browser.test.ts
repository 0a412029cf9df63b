import { describe, expect, it } from 'vitest';
import { chooseBackend } from '../../src/workers/model/chooseBackend.ts';

describe('chooseBackend()', () => {
  it('times both paths on a software adapter, takes the faster and says so', async () => {
    const info = await chooseBackend('auto');
    expect(info.softwareAdapter).toBe(true);
    expect(info.timings.map((timing) => timing.backend)).toEqual(['wasm', 'webgpu']);
    const best = info.timings.reduce((a, b) => (b.msPerStep < a.msPerStep ? b : a));
    expect(info.backend).toBe(best.backend);
    expect(info.reason).toContain(`using ${best.backend}`);
  });

  it.each(['wasm', 'cpu', 'webgpu'] as const)('starts %s when the address asks for it', async (backend) => {
    const info = await chooseBackend(backend);
    expect(info.backend).toBe(backend);
    expect(info.reason).toContain(backend);
  });
});
