/**
 * Seeded random inputs for the tests of the reference: the same seed gives the same numbers everywhere.
 * Not the product's generator.
 *
 * Source: xorshift32, Marsaglia 2003, https://doi.org/10.18637/jss.v008.i14; normal numbers by Box & Muller 1958.
 */
import { parameterSpecs } from '../../src/model/config.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import type { ReferenceParameters } from './adamW.ts';

export interface RandomArrays {
  /** Uniform in (0, 1). */
  uniform(): number;
  /** `length` numbers of N(mean, std^2). */
  normal(length: number, std?: number, mean?: number): Float64Array;
  /** `length` whole numbers from 0 to below `limit`. */
  integers(length: number, limit: number): Int32Array;
}

export function randomArrays(seed: number): RandomArrays {
  let state = (Math.imul(seed, 2654435761) ^ 0x9e3779b9) | 1; // xorshift must not start at 0
  const uniform = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
  const gaussian = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    normal: (length, std = 1, mean = 0) => Float64Array.from({ length }, () => mean + std * gaussian()),
    integers: (length, limit) => Int32Array.from({ length }, () => Math.floor(uniform() * limit)),
  };
}

/**
 * Parameters of a model with every number random, norms and biases too: at their usual 1 and 0 a test could not see
 * whether they are used. Matrices are larger than at initialisation so that attention is far from uniform.
 */
export function randomParameters(config: ModelConfig, seed: number): ReferenceParameters {
  const random = randomArrays(seed);
  const params: ReferenceParameters = new Map();
  for (const [name, { shape, fill }] of parameterSpecs(config)) {
    const size = shape.reduce((a, b) => a * b, 1);
    params.set(name, { shape, data: random.normal(size, 0.3, fill) });
  }
  return params;
}
