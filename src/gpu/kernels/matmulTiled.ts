/**
 * The products of matmul.ts for real GPUs: a workgroup computes a block of y, and walks K with one block of a and one of b at
 * a time in workgroup memory, so that a number is loaded once for all invocations that use it.
 *
 * Blocks lie there as they lie in their buffers, all in vec4: turning them round happens in registers, where it is a matter of
 * names. While a block is worked on, the next one is on its way into registers. With `slices`, groups of invocations of one
 * workgroup take a part of K each and add up at the end: dW has few columns, few rows, and all tokens as K.
 *
 * Not multiplied on the matrix units of a GPU, which WGSL does not reach yet.
 */
import { epilogue } from './epilogue.ts';
import { ceilDiv, type Dispatch, kernel, range, vectorWidth } from './kernel.ts';
import type { Product } from './matmul.ts';

export interface BlockTile {
  /** The workgroup's block of y. */
  rows: number;
  columns: number;
  /** Steps of K in workgroup memory at once, a multiple of 4. */
  depth: number;
  /** An invocation's part of the block: multiples of 4. */
  each: [rows: number, columns: number];
  /** Groups of invocations that share K. */
  slices: number;
  /** float16 operands stay float16 in workgroup memory: half the traffic there. Sums are float32 in any case. */
  half: boolean;
}

/** How one operand lies in its buffer and in workgroup memory. */
interface Side {
  /** Its buffer. */
  name: 'a' | 'b';
  tile: 'tileA' | 'tileB';
  element: string;
  /** K runs along its rows (a of nn and nt, b of nt), or across them. */
  alongK: boolean;
  /** Rows or columns of y that it covers: in a block, and the name of their number in all. */
  extent: number;
  dim: 'M' | 'N';
  guarded: boolean;
  width: 1 | 4;
  /** vec4s in workgroup memory: of a row, and of the block. */
  stride: number;
  size: number;
}

const invocationsOf = ({ rows, columns, each }: BlockTile): number => (rows * columns) / (each[0] * each[1]);

function sides(product: Product, tile: BlockTile): [Side, Side] {
  const { layout, M, N, K, a, b } = product;
  const side = (name: 'a' | 'b', alongK: boolean): Side => {
    const isA = name === 'a';
    const extent = isA ? tile.rows : tile.columns;
    // lanes that read rows one below the other meet in few banks of the memory, unless rows have an odd number of vec4s
    const stride = alongK ? tile.depth / 4 + 1 : extent / 4;
    return {
      name,
      tile: isA ? 'tileA' : 'tileB',
      element: tile.half && (isA ? a : b).dtype === 'float16' ? 'f16' : 'f32',
      alongK,
      extent,
      dim: isA ? 'M' : 'N',
      guarded: (isA ? M : N) % extent !== 0,
      width: vectorWidth(alongK ? K : isA ? M : N),
      stride,
      size: stride * (alongK ? extent : tile.depth),
    };
  };
  return [side('a', layout !== 'tn'), side('b', layout === 'nt')];
}

/** Bytes of workgroup memory that the program takes: WebGPU guarantees 16384. */
export function workgroupBytes(product: Product, tile: BlockTile): number {
  const tiles = sides(product, tile).reduce(
    (sum, { size, element }) => sum + size * tile.slices * (element === 'f16' ? 8 : 16),
    0,
  );
  return tiles + 16 * partsOf(product, tile);
}

/** vec4s through which slices add up. */
function partsOf({ dBias }: Product, tile: BlockTile): number {
  const [TM, TN] = tile.each;
  return tile.slices === 1 ? 0 : invocationsOf(tile) * ((TM * TN) / 4 + (dBias ? TN / 4 : 0));
}

/** WGSL: four numbers of an operand, zeros outside; (row, first of four columns) of its buffer. */
function loader({ name, tile, alongK, dim, guarded, width }: Side, guardK: boolean): string {
  const E = `vec4<${tile}Element>`;
  const [rows, columns] = alongK ? [dim, 'K'] : ['K', dim];
  const [guardRows, guardColumns] = alongK ? [guarded, guardK] : [guardK, guarded];
  const outside = [
    guardRows ? `row >= dims.${rows}` : '',
    guardColumns ? `column >= dims.${columns}` : '',
  ].filter(Boolean);
  const guard = outside.length > 0 ? `if (${outside.join(' || ')}) { return ${E}(); }\n  ` : '';
  const one = (i: number) =>
    i === 0 ? `${name}[at]` : `select(0.0, ${name}[at + ${i}u], column + ${i}u < dims.${columns})`;
  const value =
    width === 4
      ? `return ${E}(${name}[row * (dims.${columns} / 4u) + column / 4u]);`
      : `let at = row * dims.${columns} + column;
  return ${E}(vec4(${range(4).map(one).join(', ')}));`;
  return `fn load_${name}(row: u32, column: u32) -> ${E} {
  ${guard}${value}
}`;
}

