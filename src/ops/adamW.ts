/**
 * clipByGlobalNorm and adamW: what turns gradients into an update.
 *
 *   norm = √(Σ g²) over all gradients;  scale = min(1, clip / (norm + 1e-6))        (Pascanu et al. 2013; PyTorch's form)
 *
 *   m ← β1 m + (1 - β1) g        v ← β2 v + (1 - β2) g²
 *   p ← p (1 - lr λ) - lr · (m / (1 - β1ᵗ)) / (√(v / (1 - β2ᵗ)) + ε)                 (Loshchilov & Hutter 2019, 1711.05101)
 *
 * λ is 0 for parameters of fewer than two dimensions (norms, biases), as in nanoGPT.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Factor for every gradient, and their global norm before it: two scalars that stay on the device. */
export function clipByGlobalNorm(
  gradients: tf.Tensor[],
  clip: number,
): { scale: tf.Scalar; norm: tf.Scalar } {
  // not addN: tfjs's webgpu binds one buffer for each summand, more than a shader may have
  const norm = tf.tidy(() => {
    const squares = gradients.map((g) => tf.sum(tf.square(g)));
    return tf.sqrt(squares.reduce((sum, square) => tf.add(sum, square))) as tf.Scalar;
  });
  const scale = tf.tidy(() => {
    return (clip > 0 ? tf.minimum(1, tf.div(clip, tf.add(norm, 1e-6))) : tf.scalar(1)) as tf.Scalar;
  });
  return { scale, norm };
}

export interface AdamWHyper {
  learningRate: number;
  beta1: number;
  beta2: number;
  weightDecay: number;
  /** 1 for the first update: the t of the bias correction. */
  step: number;
}

/** Moments of one parameter, of its shape; zero before the first step. */
export interface Moments {
  m: tf.Variable;
  v: tf.Variable;
}

const EPSILON = 1e-8; // PyTorch's default

/** Updates one parameter and its moments in place. `scale` is a scalar tensor by which the gradient is multiplied. */
export function adamW(
  p: tf.Variable,
  gradient: tf.Tensor,
  { m, v }: Moments,
  scale: tf.Tensor,
  hyper: AdamWHyper,
): void {
  const { learningRate, beta1, beta2, weightDecay, step } = hyper;
  const decay = p.shape.length >= 2 ? weightDecay : 0;
  tf.tidy(() => {
    const g = tf.mul(gradient, scale);
    m.assign(tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1)));
    v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2)));
    const denominator = tf.add(tf.sqrt(tf.mul(v, 1 / (1 - beta2 ** step))), EPSILON);
    const update = tf.mul(tf.div(m, denominator), learningRate / (1 - beta1 ** step));
    p.assign(tf.sub(tf.mul(p, 1 - learningRate * decay), update));
  });
}
