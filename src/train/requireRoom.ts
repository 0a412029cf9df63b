/** Refuses a training step that the GPU has no room for, from the plan's own figures, before anything is made. */
import { ConfigError } from '../lib/errors.ts';
import { formatBytes } from '../lib/units.ts';
import type { StepSketch } from './planStep.ts';

interface Room {
  device: GPUDevice;
  memoryLimitBytes: number;
}

/**
 * `fixedBytes`: parameters, moments and text, which no batch changes. `sketchOf` plans the step of another batch size.
 *
 * @throws {ConfigError} that says what would fit.
 */
export function requireRoom(
  { device, memoryLimitBytes }: Room,
  fixedBytes: number,
  B: number,
  sketchOf: (B: number) => StepSketch,
): StepSketch {
  const need = ({ gradients, update }: StepSketch) =>
    fixedBytes + gradients.stats.temporaryBytes + update.stats.temporaryBytes;
  const largest = ({ gradients }: StepSketch) =>
    Math.max(...gradients.memory.slots.map(({ bytes }) => bytes));
  const binding = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
  const fits = (candidate: StepSketch) =>
    need(candidate) <= memoryLimitBytes && largest(candidate) <= binding;
  const sketch = sketchOf(B);
  if (fits(sketch)) return sketch;
  let batch = B;
  do batch >>= 1;
  while (batch > 0 && !fits(sketchOf(batch)));
  throw new ConfigError(
    `A training step of this model takes ${formatBytes(need(sketch))} on the GPU` +
      (largest(sketch) > binding ? `, ${formatBytes(largest(sketch))} of it in one piece` : '') +
      `; this one allows ${formatBytes(memoryLimitBytes)}, ${formatBytes(binding)} in one piece. ` +
      (batch > 0
        ? `A batch of ${batch} would fit; raise gradAccumSteps to keep the number of tokens per update.`
        : 'Choose a smaller model, a shorter context or a smaller vocabulary.'),
  );
}