/** "(x + 3u)", and "x" for none. */
const plus = (name: string, n: number): string => (n === 0 ? name : `(${name} + ${n}u)`);

export function blockTiles(product: Product, tile: BlockTile): Dispatch {
  const { layout, M, N, K, a, b, dBias } = product;
  const { rows, columns, depth, slices } = tile;
  const [TM, TN] = tile.each;
  const [A, B] = sides(product, tile);
  const across = columns / TN; // invocations side by side
  const invocations = invocationsOf(tile); // of a slice
  const vectors = TN / 4; // of outputs in a row of the tile
  const W = vectorWidth(N);
  const then = epilogue(product, W);
  const guardK = K % (depth * slices) !== 0;
  const sums = range(TM).flatMap((r) => range(vectors).map((v) => `s${r}_${v}`));
  const columnSums = dBias ? range(vectors).map((v) => `t${v}`) : [];
  const all = [...sums, ...columnSums];

  // as little arithmetic as can be in an index: compilers that know its range leave out the check of its bounds
  const ownSlice = ({ size }: Side) => (slices > 1 ? `slice * ${size}u + ` : '');
  /** For each vec4 of a block that an invocation fetches: from where, and where to. */
  const fetches = (side: Side) =>
    range(ceilDiv((side.extent * depth) / 4, invocations)).map((i) => {
      const perRow = (side.alongK ? depth : side.extent) / 4;
      const e = plus('at', i * invocations);
      const [row, vector] = [`${e} / ${perRow}u`, `${e} % ${perRow}u`];
      const first = side.dim === 'M' ? 'm0' : 'n0';
      // rows of b are dealt out, four to an invocation: what neighbours read together lies together
      const line = side === B && side.alongK ? `(${row}) % 4u * ${columns / 4}u + ${row} / 4u` : row;
      return {
        register: `${side.name}Next${i}`,
        load: side.alongK
          ? `load_${side.name}(${first} + ${row}, k0 + ${vector} * 4u)`
          : `load_${side.name}(k0 + ${row}, ${first} + ${vector} * 4u)`,
        place: `${side.tile}[${ownSlice(side)}(${line}) * ${side.stride}u + ${vector}]`,
        guard:
          (i + 1) * invocations * 4 > side.extent * depth
            ? `if (at < ${(side.extent * depth) / 4 - i * invocations}u) `
            : '',
      };
    });
  const fetched = [...fetches(A), ...fetches(B)];

  /** Four steps of K, from workgroup memory into the sums. */
  const step: string[] = [];
  const read = (side: Side, line: string, vector: string) =>
    `vec4f(${side.tile}[${ownSlice(side)}${line} * ${side.stride}u + ${vector}])`;
  if (A.alongK) for (const r of range(TM)) step.push(`let A${r} = ${read(A, plus('y0', r), 'k')};`);
  else
    for (const i of range(4))
      for (const j of range(TM / 4))
        step.push(`let a${i}_${j} = ${read(A, `(4u * k + ${i}u)`, `y0 / 4u + ${j}u`)};`);
  const aOf = (r: number, i: number) =>
    A.alongK ? `A${r}.${'xyzw'[i]}` : `a${i}_${r >> 2}.${'xyzw'[r & 3]}`;
  if (B.alongK)
    for (const v of range(vectors))
      for (const j of range(4))
        step.push(`let B${v}_${j} = ${read(B, plus('x', (j * columns) / 4 + v * across), 'k')};`);
  for (const i of range(4)) {
    for (const v of range(vectors))
      step.push(
        `let b${i}_${v} = ${
          B.alongK
            ? `vec4f(${range(4)
                .map((j) => `B${v}_${j}.${'xyzw'[i]}`)
                .join(', ')})`
            : read(B, `(4u * k + ${i}u)`, plus('x', v * across))
        };`,
      );
    for (const r of range(TM))
      for (const v of range(vectors)) step.push(`s${r}_${v} += ${aOf(r, i)} * b${i}_${v};`);
  }
  if (dBias)
    step.push(
      `if (group.y == 0u) { ${range(vectors)
        .map(
          (v) =>
            `t${v} += ${range(4)
              .map((i) => `b${i}_${v}`)
              .join(' + ')};`,
        )
        .join(' ')} }`,
    );

  const lines = [
    slices > 1 ? `let at = lid % ${invocations}u; let slice = lid / ${invocations}u;` : 'let at = lid;',
    `let x = at % ${across}u; let y0 = at / ${across}u * ${TM}u;`,
    `let m0 = group.y * ${rows}u; let n0 = group.x * ${columns}u;`,
    `let blocks = (dims.K + ${depth * slices - 1}u) / ${depth * slices}u; // of a slice`,
    `var k0 = ${slices > 1 ? `slice * blocks * ${depth}u` : '0u'};`,
    ...all.map((name) => `var ${name} = vec4f();`),
    ...fetched.map(({ register, load }) => `var ${register} = ${load};`),
    'for (var block = 0u; block < blocks; block++) {',
    'workgroupBarrier(); // nobody reads the blocks before any more',
    ...fetched.map(
      ({ register, place, guard }) =>
        `${guard}${guard ? '{ ' : ''}${place} = ${register};${guard ? ' }' : ''}`,
    ),
    'workgroupBarrier(); // the blocks are complete',
    `k0 += ${depth}u;`,
    'if (block + 1u < blocks) {',
    ...fetched.map(({ register, load }) => `${register} = ${load};`),
    '}',
    `for (var k = 0u; k < ${depth / 4}u; k++) {`,
    ...step,
    '}',
    '}',
  ];
  if (slices > 1)
    lines.push(
      `for (var other = 1u; other < ${slices}u; other++) {`,
      'workgroupBarrier(); // the slice before has been added',
      `if (slice == other) { ${all.map((name, i) => `parts[${i * invocations}u + at] = ${name};`).join(' ')} }`,
      'workgroupBarrier(); // the parts of this one are there',
      `if (slice == 0u) { ${all.map((name, i) => `${name} += parts[${i * invocations}u + at];`).join(' ')} }`,
      '}',
      'if (slice == 0u) {',
    );

  lines.push(then.begin);
  for (const v of range(vectors)) {
    lines.push(`let c${v} = (n0 + ${4 * v * across}u + 4u * x) / ${W}u;`);
    if (then.bias && W === 4) lines.push(`let bias${v} = ${then.bias(`c${v}`)};`);
  }
  /** A statement for a vec4 of outputs, or, where rows do not divide into those, in a loop over its four numbers. */
  const write = (v: number, statement: (lane: string, column: string, bias?: string) => string) => {
    if (W === 1)
      return `for (var j = 0u; j < 4u; j++) { let c = c${v} + j; if (c < dims.N) { ${statement('[j]', 'c', then.bias?.('c'))} } }`;
    const text = statement('', `c${v}`, then.bias && `bias${v}`);
    return N % columns === 0 ? `{ ${text} }` : `if (c${v} < dims.N / 4u) { ${text} }`;
  };
  for (const r of range(TM)) {
    lines.push(`${A.guarded ? `if (m0 + y0 + ${r}u < dims.M) ` : ''}{`);
    for (const v of range(vectors))
      lines.push(
        write(v, (lane, column, bias) =>
          then.finish(`s${r}_${v}${lane}`, `(m0 + y0 + ${r}u) * (dims.N / ${W}u) + ${column}`, bias),
        ),
      );
    lines.push('}');
  }
  if (dBias) {
    const texts = range(vectors).map((v) =>
      write(v, (lane, column) => then.columnSum(`t${v}${lane}`, column)),
    );
    lines.push(`if (group.y == 0u && y0 == 0u) { ${texts.join(' ')} }`);
  }
  if (slices > 1) lines.push('}');

  const parts = partsOf(product, tile);
  return kernel({
    label: `matmul ${layout}${then.label} ${tileName(tile)}`,
    reads: { a: [a, A.width], b: [b, B.width], ...then.reads },
    writes: then.writes,
    dims: { M, N, K },
    workgroup: [invocations * slices, 1],
    threads: [ceilDiv(N, columns) * invocations * slices, ceilDiv(M, rows)],
    helpers: [
      ...[A, B].flatMap((side) => [
        `alias ${side.tile}Element = ${side.element};`,
        `var<workgroup> ${side.tile}: array<vec4<${side.tile}Element>, ${side.size * slices}>;`,
        loader(side, guardK),
      ]),
      parts > 0 ? `var<workgroup> parts: array<vec4f, ${parts}>;` : '',
      then.helpers,
    ].join('\n'),
    body: lines.filter(Boolean).join('\n'),
    flops: 2 * M * N * K,
  });
}

/** "64x64x16 4x4", and what else there is to say. */
export const tileName = ({ rows, columns, depth, each, slices, half }: BlockTile): string =>
  `${rows}x${columns}x${depth} ${each.join('x')}${slices > 1 ? ` in ${slices} slices` : ''}${half ? ' half' : ''}`;
