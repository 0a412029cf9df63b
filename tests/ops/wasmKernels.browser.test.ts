/** The stand-ins against the stock kernels of the cpu backend. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../../src/workers/model/backends.ts';
import { randomArray, relativeError, sizeOf } from './support.ts';

const tensor = (shape: number[], seed = 1) =>
  tf.tensor(Float32Array.from(randomArray(sizeOf(shape), seed)), shape);

/** Runs the same function on cpu and on wasm. */
async function onBoth(
  f: () => tf.Tensor,
): Promise<{ got: tf.TypedArray; want: tf.TypedArray; shape: number[] }> {
  await startBackend('cpu');
  const want = await f().data();
  await startBackend('wasm');
  const y = f();
  return { got: await y.data(), want, shape: y.shape };
}

describe('wasm stand-ins', () => {
  beforeAll(() => startBackend('wasm'));

  it.each([
    [
      [4, 3, 5],
      [4, 5, 2],
    ],
    [
      [2, 3, 7, 8],
      [2, 3, 8, 5],
    ],
    [
      [1, 6, 4],
      [1, 4, 9],
    ],
    [
      [5, 1, 1],
      [5, 1, 1],
    ],
  ])('BatchMatMul: %j x %j', async (a, b) => {
    const { got, want, shape } = await onBoth(() => tf.matMul(tensor(a), tensor(b, 2)));
    expect(shape).toEqual([...a.slice(0, -1), b.at(-1)]);
    expect(relativeError(got, want)).toBeLessThan(1e-6);
  });

  it('BatchMatMul leaves broadcasting and transposing to the stock kernel', async () => {
    const broadcast = await onBoth(() => tf.matMul(tensor([1, 3, 4]), tensor([5, 4, 2], 2)));
    expect(relativeError(broadcast.got, broadcast.want)).toBeLessThan(1e-6);
    const transposed = await onBoth(() => tf.matMul(tensor([5, 4, 3]), tensor([5, 2, 4], 2), true, true));
    expect(relativeError(transposed.got, transposed.want)).toBeLessThan(1e-6);
  });

  it.each([
    [[10], [2], [5]],
    [
      [6, 8],
      [1, 2],
      [4, 3],
    ],
    [
      [6, 8],
      [2, 0],
      [3, 8],
    ],
    [
      [3, 4, 5],
      [1, 0, 2],
      [2, 4, 2],
    ],
    [
      [3, 4, 5],
      [0, 1, 0],
      [3, 2, 5],
    ],
    [
      [2, 3, 4, 5],
      [1, 1, 1, 1],
      [1, 2, 3, 4],
    ],
    [
      [2, 3, 4, 80],
      [0, 2, 1, 3],
      [2, 1, 2, 77],
    ],
    [
      [5, 4],
      [4, 0],
      [1, -1],
    ],
  ])('Slice: of %j from %j take %j', async (shape, begin, size) => {
    const { got, want } = await onBoth(() => tf.slice(tensor(shape), begin, size));
    expect([...got]).toEqual([...want]);
  });

  it.each([
    [
      [40, 17],
      [1, 0],
    ],
    [
      [3, 20, 33],
      [0, 2, 1],
    ],
    [
      [3, 4, 5],
      [2, 0, 1],
    ],
    [
      [3, 4, 5],
      [1, 2, 0],
    ],
    [
      [3, 4, 5],
      [2, 1, 0],
    ],
    [
      [2, 3, 4, 5],
      [0, 2, 1, 3],
    ],
    [
      [2, 3, 4, 5],
      [0, 2, 3, 1],
    ],
    [
      [1, 7],
      [1, 0],
    ],
  ])('Transpose: %j by %j', async (shape, perm) => {
    const { got, want } = await onBoth(() => tf.transpose(tensor(shape), perm));
    expect([...got]).toEqual([...want]);
  });

  it('GatherV2: rows, some twice', async () => {
    const { got, want } = await onBoth(() =>
      tf.gather(tensor([9, 5]), tf.tensor1d([8, 0, 3, 3, 1], 'int32')),
    );
    expect([...got]).toEqual([...want]);
  });

  it.each([
    [1, 8],
    [40, 16],
    [7, 21],
    [3, 5],
  ])('ColumnSum: %i x %i', async (N, C) => {
    const { got, want, shape } = await onBoth(() =>
      tf.engine().runKernel<tf.Tensor>('ColumnSum', { x: tensor([N, C]) }),
    );
    expect(shape).toEqual([C]);
    expect(relativeError(got, want)).toBeLessThan(1e-6);
  });

  it('free their memory: parts of a tensor are forgotten, not freed', () => {
    const a = tensor([8, 16, 16]);
    const before = tf.memory().numTensors;
    const dataIds = tf.engine().backend.numDataIds();
    for (let i = 0; i < 50; i++) tf.tidy(() => void tf.matMul(a, a));
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.engine().backend.numDataIds()).toBe(dataIds);
    const values = a.dataSync();
    expect(relativeError(values, randomArray(8 * 256, 1))).toBe(0); // nobody wrote into it meanwhile
  });
});
