import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { attention, dropout } from '../../src/ops/index.ts';
import { startBackend } from '../../src/workers/model/backends.ts';
import { BACKENDS, randomArray, relativeError } from './support.ts';

describe.each(BACKENDS)('dropout() on %s', (backend) => {
  beforeAll(() => startBackend(backend));
  const seedOf = (seed: number) => tf.tensor1d([seed], 'int32');
  const ones = () => tf.ones([64, 50]);

  it('keeps the expectation: survivors are scaled by 1 / (1 - rate)', async () => {
    const y = await dropout(ones(), seedOf(1), { rate: 0.2, stream: 0 }).data<'float32'>();
    expect(new Set([...y].map((value) => value.toFixed(4)))).toEqual(new Set(['0.0000', '1.2500']));
    const mean = y.reduce((a, b) => a + b) / y.length;
    expect(Math.abs(mean - 1)).toBeLessThan(4 * Math.sqrt(0.25 / y.length)); // 4 standard errors
  });

  it('gives the same mask for the same seed and stream, and another for another', async () => {
    const draw = (seed: number, stream: number) =>
      dropout(ones(), seedOf(seed), { rate: 0.5, stream }).data();
    const first = await draw(7, 3);
    expect(await draw(7, 3)).toEqual(first);
    expect(await draw(8, 3)).not.toEqual(first);
    expect(await draw(7, 4)).not.toEqual(first);
  });

  it('its gradient passes where values passed, and all of it to the residual', async () => {
    const seed = seedOf(5);
    const x = tf.tensor(Float32Array.from(randomArray(3200, 1)), [64, 50]);
    const residual = tf.tensor(Float32Array.from(randomArray(3200, 2)), [64, 50]);
    const f = (a: tf.Tensor, b: tf.Tensor) => dropout(a, seed, { rate: 0.3, stream: 2, residual: b });
    const [dX, dResidual] = tf.grads(f)([x, residual], tf.ones([64, 50])) as [tf.Tensor, tf.Tensor];
    const mask = await dropout(ones(), seed, { rate: 0.3, stream: 2 }).data();
    expect(await dX.data()).toEqual(mask);
    expect(await dResidual.data()).toEqual(new Float32Array(3200).fill(1));
    const [y, xs, residuals] = await Promise.all(
      [f(x, residual), x, residual].map((tensor) => tensor.data()),
    );
    expect(
      relativeError(
        y!,
        xs!.map((value, i) => value * mask[i]! + residuals![i]!),
      ),
    ).toBeLessThan(1e-6);
  });
});

describe('attention() with dropout', () => {
  it('its gradient agrees with finite differences under the same mask', async () => {
    await startBackend('cpu');
    const seed = tf.tensor1d([11], 'int32');
    const options = { T: 6, nHead: 2, nKvHead: 1, headDim: 4, dropout: { rate: 0.4, stream: 1, seed } };
    const shape: [number, number] = [12, 16];
    const x = randomArray(12 * 16, 1);
    const dY = Float32Array.from(randomArray(12 * 8, 2));
    const value = (at: Float64Array) => {
      const y = attention(tf.tensor(Float32Array.from(at), shape), options).dataSync<'float32'>();
      return y.reduce((sum, v, i) => sum + v * dY[i]!, 0);
    };
    const gradient = tf.grad((qkv: tf.Tensor) => attention(qkv, options))(
      tf.tensor(Float32Array.from(x), shape),
      tf.tensor(dY, [12, 8]),
    );
    const values = gradient.dataSync();
    for (const key of [3, 17, 60, 100, 150, 190]) {
      const moved = (h: number) => x.map((v, i) => (i === key ? v + h : v));
      const slope = (value(moved(1e-2)) - value(moved(-1e-2))) / 2e-2;
      expect(Math.abs(slope - values[key]!), `entry ${key}`).toBeLessThan(2e-3);
    }
  });
});
