import { describe, expect, it } from 'vitest';
import { batchNumber, type Engine, initialWeights, WORKLOADS } from '../../bench/engines/engine.ts';
import { measure, mistake } from '../../bench/engines/measure.ts';
import { table } from '../../bench/engines/table.ts';

const workload = WORKLOADS.tiny!;
const options = { steps: 3, budgetMs: 1000 };

/** Loss is 1 plus `offset` at every step. */
const fake = (name: string, offset: number, log: string[] = []): Engine => ({
  name,
  gpu: false,
  init: async () => ({
    step: async () => {
      log.push(name);
      return 1 + offset;
    },
    dispose: () => log.push(`${name} disposed`),
  }),
});

describe('measure()', () => {
  it('lets engines take turns and disposes of each', async () => {
    const log: string[] = [];
    const [a, b] = await measure('tiny', workload, [fake('a', 0, log), fake('b', 1e-6, log)], options);
    expect(log).toEqual(['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b', 'a disposed', 'b disposed']);
    expect([a!.steps, b!.steps, a!.losses.length]).toEqual([3, 3, 4]);
    expect([mistake(a!), mistake(b!)]).toEqual([undefined, undefined]);
  });

  it('finds the one engine whose losses differ', async () => {
    const engines = [fake('a', 0), fake('b', 1), fake('c', 1e-6)];
    const rows = await measure('tiny', workload, engines, options);
    expect(rows.map((row) => mistake(row) !== undefined)).toEqual([false, true, false]);
    expect(table(rows)).toMatch(/^b .*WRONG/m);
  });

  it('takes a loss that is no number for a mistake', async () => {
    const rows = await measure('tiny', workload, [fake('a', NaN), fake('b', 0), fake('c', 0)], options);
    expect(rows.map((row) => mistake(row) !== undefined)).toEqual([true, false, false]);
  });

  it('goes on without an engine that fails', async () => {
    const broken: Engine = { ...fake('broken', 0), init: () => Promise.reject(new Error('no such device')) };
    const rows = await measure('tiny', workload, [broken, fake('a', 0)], options);
    expect(mistake(rows[0]!)).toContain('no such device');
    expect(rows[1]!.steps).toBe(3);
    expect(table(rows)).toMatch(/^broken .*no such device$/m);
  });

  it('gives an engine beyond its time two steps all the same', async () => {
    const rows = await measure('tiny', workload, [fake('a', 0)], { steps: 9, budgetMs: -1 });
    expect(rows[0]!.steps).toBe(2);
  });
});

describe('the workloads', () => {
  it('give every engine the same weights and batches, of tokens in the vocabulary', () => {
    expect(initialWeights(workload.model)).toEqual(initialWeights(workload.model));
    const { tokens, targets } = batchNumber(3, workload.model, 8);
    expect(batchNumber(3, workload.model, 8)).toEqual({ tokens, targets });
    expect([...tokens.slice(1, 64)]).toEqual([...targets.slice(0, 63)]);
    expect(Math.max(...tokens, ...targets)).toBeLessThan(256);
  });
});
