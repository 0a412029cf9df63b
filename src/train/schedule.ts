/**
 * The learning rate over time: linear warm-up, then a cosine to minLr (Loshchilov & Hutter 2017, arXiv 1608.03983), with
 * nanoGPT's off-by-ones: step 0 already learns, at learningRate / (warmupSteps + 1).
 */
import type { TrainConfig } from './config.ts';

/** `step` counts from 0, the first update. */
export function learningRateAt(
  step: number,
  {
    learningRate,
    minLr,
    warmupSteps,
    lrDecaySteps,
  }: Pick<TrainConfig, 'learningRate' | 'minLr' | 'warmupSteps' | 'lrDecaySteps'>,
): number {
  if (step < warmupSteps) return (learningRate * (step + 1)) / (warmupSteps + 1);
  if (step >= lrDecaySteps) return minLr;
  const progress = (step - warmupSteps) / (lrDecaySteps - warmupSteps); // 0..1
  return minLr + 0.5 * (1 + Math.cos(Math.PI * progress)) * (learningRate - minLr);
}
