/** All ops of the model. Importing this file registers their kernels and gradients. */
export { adamW, clipByGlobalNorm, type AdamWHyper, type Moments } from './adamW.ts';
export { attention, cachedAttention, type KeyValues } from './attention.ts';
export { crossEntropy } from './crossEntropy.ts';
export { dropout } from './dropout.ts';
export { embedding } from './embedding.ts';
export { gelu } from './gelu.ts';
export { linear } from './linear.ts';
export { layerNorm, rmsNorm } from './norm.ts';
export { rope } from './rope.ts';
export { swiglu } from './swiglu.ts';
