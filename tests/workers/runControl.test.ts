import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../src/lib/errors.ts';
import { RunControl, type RunState, yieldTask } from '../../src/workers/model/runControl.ts';

/** A loop that counts its steps until it is stopped. */
function countSteps(control: RunControl) {
  const loop = { steps: 0, done: Promise.resolve() };
  loop.done = (async () => {
    while (await control.turn()) loop.steps++;
  })();
  return loop;
}
const tasks = async (n: number) => {
  for (let i = 0; i < n; i++) await yieldTask();
};

describe('RunControl', () => {
  it('pauses within a step, resumes, and stops within a step', async () => {
    const states: RunState[] = [];
    const control = new RunControl((state) => states.push(state));
    const loop = countSteps(control);
    await tasks(20);
    expect(loop.steps).toBeGreaterThan(5);

    control.pause();
    const paused = loop.steps;
    await tasks(20);
    expect(loop.steps - paused).toBeLessThanOrEqual(1);

    control.resume();
    await tasks(20);
    expect(loop.steps).toBeGreaterThan(paused + 5);

    control.stop();
    const stopped = loop.steps;
    await loop.done;
    expect(loop.steps - stopped).toBeLessThanOrEqual(1);
    expect(states).toEqual(['paused', 'running', 'stopped']);
  });

  it('does one step at a time', async () => {
    const control = new RunControl(() => {});
    const loop = countSteps(control);
    control.pause();
    await tasks(5);
    const before = loop.steps;
    for (let i = 1; i <= 3; i++) {
      control.step();
      await tasks(10);
      expect(loop.steps).toBe(before + i);
      expect(control.state).toBe('paused');
    }
    control.stop();
    await loop.done;
  });

  it('stops a loop that is paused, for good', async () => {
    const control = new RunControl(() => {});
    const loop = countSteps(control);
    control.pause();
    await tasks(5);
    control.stop();
    await loop.done;
    control.resume();
    expect(control.state).toBe('stopped');
  });

  it('ends work between steps when stopped', async () => {
    const control = new RunControl(() => {});
    await control.breathe();
    control.stop();
    await expect(control.breathe()).rejects.toThrow(CancelledError);
  });
});
