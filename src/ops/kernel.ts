/**
 * How an op of ours becomes a TensorFlow.js kernel.
 *
 * An op is one file: the formula, a composition of stock tfjs ops (which is its definition, runs on every eager backend
 * and is what faster kernels are tested against), and its gradient on tfjs's tape. Inside a kernel the tape is off, so the
 * stock ops of a composition are never differentiated; only the op as a whole is.
 *
 * Ops have one output each: the tape would fill unused outputs with real arrays of zeros. What the backward pass needs
 * besides inputs it computes again.
 */
import * as tf from '@tensorflow/tfjs-core';

export type Inputs<K extends string> = Record<K, tf.Tensor>;

/** Backends that run compositions eagerly. */
export const EAGER_BACKENDS = ['cpu', 'wasm', 'webgpu'] as const;

/** Registers a kernel that is a composition of stock ops, on all eager backends. */
export function defineKernel<K extends string, A extends object = object>(
  kernelName: string,
  compose: (inputs: Inputs<K>, attrs: A) => tf.Tensor,
): void {
  for (const backendName of EAGER_BACKENDS)
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => tf.tidy(() => compose(inputs as Inputs<K>, attrs as unknown as A)),
    });
}

/** Calls a kernel of ours. Optional inputs that are absent must be left out: the tape cannot filter `undefined`. */
export function run<T extends tf.Tensor>(
  kernelName: string,
  inputs: Record<string, tf.Tensor | undefined>,
  attrs: object = {},
): T {
  const present = Object.fromEntries(
    Object.entries(inputs).filter(([, tensor]) => tensor),
  ) as tf.NamedTensorMap;
  return tf.engine().runKernel(kernelName, present, attrs as tf.NamedAttrMap) as T;
}

/**
 * Registers the gradient of a kernel. `gradient` gets dY and the saved inputs by name, and returns one closure for each
 * input that may need a gradient; the tape calls only those it wants.
 */
export function defineGradient<K extends string, A extends object = object>(
  kernelName: string,
  inputsToSave: K[],
  gradient: (dY: tf.Tensor, saved: Inputs<K>, attrs: A) => Record<string, () => tf.Tensor>,
): void {
  tf.registerGradient({
    kernelName,
    inputsToSave,
    gradFunc: (dY, saved, attrs) =>
      gradient(
        dY as tf.Tensor,
        Object.fromEntries(inputsToSave.map((name, i) => [name, saved[i]])) as Inputs<K>,
        attrs as unknown as A,
      ),
  });
}

/**
 * Splits the last axis of x [.., ΣW] into parts of the given widths. Slices, because tfjs's wasm takes 0.6 ms to split
 * 512 x 192 in three and 0.05 ms for each slice.
 */
export function splitColumns<P extends tf.Tensor[]>(x: tf.Tensor, widths: number[]): P {
  let from = 0;
  return widths.map((width) => {
    const begin = x.shape.map((_, axis) => (axis === x.rank - 1 ? from : 0));
    from += width;
    return tf.slice(x, begin, [...x.shape.slice(0, -1), width]);
  }) as P;
}
