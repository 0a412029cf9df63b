/**
 * Clip and AdamW (ops/adamW.ts has the formulas) over whole arenas: three dispatches however many parameters there are. All
 * that changes from step to step, and the hyperparameters too, come from the buffer `hyper`.
 */
import type { GraphNode, Value } from '../graph.ts';
import { type Dispatch, kernel, literal, store, type Target, type Width } from './kernel.ts';
import { rowKernel } from './rows.ts';

/** The numbers of `hyper`, f32, in this order. */
export const HYPER = [
  'learningRate',
  'beta1',
  'beta2',
  'weightDecay',
  /** 1 / (1 - beta1^t) */
  'correction1',
  /** 1 / (1 - beta2^t) */
  'correction2',
  /** Largest norm; 0: no clipping. */
  'gradClip',
  /** What the gradients in the arena are multiplied with: 1 / micro-batches, 1 / loss scale. */
  'gradScale',
] as const;

const at = (name: (typeof HYPER)[number]) => `hyper[${HYPER.indexOf(name)}]`;
const EPSILON = 1e-8; // PyTorch's default

/** Sums of squares of the arena, one for each of [P] invocations. */
export function squareSums(node: GraphNode): Dispatch[] {
  const { gradients } = node.inputs as { gradients: Value };
  const { y } = node.outputs as { y: Value };
  const vectors = gradients.size / 4;
  return [
    kernel({
      label: 'SquareSums',
      reads: { gradients: [gradients, 4] },
      writes: { y: [y, 1] },
      workgroup: [64],
      threads: [y.size],
      body: `var sum = 0.0; for (var k = i; k < ${vectors}u; k += ${y.size}u) { let g = gradients[k]; sum += dot(g, g); } y[i] = sum;`,
      flops: 2 * gradients.size,
    }),
  ];
}

/** -> y = [factor for every gradient, norm before clipping] */
export function gradientScale(node: GraphNode, target: Target): Dispatch[] {
  const { sums, hyper } = node.inputs as { sums: Value; hyper: Value };
  const { y } = node.outputs as { y: Value };
  const rows = rowKernel(target, 1, sums.size);
  return [
    kernel({
      label: 'GradientScale',
      reads: { sums: [sums, 1], hyper: [hyper, 1] },
      writes: { y: [y, 1] },
      ...rows.grid,
      helpers: rows.helpers(1),
      body: `${rows.begin}
${rows.sum('total', 1, 'sums[o + c]')}
${rows.once(`let norm = sqrt(total) * ${at('gradScale')}; let clip = ${at('gradClip')};
y[0] = ${at('gradScale')} * select(1.0, min(1.0, clip / (norm + 1e-6)), clip > 0.0); y[1] = norm;`)}`,
    }),
  ];
}

/** Updates parameters and moments in place; the first `decayed` numbers of the arena lose weight as well. */
export function adamW(node: GraphNode, target: Target): Dispatch[] {
  const { gradients, scale, hyper } = node.inputs as Record<string, Value>;
  const { y: parameters, m, v, shadow } = node.outputs as Record<string, Value>;
  const vectors = parameters!.size / 4;
  const each = target.reduction === 'serial' ? 8 : 1; // the hyperparameters are then loaded once for eight
  const threads = Math.ceil(vectors / each);
  return [
    kernel({
      label: 'AdamW',
      reads: { gradients: [gradients!, 4], scale: [scale!, 1], hyper: [hyper!, 1] },
      writes: {
        parameters: [parameters!, 4],
        m: [m!, 4],
        v: [v!, 4],
        ...(shadow && { shadow: [shadow, 4] }),
      } as Record<string, [Value, Width]>,
      workgroup: [64],
      threads: [threads],
      body: `// the gradient overflowed (16-bit numbers only): no update; a test of bits, because compilers may assume finite numbers
if ((bitcast<u32>(scale[1]) & 0x7f800000u) == 0x7f800000u) { return; }
let factor = scale[0]; let b1 = ${at('beta1')}; let b2 = ${at('beta2')}; let lr = ${at('learningRate')};
let c1 = ${at('correction1')}; let c2 = ${at('correction2')}; let weightDecay = ${at('weightDecay')};
for (var k = i; k < ${vectors}u; k += ${threads}u) {
  let g = gradients[k] * factor;
  let first = m[k] * b1 + g * (1.0 - b1); let second = v[k] * b2 + g * g * (1.0 - b2);
  m[k] = first; v[k] = second;
  let decay = select(0.0, weightDecay, k < ${(node.attrs['decayed'] as number) / 4}u);
  let moved = parameters[k] * (1.0 - lr * decay) - lr * (first * c1) / (sqrt(second * c2) + ${literal(EPSILON)});
  parameters[k] = moved;
  ${shadow ? store(shadow, 'shadow', 'k', 'moved', 4) : ''}
}`,
      flops: 15 * parameters!.size,
    }),
  ];
}
