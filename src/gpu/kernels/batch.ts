/**
 * Batches: windows of the corpus, whose token ids live on the GPU; a step brings only offsets. Numbers as in
 * train/batches.ts, except that documents are named by where they begin: only equality counts.
 */
import type { GraphNode, Value } from '../graph.ts';
import { type Dispatch, kernel, load, store, vectorWidth, type Width } from './kernel.ts';

/** corpus [tokens, packed], offsets [B] -> inputs [B T], targets [B T], documents [B T] */
export function batch(node: GraphNode): Dispatch[] {
  const { corpus, offsets } = node.inputs as { corpus: Value; offsets: Value };
  const { y, targets, documents } = node.outputs as Record<string, Value>;
  const { T, idBits, separator } = node.attrs as { T: number; idBits: 16 | 32; separator?: number };
  const token =
    idBits === 32
      ? 'return i32(corpus[at]);'
      : 'return i32((corpus[at >> 1u] >> ((at & 1u) * 16u)) & 0xffffu);';
  return [
    kernel({
      label: 'Batch',
      reads: { corpus: [corpus, 1], offsets: [offsets, 1] },
      writes: {
        inputs: [y!, 1],
        ...(targets && { targets: [targets, 1] as [Value, Width] }),
        ...(documents && { documents: [documents, 1] as [Value, Width] }),
      },
      workgroup: [16],
      threads: [y!.size],
      helpers: `fn token(at: u32) -> i32 { ${token} }`,
      body: `let t = i % ${T}u; let begin = offsets[i / ${T}u];
inputs[i] = token(begin + t); ${targets ? 'targets[i] = token(begin + t + 1u);' : ''}
${documents ? `var first = t; while (first > 0u && token(begin + first - 1u) != ${separator}) { first--; } documents[i] = i32(first);` : ''}`,
    }),
  ];
}

/** x [N, C], row [1] -> that row of x, [1, C] */
export function takeRow(node: GraphNode): Dispatch[] {
  const { x, row } = node.inputs as { x: Value; row: Value };
  const { y } = node.outputs as { y: Value };
  const C = y.size;
  const W = vectorWidth(C);
  return [
    kernel({
      label: 'TakeRow',
      reads: { x: [x, W], row: [row, 1] },
      writes: { y: [y, W] },
      workgroup: [16],
      threads: [C / W],
      body: store(y, 'y', 'i', load(x, 'x', `u32(row[0]) * ${C / W}u + i`, W), W),
    }),
  ];
}
