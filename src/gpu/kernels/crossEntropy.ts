/**
 * Cross-entropy without one-hot vectors (ops/crossEntropy.ts): a loss and a log-sum-exp per row, the mean of the losses, and
 * the gradient, which takes the place of the logits.
 */
import type { GraphNode, Value } from '../graph.ts';
import {
  type Dispatch,
  floats,
  kernel,
  literal,
  load,
  nameOf,
  store,
  sumLanes,
  type Target,
  vectorWidth,
  type Width,
} from './kernel.ts';
import { rowKernel } from './rows.ts';

/** logits [N, V], targets [N] -> losses [N], logSumExp [N] */
export function crossEntropyRows(node: GraphNode, target: Target): Dispatch[] {
  const { logits, targets } = node.inputs as { logits: Value; targets: Value };
  const { y, logSumExp } = node.outputs as { y: Value; logSumExp?: Value };
  const [N, V] = logits.shape as [number, number];
  const W = vectorWidth(V);
  const rows = rowKernel(target, N, V / W);
  const element = load(logits, 'logits', 'o + c', W);
  const largest = W === 1 ? 'top' : 'max(max(top.x, top.y), max(top.z, top.w))';
  const picked =
    W === 1 ? load(logits, 'logits', 'o + t', W) : `${load(logits, 'logits', 'o + t / 4u', W)}[t % 4u]`;
  return [
    kernel({
      label: 'CrossEntropyRows',
      reads: { logits: [logits, W], targets: [targets, 1] },
      writes: { y: [y, 1], ...(logSumExp && { logSumExp: [logSumExp, 1] as [Value, Width] }) },
      ...rows.grid,
      helpers: rows.helpers(W),
      body: `${rows.begin}
${rows.max('top', W, element)} let m = ${largest};
${rows.sum('total', W, `exp(${element} - m)`)}
let all = m + log(${sumLanes('total', W)});
${rows.once(`let t = u32(targets[row]); ${logSumExp ? 'logSumExp[row] = all;' : ''} y[row] = all - ${picked};`)}`,
      flops: 5 * logits.size,
    }),
  ];
}

/** dLogits = (softmax(logits) - onehot(target)) / N, times a factor that keeps f16 gradients away from zero. */
export function crossEntropyGrad(node: GraphNode): Dispatch[] {
  const { logits, targets, logSumExp, lossScale } = node.inputs as Record<string, Value>;
  const { y } = node.outputs as { y: Value };
  const [N, V] = logits!.shape as [number, number];
  const W = vectorWidth(V);
  const columns = V / W;
  const F = floats(W);
  const hit =
    W === 1
      ? 'select(0.0, 1.0, c == t)'
      : `select(vec4f(), vec4f(1.0), vec4u(4u * c) + vec4u(0, 1, 2, 3) == vec4u(t))`;
  const scale = `${literal(1 / N)}${lossScale ? ' * lossScale[0]' : ''}`;
  return [
    kernel({
      label: 'CrossEntropyGrad',
      reads: {
        logits: [logits!, W],
        targets: [targets!, 1],
        logSumExp: [logSumExp!, 1],
        ...(lossScale && { lossScale: [lossScale, 1] as [Value, Width] }),
      },
      writes: { y: [y, W] },
      workgroup: [64],
      threads: [N * columns],
      body: `let row = i / ${columns}u; let c = i % ${columns}u; let t = u32(targets[row]);
let p = exp(${load(logits!, nameOf(logits!, 'logits', y, 'y'), 'i', W)} - ${F}(logSumExp[row]));
${store(y, 'y', 'i', `(p - ${hit}) * ${scale}`, W)}`,
      flops: 4 * logits!.size,
    }),
  ];
}

/** x [N] -> the mean. Rounded in a fixed order: the same seed gives the same bits. */
export function mean(node: GraphNode, target: Target): Dispatch[] {
  const { x } = node.inputs as { x: Value };
  const { y } = node.outputs as { y: Value };
  const rows = rowKernel(target, 1, x.size);
  return [
    kernel({
      label: 'Mean',
      reads: { x: [x, 1] },
      writes: { y: [y, 1] },
      ...rows.grid,
      helpers: rows.helpers(1),
      body: `${rows.begin}
${rows.sum('total', 1, 'x[o + c]')}
${rows.once(`y[0] = total / ${literal(x.size)};`)}`,
      flops: x.size,
    }),
  ];
}
