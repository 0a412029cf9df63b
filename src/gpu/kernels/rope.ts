/** Rotary positions (ops/rope.ts), in place where qkv is not needed unturned. */
import type { GraphNode, Value } from '../graph.ts';
import { type Dispatch, kernel, load, nameOf, store, type Width } from './kernel.ts';

/** qkv [N, (NH + 2 NKV) HS] -> the same with q and k turned; `position`: where the first row of a sequence stands. */
export function rope(node: GraphNode): Dispatch[] {
  const { qkv, table, position } = node.inputs as { qkv: Value; table: Value; position?: Value };
  const { y } = node.outputs as { y: Value };
  const { T, headDim, nHead, nKvHead, offset, direction } = node.attrs as Record<string, number>;
  const [N, width] = qkv.shape as [number, number];
  const half = headDim! / 2;
  const turned = (nHead! + nKvHead!) * half; // pairs in a row
  const inPlace = nameOf(qkv, 'qkv', y, 'y') === 'y';
  const from = inPlace ? 'y' : 'qkv';
  // v is copied as pairs too, by the threads beyond the turned ones
  const pairs = inPlace ? turned : width / 2;
  const start = position ? 'u32(position[0])' : `${offset}u`;
  return [
    kernel({
      label: 'Rope',
      reads: {
        qkv: [qkv, 1],
        table: [table, 2],
        ...(position && { position: [position, 1] as [Value, Width] }),
      },
      writes: { y: [y, 1] },
      workgroup: [64],
      threads: [N * pairs],
      body: `let n = i / ${pairs}u; let pair = i % ${pairs}u;
let at = n * ${width}u + (pair / ${half}u) * ${headDim}u + pair % ${half}u;
let a = ${load(qkv, from, 'at', 1)}; let b = ${load(qkv, from, `at + ${half}u`, 1)};
${inPlace ? '' : `if (pair >= ${turned}u) { ${store(y, 'y', 'at', 'a', 1)} ${store(y, 'y', `at + ${half}u`, 'b', 1)} return; }`}
let turn = table[min(n % ${T}u + ${start}, ${table.shape[0]! - 1}u) * ${half}u + pair % ${half}u];
let c = turn.x; let s = ${direction === -1 ? '-' : ''}turn.y;
${store(y, 'y', 'at', 'a * c - b * s', 1)}
${store(y, 'y', `at + ${half}u`, 'b * c + a * s', 1)}`,
      flops: 3 * N * turned * 2,
    }),
  ];
}
