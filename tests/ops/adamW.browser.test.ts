import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { adamW, clipByGlobalNorm } from '../../src/ops/index.ts';
import { startBackend } from '../../src/workers/model/backends.ts';
import * as reference from '../reference/adamW.ts';
import { BACKENDS, randomArray, relativeError } from './support.ts';

const shapes = { matrix: [5, 7], vector: [6] };

describe.each(BACKENDS)('clipByGlobalNorm() and adamW() on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  it.each([1, 0, 1e6])('ten updates with clip %d equal the float64 reference', async (clip) => {
    const options = { learningRate: 0.01, beta1: 0.9, beta2: 0.95, weightDecay: 0.1 };
    const wanted: reference.ReferenceParameters = new Map();
    const params = new Map<string, tf.Variable>();
    const moments = new Map<string, { m: tf.Variable; v: tf.Variable }>();
    for (const [i, [name, shape]] of Object.entries(shapes).entries()) {
      const data = randomArray(
        shape.reduce((a, b) => a * b),
        i + 1,
      );
      wanted.set(name, { shape, data });
      params.set(name, tf.variable(tf.tensor(Float32Array.from(data), shape)));
      moments.set(name, { m: tf.variable(tf.zeros(shape)), v: tf.variable(tf.zeros(shape)) });
    }
    const state = reference.createAdamWState(wanted);
    for (let step = 1; step <= 10; step++) {
      const gradients: reference.ReferenceGradients = new Map();
      const tensors = new Map<string, tf.Tensor>();
      for (const [name, shape] of Object.entries(shapes)) {
        const data = randomArray(
          shape.reduce((a, b) => a * b),
          100 * step + name.length,
        );
        tensors.set(name, tf.tensor(Float32Array.from(data), shape));
        gradients.set(name, data);
      }
      const { scale, norm } = clipByGlobalNorm([...tensors.values()], clip);
      const wantedNorm = reference.clipByGlobalNorm(gradients, clip);
      expect(relativeError(await norm.data(), [wantedNorm])).toBeLessThan(1e-5);
      for (const [name, p] of params)
        adamW(p, tensors.get(name)!, moments.get(name)!, scale, { ...options, step });
      reference.adamWStep(wanted, gradients, state, options);
    }
    for (const [name, p] of params) {
      expect(relativeError(await p.data(), wanted.get(name)!.data), name).toBeLessThan(2e-5);
      expect(
        relativeError(await moments.get(name)!.m.data(), state.m.get(name)!),
        `m of ${name}`,
      ).toBeLessThan(2e-5);
      expect(
        relativeError(await moments.get(name)!.v.data(), state.v.get(name)!),
        `v of ${name}`,
      ).toBeLessThan(2e-5);
    }
  });
});
