/**
 * What the op tests share: backends, random numbers, and the check itself: value and every gradient of an op against the
 * float64 reference (tests/reference/), and against finite differences of the op's own values.
 */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/lib/rng.ts';
import { runAsPlan, TARGETS } from '../gpu/support.ts';
import { setGpuFailureListener, startBackend } from '../../src/workers/model/backends.ts';

// a command that the GPU refused fails the test that sent it, whatever numbers it then reads
setGpuFailureListener((error) => {
  throw error;
});

export const BACKENDS = ['cpu', 'wasm', 'webgpu'] as const;

export function randomArray(size: number, seed: number): Float64Array {
  const rng = createRng(seed);
  // rounded to float32, so that both sides compute from the same numbers
  return Float64Array.from({ length: size }, () => Math.fround(rng.normal()));
}

export const sizeOf = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

/** Largest difference, relative to the largest number in `want` (at least 1). */
export function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).toBe(want.length);
  let error = 0;
  let scale = 1;
  for (let i = 0; i < want.length; i++) {
    error = Math.max(error, Math.abs(got[i]! - want[i]!));
    scale = Math.max(scale, Math.abs(want[i]!));
    if (Number.isNaN(got[i]!)) return NaN;
  }
  return error / scale;
}

type Arrays = Record<string, Float64Array>;
type Tensors = Record<string, tf.Tensor>;

export interface OpCase {
  name: string;
  /** Differentiable inputs and their shapes. */
  inputs: Record<string, number[]>;
  op(inputs: Tensors): tf.Tensor;
  forward(inputs: Arrays): Float64Array;
  backward(inputs: Arrays, dY: Float64Array): Partial<Arrays>;
}

/** Declares the tests of one op on every backend. */
export function describeOp(name: string, cases: OpCase[], tolerance = 2e-5): void {
  describe.each(BACKENDS)(`${name}() on %s`, (backend) => {
    it.each(cases)('$name: value and gradients equal the float64 reference', async (opCase) => {
      await startBackend(backend);
      const arrays = randomInputs(opCase);
      const names = Object.keys(opCase.inputs);
      const tensors = names.map((key) => tf.tensor(Float32Array.from(arrays[key]!), opCase.inputs[key]!));
      const want = opCase.forward(arrays);
      const dY = randomArray(want.length, 99);
      const named = (list: tf.Tensor[]) => Object.fromEntries(names.map((key, i) => [key, list[i]!]));

      const y = opCase.op(named(tensors));
      expect(relativeError(await y.data(), want)).toBeLessThan(tolerance);

      const gradients = tf.grads((...list) => opCase.op(named(list)))(
        tensors,
        tf.tensor(Float32Array.from(dY), y.shape),
      );
      const wantGradients = opCase.backward(arrays, dY);
      for (const [i, key] of names.entries()) {
        const wanted = wantGradients[key]!;
        expect(gradients[i]!.shape).toEqual(opCase.inputs[key]);
        expect(relativeError(await gradients[i]!.data(), wanted), `gradient of ${key}`).toBeLessThan(
          tolerance,
        );
      }
    });
  });

  describe.each(Object.keys(TARGETS))(`${name}() as a plan, %s`, (target) => {
    it.each(cases)('$name: value and gradients equal the float64 reference', async (opCase) => {
      const arrays = randomInputs(opCase);
      const want = opCase.forward(arrays);
      const dY = randomArray(want.length, 99);
      const got = await runAsPlan(opCase, arrays, dY, TARGETS[target]!);
      expect(relativeError(got.y, want)).toBeLessThan(tolerance);
      const wantGradients = opCase.backward(arrays, dY);
      for (const key of Object.keys(opCase.inputs))
        expect(relativeError(got.gradients[key]!, wantGradients[key]!), `gradient of ${key}`).toBeLessThan(
          tolerance,
        );
    });
  });

  describe(`${name}() gradients`, () => {
    it.each(cases)('$name: agree with finite differences of its own values', async (opCase) => {
      await startBackend('cpu');
      const arrays = randomInputs(opCase);
      const names = Object.keys(opCase.inputs);
      const value = (at: Arrays, dY?: Float64Array) => {
        const named = Object.fromEntries(
          names.map((key) => [key, tf.tensor(Float32Array.from(at[key]!), opCase.inputs[key]!)]),
        );
        const y = opCase.op(named).dataSync<'float32'>();
        return dY ? y.reduce((sum, v, i) => sum + v * dY[i]!, 0) : y.length;
      };
      const dY = randomArray(value(arrays), 98);
      const wanted = opCase.backward(arrays, dY);
      for (const key of names) {
        // along one random direction: float32 values allow no finer look
        const direction = randomArray(arrays[key]!.length, 97);
        const h = 1e-2;
        const moved = (sign: number) => ({
          ...arrays,
          [key]: arrays[key]!.map((v, i) => v + sign * h * direction[i]!),
        });
        const slope = (value(moved(1), dY) - value(moved(-1), dY)) / (2 * h);
        const exact = wanted[key]!.reduce((sum, g, i) => sum + g * direction[i]!, 0);
        const scale = Math.sqrt(wanted[key]!.reduce((sum, g) => sum + g * g, 0)) + 1e-3;
        expect(Math.abs(slope - exact) / scale, key).toBeLessThan(0.02);
      }
    });
  });
}

function randomInputs({ inputs }: OpCase): Arrays {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, shape], i) => [key, randomArray(sizeOf(shape), i + 1)]),
  );
}
