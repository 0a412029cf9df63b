/**
 * AdamW, the clip by global norm and the learning-rate schedule, in float64. An oracle, not the product's optimizer.
 *
 * One step t = 1, 2, ... on every number p with gradient g:
 *   p -= lr wd p                                  (parameters of two and more dimensions only)
 *   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
 *   p -= lr mHat / (sqrt(vHat) + eps),            mHat = m / (1 - beta1^t), vHat = v / (1 - beta2^t)
 *
 * Source: Loshchilov & Hutter 2017, https://arxiv.org/abs/1711.05101, in the form of
 * https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html; clip:
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html; schedule: nanoGPT's train.py,
 * https://github.com/karpathy/nanoGPT
 */

export interface ReferenceParameter {
  shape: readonly number[];
  data: Float64Array;
}
export type ReferenceParameters = Map<string, ReferenceParameter>;
export type ReferenceGradients = Map<string, Float64Array>;

export interface AdamWOptions {
  learningRate: number;
  beta1: number;
  beta2: number;
  weightDecay: number;
  /** Default 1e-8. */
  eps?: number;
}

export interface AdamWState {
  /** Steps taken so far. */
  t: number;
  m: Map<string, Float64Array>;
  v: Map<string, Float64Array>;
}

export function createAdamWState(params: ReferenceParameters): AdamWState {
  const zeros = () => new Map([...params].map(([name, { data }]) => [name, new Float64Array(data.length)]));
  return { t: 0, m: zeros(), v: zeros() };
}

/** One step; overwrites params and state. */
export function adamWStep(
  params: ReferenceParameters,
  gradients: ReferenceGradients,
  state: AdamWState,
  { learningRate, beta1, beta2, weightDecay, eps = 1e-8 }: AdamWOptions,
): void {
  state.t++;
  const correction1 = 1 - beta1 ** state.t;
  const correction2 = 1 - beta2 ** state.t;
  for (const [name, { shape, data }] of params) {
    const gradient = gradients.get(name)!;
    const m = state.m.get(name)!;
    const v = state.v.get(name)!;
    const decay = shape.length >= 2 ? weightDecay : 0;
    for (let i = 0; i < data.length; i++) {
      const g = gradient[i]!;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      const decayed = data[i]! - learningRate * decay * data[i]!;
      const mHat = m[i]! / correction1;
      const vHat = v[i]! / correction2;
      data[i] = decayed - (learningRate * mHat) / (Math.sqrt(vHat) + eps);
    }
  }
}

/** Euclidean norm of all gradients taken as one vector. */
export function globalNorm(gradients: ReferenceGradients): number {
  let sum = 0;
  for (const gradient of gradients.values()) for (const g of gradient) sum += g * g;
  return Math.sqrt(sum);
}

/**
 * Scales all gradients in place by min(1, gradClip / (norm + 1e-6)) and returns the norm before the clip.
 * gradClip 0 = no clipping.
 */
export function clipByGlobalNorm(gradients: ReferenceGradients, gradClip: number): number {
  const norm = globalNorm(gradients);
  if (gradClip === 0) return norm;
  const scale = Math.min(1, gradClip / (norm + 1e-6));
  for (const gradient of gradients.values()) gradient.forEach((g, i) => (gradient[i] = g * scale));
  return norm;
}

export interface ScheduleOptions {
  learningRate: number;
  minLr: number;
  warmupSteps: number;
  lrDecaySteps: number;
}

/** Learning rate of step 0, 1, ...: a linear rise, half a cosine from learningRate down to minLr, then minLr. */
export function referenceLearningRate(
  step: number,
  { learningRate, minLr, warmupSteps, lrDecaySteps }: ScheduleOptions,
): number {
  if (step < warmupSteps) return (learningRate * (step + 1)) / (warmupSteps + 1);
  if (step >= lrDecaySteps) return minLr;
  const progress = (step - warmupSteps) / (lrDecaySteps - warmupSteps);
  return minLr + 0.5 * (1 + Math.cos(Math.PI * progress)) * (learningRate - minLr);
}
