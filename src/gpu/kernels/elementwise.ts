/** Small kernels for what no pass could make part of something larger. */
import type { GraphNode, Value } from '../graph.ts';
import { type Dispatch, floats, kernel, load, nameOf, store, vectorWidth } from './kernel.ts';

/** y = x, or zeros. */
export function fill(y: Value, x?: Value): Dispatch {
  const W = vectorWidth(y.size);
  return kernel({
    label: x ? 'Copy' : 'Zero',
    reads: x ? { x: [x, W] } : {},
    writes: { y: [y, W] },
    workgroup: [64],
    threads: [y.size / W],
    body: store(y, 'y', 'i', x ? load(x, 'x', 'i', W) : `${floats(W)}()`, W),
  });
}

export const copy = ({ inputs, outputs }: GraphNode): Dispatch[] => [fill(outputs['y']!, inputs['x'])];

/** a + b */
export function add(node: GraphNode): Dispatch[] {
  const { a, b } = node.inputs as { a: Value; b: Value };
  const { y } = node.outputs as { y: Value };
  const W = vectorWidth(y.size);
  const [left, right] = (['a', 'b'] as const).map((name) => {
    const value = name === 'a' ? a : b;
    return load(value, nameOf(value, name, y, 'y'), 'i', W);
  });
  return [
    kernel({
      label: 'Add',
      reads: { a: [a, W], b: [b, W] },
      writes: { y: [y, W] },
      workgroup: [64],
      threads: [y.size / W],
      body: store(y, 'y', 'i', `${left} + ${right}`, W),
      flops: y.size,
    }),
  ];
}

/** x [N, C] -> column sums [C], where no product could take them along. */
export function columnSum(node: GraphNode): Dispatch[] {
  const { x } = node.inputs as { x: Value };
  const { y } = node.outputs as { y: Value };
  const [N, C] = x.shape as [number, number];
  const old = node.attrs['accumulate'] ? `${load(y, 'y', 'i', 1)} + ` : '';
  return [
    kernel({
      label: 'ColumnSum',
      reads: { x: [x, 1] },
      writes: { y: [y, 1] },
      workgroup: [16],
      threads: [C],
      body: `var sum = 0.0; for (var row = 0u; row < ${N}u; row++) { sum += ${load(x, 'x', `row * ${C}u + i`, 1)}; }
${store(y, 'y', 'i', `${old}sum`, 1)}`,
      flops: x.size,
    }),
  ];
}
