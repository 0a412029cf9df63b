/**
 * Embedding and its gradients (ops/embedding.ts). WGSL has no atomic addition of floats, so dWte is gathered, not scattered:
 * the positions of each token form a chain, and the token's first position sums along it. On the software adapter that
 * takes 2.5 ms where a scan of the vocabulary took 91.
 */
import type { GraphNode, Value } from '../graph.ts';
import { fill } from './elementwise.ts';
import { type Dispatch, floats, kernel, load, nameOf, store, vectorWidth, type Width } from './kernel.ts';

/** wte [V, C], wpe [Tmax, C], idx [N] -> y [N, C]. `position`: where the first row of a sequence stands. */
export function embedding(node: GraphNode): Dispatch[] {
  const { wte, wpe, idx, position } = node.inputs as Record<string, Value>;
  const { y } = node.outputs as { y: Value };
  const [N, C] = y.shape as [number, number];
  const { T, offset } = node.attrs as { T: number; offset: number };
  const W = vectorWidth(C);
  const columns = C / W;
  const row = `n % ${T}u + ${position ? 'u32(position[0])' : `${offset}u`}`;
  const token = load(wte!, 'wte', `u32(idx[n]) * ${columns}u + c`, W);
  const place = wpe
    ? ` + ${load(wpe, 'wpe', `min(${row}, ${wpe.shape[0]! - 1}u) * ${columns}u + c`, W)}`
    : '';
  return [
    kernel({
      label: 'Embedding',
      reads: {
        wte: [wte!, W],
        idx: [idx!, 1],
        ...(wpe && { wpe: [wpe, W] as [Value, Width] }),
        ...(wpe && position && { position: [position, 1] as [Value, Width] }),
      },
      writes: { y: [y, W] },
      workgroup: [64],
      threads: [N * columns],
      body: `let n = i / ${columns}u; let c = i % ${columns}u;\n${store(y, 'y', 'i', token + place, W)}`,
      flops: y.size,
    }),
  ];
}

const FIRST = '0x80000000u'; // marks the first position of a token

/** idx [N] -> for each position the next one with the same token (N: none), with a mark on a token's first. */
export function tokenChains(node: GraphNode): Dispatch[] {
  const { idx } = node.inputs as { idx: Value };
  const { y } = node.outputs as { y: Value };
  const N = idx.size;
  return [
    kernel({
      label: 'TokenChains',
      reads: { idx: [idx, 1] },
      writes: { y: [y, 1] },
      workgroup: [16],
      threads: [N],
      body: `let token = idx[i];
var first = ${FIRST}; for (var n = 0u; n < i; n++) { if (idx[n] == token) { first = 0u; break; } }
var next = i + 1u; while (next < ${N}u && idx[next] != token) { next++; }
y[i] = next | first;`,
    }),
  ];
}

/** dY [N, C] -> dWte [V, C], added to `sum` (the head's share) or to what is there; rows of absent tokens stay. */
export function embeddingDwte(node: GraphNode): Dispatch[] {
  const { dY, idx, next, sum } = node.inputs as Record<string, Value>;
  const { y } = node.outputs as { y: Value };
  const C = y.shape[1]!;
  const N = idx!.size;
  const W = vectorWidth(C);
  const columns = C / W;
  const chain = kernel({
    label: 'EmbeddingDwte',
    reads: { dY: [dY!, W], idx: [idx!, 1], next: [next!, 1] },
    writes: { y: [y, W] },
    workgroup: [4, 4],
    threads: [columns, N],
    body: `var n = gid.y; var link = next[n]; if (link < ${FIRST}) { return; }
let o = u32(idx[n]) * ${columns}u + gid.x; var total = ${floats(W)}();
loop {
  total += ${load(dY!, 'dY', `n * ${columns}u + gid.x`, W)};
  n = link & 0x7fffffffu; if (n >= ${N}u) { break; } link = next[n];
}
${store(y, 'y', 'o', `${load(y, 'y', 'o', W)} + total`, W)}`,
    flops: dY!.size,
  });
  const inPlace = sum && nameOf(sum, 'sum', y, 'y') === 'y';
  if (inPlace || node.attrs['accumulate']) return [chain];
  return [fill(y, sum), chain]; // nothing to add to yet
}

/** dY [B T, C] -> dWpe [Tmax, C]: sums over sequences; positions beyond T get zero. */
export function embeddingDwpe(node: GraphNode): Dispatch[] {
  const { dY } = node.inputs as { dY: Value };
  const { y } = node.outputs as { y: Value };
  const { T, offset } = node.attrs as { T: number; offset: number };
  const [N, C] = dY.shape as [number, number];
  const W = vectorWidth(C);
  const columns = C / W;
  const old = node.attrs['accumulate'] ? `${load(y, 'y', 'i', W)} + ` : '';
  return [
    kernel({
      label: 'EmbeddingDwpe',
      reads: { dY: [dY, W] },
      writes: { y: [y, W] },
      workgroup: [16],
      threads: [y.size / W],
      body: `let t = i / ${columns}u; let c = i % ${columns}u; var sum = ${floats(W)}();
if (t >= ${offset}u && t < ${offset + T}u) {
  for (var b = 0u; b < ${N / T}u; b++) { sum += ${load(dY, 'dY', `(b * ${T}u + t - ${offset}u) * ${columns}u + c`, W)}; }
}
${store(y, 'y', 'i', `${old}sum`, W)}`,
      flops: dY.size,
    }),
  ];
}
