/** Dropout: the mask is a function of (seed, stream, index), computed on the spot (ops/dropout.ts, lib/rng.ts). */
import type { GraphNode, Value } from '../graph.ts';
import {
  type Dispatch,
  floats,
  HASH32,
  kernel,
  literal,
  load,
  nameOf,
  range,
  store,
  vectorWidth,
  type Width,
} from './kernel.ts';

export interface DropoutAttrs {
  rate: number;
  stream: number;
}

/** WGSL: keeps(index, key) and, where a body wants vectors, factors(vector index, key): 0 or 1 / (1 - rate). */
export function dropoutFunctions({ rate }: DropoutAttrs, width: Width): string {
  const scale = literal(1 / (1 - rate));
  const threshold = `${Math.ceil(rate * 2 ** 32)}u`;
  const lanes = range(width).map((i) => `factor(${width === 1 ? 'at' : `at * ${width}u + ${i}u`}, key)`);
  return `${HASH32}
fn factor(at: u32, key: u32) -> f32 { return select(0.0, ${scale}, hash32(at, key) >= ${threshold}); }
fn factors(at: u32, key: u32) -> ${floats(width)} { return ${width === 1 ? lanes[0] : `vec${width}f(${lanes.join()})`}; }`;
}

/** The key of one use of dropout in one step; `seed` is an i32 buffer. */
export const dropoutKey = ({ stream }: DropoutAttrs): string =>
  `let key = hash32(${stream}u, bitcast<u32>(seed[0]));`;

/** y = x ⊙ mask / (1 - rate) + residual */
export function dropout(node: GraphNode): Dispatch[] {
  const { x, seed, residual } = node.inputs as { x: Value; seed: Value; residual?: Value };
  const { y } = node.outputs as { y: Value };
  const attrs = node.attrs as unknown as DropoutAttrs;
  const W = vectorWidth(y.size);
  const value = `${load(x, nameOf(x, 'x', y, 'y'), 'i', W)} * factors(i, key)`;
  return [
    kernel({
      label: 'Dropout',
      reads: {
        x: [x, W],
        seed: [seed, 1],
        ...(residual && { residual: [residual, W] as [Value, Width] }),
      },
      writes: { y: [y, W] },
      workgroup: [64],
      threads: [y.size / W],
      helpers: dropoutFunctions(attrs, W),
      body: `${dropoutKey(attrs)}
${store(y, 'y', 'i', residual ? `${value} + ${load(residual, nameOf(residual, 'residual', y, 'y'), 'i', W)}` : value, W)}`,
      flops: y.size,
    }),
  ];
}
