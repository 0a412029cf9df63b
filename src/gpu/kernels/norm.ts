/**
 * RMSNorm and LayerNorm (ops/norm.ts has the formulas): forward keeps mean and 1 / standard deviation of each row, which both
 * parts of the gradient read.
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

/** x [N, C] -> y [N, C], stats [N, 2] */
export function norm(node: GraphNode, target: Target): Dispatch[] {
  const { x, weight, bias } = node.inputs as { x: Value; weight: Value; bias?: Value };
  const { y, stats } = node.outputs as { y: Value; stats?: Value };
  const [N, C] = x.shape as [number, number];
  const W = vectorWidth(C);
  const { eps, center } = node.attrs as { eps: number; center: boolean };
  const rows = rowKernel(target, N, C / W);
  const element = load(x, 'x', 'o + c', W);
  const normal = `(${element}${center ? ' - mean' : ''}) * rstd * ${load(weight, 'weight', 'c', W)}`;
  return [
    kernel({
      label: 'Norm',
      reads: {
        x: [x, W],
        weight: [weight, W],
        ...(bias && { bias: [bias, W] as [Value, Width] }),
      },
      writes: { y: [y, W], ...(stats && { stats: [stats, 2] as [Value, Width] }) },
      ...rows.grid,
      helpers: rows.helpers(W),
      body: `${rows.begin}
${center ? `${rows.sum('total', W, element)} let mean = ${sumLanes('total', W)} / ${literal(C)};` : 'let mean = 0.0;'}
${rows.sum('squares', W, `(${element} - mean) * (${element} - mean)`)}
let rstd = inverseSqrt(${sumLanes('squares', W)} / ${literal(C)} + ${literal(eps)});
${stats ? rows.once('stats[row] = vec2f(mean, rstd);') : ''}
${rows.each(store(y, 'y', 'o + c', bias ? `${normal} + ${load(bias, 'bias', 'c', W)}` : normal, W))}`,
      flops: 8 * x.size,
    }),
  ];
}

/** dY [N, C] -> dX [N, C], added to `sum` where there is one. */
export function normDx(node: GraphNode, target: Target): Dispatch[] {
  const { dY, x, weight, stats, sum } = node.inputs as Record<string, Value>;
  const { y } = node.outputs as { y: Value };
  const [N, C] = x!.shape as [number, number];
  const W = vectorWidth(C);
  const center = node.attrs['center'] as boolean;
  const rows = rowKernel(target, N, C / W);
  const g = `${load(dY!, nameOf(dY!, 'dY', y, 'y'), 'o + c', W)} * ${load(weight!, 'weight', 'c', W)}`;
  const xHat = `(${load(x!, 'x', 'o + c', W)} - s.x) * s.y`;
  const dX = `s.y * (${g}${center ? ' - meanG' : ''} - ${xHat} * meanGx)`;
  return [
    kernel({
      label: 'NormDx',
      reads: {
        dY: [dY!, W],
        x: [x!, W],
        weight: [weight!, W],
        stats: [stats!, 2],
        ...(sum && { sum: [sum, W] as [Value, Width] }),
      },
      writes: { y: [y, W] },
      ...rows.grid,
      helpers: rows.helpers(W),
      body: `${rows.begin} let s = stats[row];
${center ? `${rows.sum('totalG', W, g)} let meanG = ${sumLanes('totalG', W)} / ${literal(C)};` : ''}
${rows.sum('totalGx', W, `${g} * ${xHat}`)} let meanGx = ${sumLanes('totalGx', W)} / ${literal(C)};
${rows.each(store(y, 'y', 'o + c', sum ? `${load(sum, nameOf(sum, 'sum', y, 'y'), 'o + c', W)} + ${dX}` : dX, W))}`,
      flops: 10 * x!.size,
    }),
  ];
}

/**
 * dWeight [C] = column sums of dY x̂, dBias [C] of dY. Serial: an invocation a column. Workgroup: 8 columns by 32 lanes, which
 * walk the rows together and add up in workgroup memory.
 */
export function normDweight(node: GraphNode, target: Target): Dispatch[] {
  const { dY, x, stats } = node.inputs as Record<string, Value>;
  const { y, dBias } = node.outputs as { y?: Value; dBias?: Value };
  const [N, C] = x!.shape as [number, number];
  const W = vectorWidth(C);
  const F = floats(W);
  const columns = C / W;
  const lanes = target.reduction === 'workgroup' ? 32 : 1;
  const add = (value: Value, name: string, from: string) =>
    store(value, name, 'c', node.attrs['accumulate'] ? `${load(value, name, 'c', W)} + ${from}` : from, W);
  const finish = `${y ? add(y, 'y', 'a') : ''} ${dBias ? add(dBias, 'dBias', 'b') : ''}`;
  const walk = (from: string, step: number) => `var a = ${F}(); var b = ${F}();
for (var row = ${from}; row < ${N}u; row += ${step}u) {
  let s = stats[row]; let g = ${load(dY!, 'dY', `row * ${columns}u + c`, W)};
  b += g; a += g * (${load(x!, 'x', `row * ${columns}u + c`, W)} - s.x) * s.y;
}`;
  return [
    kernel({
      label: 'NormDweight',
      reads: { dY: [dY!, W], x: [x!, W], stats: [stats!, 2] },
      writes: {
        ...(y && { y: [y, W] as [Value, Width] }),
        ...(dBias && { dBias: [dBias, W] as [Value, Width] }),
      },
      workgroup: lanes === 1 ? [4] : [8, lanes],
      threads: lanes === 1 ? [columns] : [Math.ceil(columns / 8) * 8, lanes],
      helpers:
        lanes === 1 ? '' : `var<workgroup> partA: array<${F}, 256>; var<workgroup> partB: array<${F}, 256>;`,
      body:
        lanes === 1
          ? `let c = i;\n${walk('0u', 1)}\n${finish}`
          : `let c = min(gid.x, ${columns - 1}u); let lane = gid.y;
${walk('lane', lanes)}
partA[lid] = a; partB[lid] = b;
workgroupBarrier(); // all lanes' sums are written before one adds them up
if (lane == 0u && gid.x < ${columns}u) {
  for (var k = 1u; k < ${lanes}u; k++) { a += partA[lid + 8u * k]; b += partB[lid + 8u * k]; }
  ${finish}
}`,
      flops: 5 * x!.size,
    }),
  ];
}
