/**
 * The products of matmul.ts where a has one row, or hardly more: a token being decoded. There is nothing to use twice, so all
 * that counts is that enough invocations read b at once: of each column (or vec4 of columns, where b lies in rows), a group of
 * `parts` invocations sums one part of K each.
 */
import { epilogue } from './epilogue.ts';
import { ceilDiv, type Dispatch, floats, kernel, load, range, vectorWidth } from './kernel.ts';
import type { Product } from './matmul.ts';

export interface VectorTile {
  /** Columns of a workgroup; vec4s of columns in layout nn. */
  columns: number;
  /** Invocations for each of them, a power of two. */
  parts: number;
}

/** @returns the program for layouts nn and nt. */
export function rowTimesMatrix(product: Product, { columns, parts }: VectorTile): Dispatch {
  const { layout, M, N, K, a, b } = product;
  const nn = layout === 'nn';
  const W = nn ? vectorWidth(N) : 1; // columns at a time
  const Wk = nn ? 1 : vectorWidth(K); // steps of K at a time
  const F = floats(W);
  const then = epilogue(product, W);
  // neighbours read neighbouring numbers of b
  const place = nn
    ? `let column = group.x * ${columns}u + lid % ${columns}u; let part = lid / ${columns}u;`
    : `let column = group.x * ${columns}u + lid / ${parts}u; let part = lid % ${parts}u;`;
  const inA = load(a, 'a', 'group.y * Kv + k', Wk);
  const term = nn
    ? `${inA} * ${load(b, 'b', `k * (dims.N / ${W}u) + column`, W)}`
    : `${Wk === 4 ? 'dot' : ''}(${inA} ${Wk === 4 ? ',' : '*'} ${load(b, 'b', 'column * Kv + k', Wk)})`;
  const distance = nn ? columns : 1;
  const halves = range(Math.log2(parts)).map((i) => parts >> (i + 1));
  return kernel({
    label: `matmul ${layout}${then.label} ${vectorName({ columns, parts })}`,
    reads: { a: [a, Wk], b: [b, nn ? W : Wk], ...then.reads },
    writes: then.writes,
    dims: { M, N, K },
    workgroup: [columns * parts, 1],
    threads: [ceilDiv(N, columns * W) * columns * parts, M],
    helpers: `var<workgroup> sums: array<${F}, ${columns * parts}>;${then.helpers}`,
    body: `${place}
let Kv = dims.K / ${Wk}u;
var sum = ${F}();
for (var k = part; k < Kv; k += ${parts}u) { sum += ${term}; }
sums[lid] = sum;
workgroupBarrier(); // every part is there before any is added to another
${halves
  .map(
    (half) => `if (part < ${half}u) { sums[lid] += sums[lid + ${half * distance}u]; }
workgroupBarrier(); // these sums are there before the next half adds them`,
  )
  .join('\n')}
${then.begin}
if (part == 0u && column < dims.N / ${W}u) {
  ${then.finish('sums[lid]', `group.y * (dims.N / ${W}u) + column`, then.bias?.('column'))}
}`,
    flops: 2 * M * N * K,
  });
}

export const vectorName = ({ columns, parts }: VectorTile): string => `vector ${columns}x${parts}`;
