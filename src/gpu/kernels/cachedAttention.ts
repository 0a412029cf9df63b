/**
 * Attention of generation: a few new positions see all that came before, whose keys and values are kept in buffers. One
 * invocation a row and head, or, on a GPU, a workgroup whose lanes share the keys and join their online softmaxes.
 */
import type { GraphNode, Value } from '../graph.ts';
import {
  type Dispatch,
  floats,
  kernel,
  literal,
  load,
  range,
  store,
  sumLanes,
  type Target,
  vectorWidth,
} from './kernel.ts';
import { rowKernel } from './rows.ts';

/** Columns of k and v in a row of qkv -> rows position .. position + T of the caches [S, NKV HS]. */
export function cacheWrite(node: GraphNode): Dispatch[] {
  const { qkv, position } = node.inputs as { qkv: Value; position: Value };
  const { y: k, v } = node.outputs as { y: Value; v: Value };
  const [T, width] = qkv.shape as [number, number];
  const [S, columns] = k.shape as [number, number];
  return [
    kernel({
      label: 'CacheWrite',
      reads: { qkv: [qkv, 1], position: [position, 1] },
      writes: { k: [k, 1], v: [v, 1] },
      workgroup: [64],
      threads: [T * columns],
      body: `let t = i / ${columns}u; let c = i % ${columns}u; let row = u32(position[0]) + t;
if (row >= ${S}u) { return; } // rows beyond the prompt, in a chunk that is not full
let source = t * ${width}u + ${width - 2 * columns}u + c; let place = row * ${columns}u + c;
${store(k, 'k', 'place', load(qkv, 'qkv', 'source', 1), 1)}
${store(v, 'v', 'place', load(qkv, 'qkv', `source + ${columns}u`, 1), 1)}`,
    }),
  ];
}

/** qkv [T, (NH + 2 NKV) HS] and the caches, which hold its keys already -> y [T, NH HS] */
export function cachedAttention(node: GraphNode, target: Target): Dispatch[] {
  const { qkv, k, v, position } = node.inputs as Record<string, Value>;
  const { y } = node.outputs as { y: Value };
  const { nHead, nKvHead, headDim } = node.attrs as Record<string, number>;
  const [T, width] = qkv!.shape as [number, number];
  const S = k!.shape[0]!;
  const W = vectorWidth(headDim!);
  const F = floats(W);
  const d = headDim! / W;
  const parts = range(d);
  const rows = rowKernel(target, T * nHead!, 0);
  const serial = target.reduction === 'serial';
  const dot = parts.map((i) => `q${i} * ${load(k!, 'k', `o${'k'} + ${i}u`, W)}`).join(' + ');
  return [
    kernel({
      label: 'CachedAttention',
      reads: { qkv: [qkv!, W], k: [k!, W], v: [v!, W], position: [position!, 1] },
      writes: { y: [y, W] },
      ...rows.grid,
      helpers: rows.helpers(W),
      body: `let pair = ${serial ? 'i' : 'i / 64u'}; let t = pair / ${nHead}u; let h = pair % ${nHead}u;
let last = min(u32(position[0]) + t, ${S - 1}u); let column = (h / ${nHead! / nKvHead!}u) * ${d}u;
let oq = t * ${width / W}u + h * ${d}u;
${parts.map((i) => `let q${i} = ${load(qkv!, 'qkv', `oq + ${i}u`, W)}; var y${i} = ${F}();`).join(' ')}
var m = -1e30; var l = 0.0;
for (var j = ${serial ? '0u' : 'lid'}; j <= last; j += ${serial ? 1 : 64}u) {
  let ok = j * ${(nKvHead! * headDim!) / W}u + column;
  let products = ${dot};
  let x = ${sumLanes('products', W)} * ${literal(1 / Math.sqrt(headDim!))};
  let top = max(m, x); let keep = exp(m - top); let w = exp(x - top);
  l = l * keep + w; m = top;
  ${parts.map((i) => `y${i} = y${i} * keep + w * ${load(v!, 'v', `ok + ${i}u`, W)};`).join(' ')}
}
${
  serial
    ? `let share = 1.0 / l; ${parts.map((i) => store(y, 'y', `pair * ${d}u + ${i}u`, `y${i} * share`, W)).join(' ')}`
    : `let top = maxAll1(m, lid); let mine = exp(m - top); let share = 1.0 / sumAll1(l * mine, lid);
${parts
  .map(
    (i) =>
      `let all${i} = sumAll${W}(y${i} * mine, lid); if (lid == 0u) { ${store(y, 'y', `pair * ${d}u + ${i}u`, `all${i} * share`, W)} }`,
  )
  .join('\n')}`
}`,
    }),
  ];
}

/** position += 1, once everything that reads it has run. */
export function advance(node: GraphNode): Dispatch[] {
  const { y } = node.outputs as { y: Value };
  return [
    kernel({
      label: 'Advance',
      reads: {},
      writes: { position: [y, 1] },
      workgroup: [1],
      threads: [1],
      body: 'position[0] += 1;',
    }),
  ];
}
