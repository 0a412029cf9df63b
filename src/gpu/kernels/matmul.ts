/**
 * Matrix products and all that is done to their results before they leave the registers: bias, GELU, dropout, residual; for
 * gradients, GELU's derivative, the bias' column sums, and adding to what is there (epilogue.ts).
 *
 *   nn   y[M,N] = a[M,K] b[K,N]       linear; the head's dX
 *   nt   y[M,N] = a[M,K] b[N,K]ᵀ      a linear's dX; the tied head
 *   tn   y[M,N] = a[K,M]ᵀ b[K,N]      dW, and with it dBias[N] = column sums of b
 *
 * One invocation computes a tile of `rows` x `columns` numbers in registers, four steps of K at a time, as dot products of
 * vec4f: every number loaded is used `rows` or `columns` times. With `share`, the four lanes of a subgroup compute tiles
 * side by side, load a quarter of a's rows each and exchange them (subgroupBroadcast). No workgroup memory, no barriers:
 * the variant with those is matmulTiled.ts. Widths that are not multiples of 4 are read number by number.
 */
import { invariant } from '../../lib/errors.ts';
import type { GraphNode, Value } from '../graph.ts';
import type { GeluForm } from './activation.ts';
import { ceilDiv, type Dispatch, floats, kernel, load, range, type Target, vectorWidth } from './kernel.ts';
import type { DropoutAttrs } from './dropout.ts';
import { epilogue } from './epilogue.ts';
import { blockTiles } from './matmulTiled.ts';
import { pickBlock, takesVectors, VECTOR_TILES } from './matmulTiles.ts';
import { rowTimesMatrix } from './matmulVector.ts';

/** A product as the graph has it, in the terms of this file. */
export interface Product {
  node: GraphNode;
  layout: 'nn' | 'nt' | 'tn';
  M: number;
  N: number;
  K: number;
  a: Value;
  b: Value;
  y: Value;
  bias?: Value;
  residual?: Value;
  /** Slope of GELU: written by the forward product, multiplied with by the gradient's. */
  slope?: Value;
  dBias?: Value;
  gelu?: GeluForm;
  dropout?: DropoutAttrs;
  seed?: Value;
  /** Add to what y (and dBias) hold: gradients of several micro-batches. */
  accumulate: boolean;
}

export interface Tile {
  rows: number;
  columns: number;
  workgroup: [number, number];
  share: boolean;
}

export function productOf(node: GraphNode): Product {
  const { inputs, outputs, attrs } = node;
  const isLinear = node.op === 'Linear';
  const a = inputs[isLinear ? 'x' : 'a']!;
  const b = inputs[isLinear ? 'w' : 'b']!;
  const transposeA = !isLinear && attrs['transposeA'] === true;
  const transposeB = attrs[isLinear ? 'transposeW' : 'transposeB'] === true;
  invariant(!(transposeA && transposeB), 'a product with both sides transposed has no kernel');
  const y = outputs['y']!;
  const [M, N] = y.shape as [number, number];
  return {
    node,
    layout: transposeA ? 'tn' : transposeB ? 'nt' : 'nn',
    M,
    N,
    K: a.shape[transposeA ? 0 : 1]!,
    a,
    b,
    y,
    bias: inputs['bias'],
    residual: inputs['residual'],
    slope: inputs['slope'] ?? outputs['slope'],
    dBias: outputs['dBias'],
    gelu: attrs['gelu'] as GeluForm | undefined,
    dropout: attrs['dropout'] as Product['dropout'],
    seed: inputs['seed'],
    accumulate: attrs['accumulate'] === true,
  };
}

export function matmul(node: GraphNode, target: Target): Dispatch[] {
  const product = productOf(node);
  return [target.choose?.(product) ?? untuned(product, target)];
}

/** The program for a product that nobody has timed on this device. */
function untuned(product: Product, target: Target): Dispatch {
  if (target.reduction === 'serial') return registerTiles(product, pickTile(product, target));
  if (takesVectors(product)) return rowTimesMatrix(product, VECTOR_TILES[0]!);
  return blockTiles(product, pickBlock(product, target));
}

/** The largest tile that still gives every core something to do. */
export function pickTile({ M, N, K, layout }: Product, target: Target): Tile {
  const vectors = vectorWidth(N, layout === 'tn' ? M : K) === 4;
  if (!vectors) return { rows: 4, columns: 4, workgroup: [4, 4], share: false };
  const share = target.subgroupSize === 4;
  const sizes =
    target.effort === 'quick'
      ? [[8, 8]]
      : share
        ? [
            // twice the code pays where the loop is long and b is not read across its rows
            ...(layout !== 'nn' && K >= 512 && M * N >= 1 << 17 ? [[64, 16]] : []),
            [32, 16],
            [32, 8],
            [16, 16],
            [16, 8],
          ]
        : [
            [32, 16],
            [16, 16],
            [16, 8],
            [8, 8],
          ];
  for (const [rows, columns] of sizes as [number, number][]) {
    const invocations = ceilDiv(M, rows) * ceilDiv(N, columns);
    const used =
      (M * N) / (ceilDiv(M, rows) * rows * ceilDiv(N, columns * (share ? 4 : 1)) * columns * (share ? 4 : 1));
    if (used > 0.8 && invocations >= target.minInvocations)
      return { rows, columns, workgroup: share ? [4, 1] : [4, 4], share };
  }
  const [rows, columns] = (target.effort === 'quick' ? [8, 8] : [8, 4]) as [number, number];
  const few = M < 8; // one row in decoding
  return {
    rows: few ? (layout === 'tn' ? 4 : 1) : rows,
    columns: few ? 4 : columns,
    workgroup: share && !few ? [4, 1] : [4, 4],
    share: share && !few,
  };
}

/** The program for one tile size. K is walked in steps of W: 4, or 1 where rows cannot be read as vectors. */
export function registerTiles(product: Product, tile: Tile): Dispatch {
  const { layout, M, N, K, a, b, dBias } = product;
  const W = layout === 'tn' ? vectorWidth(M, N) : vectorWidth(N, K);
  const Wk = layout === 'tn' ? (K % 4 === 0 ? W : 1) : W; // steps of K at a time
  const { rows: R, workgroup } = tile;
  const C = tile.columns;
  const share = tile.share && R % 4 === 0 && W === 4;
  const vectors = C / W; // of outputs in a row of the tile
  const guardRows = M % R !== 0 || M % (R * workgroup[1]) !== 0;
  const guardColumns = N % C !== 0 || N % (C * workgroup[0]) !== 0;
  const F = floats(W);
  const tn = layout === 'tn';
  const lines: string[] = [];
  const then = epilogue(product, W);
  const lane = (i: number) => (W === 1 ? '' : `.${'xyzw'[i]}`);

  /** Declares, for step k of K: B<j> for each column of the tile, A<i> for each row, both with Wk numbers and a suffix. */
  const loadStep = (k: string, suffix: string): string[] => {
    const step: string[] = [`let k${suffix} = ${k};`];
    const declare = (name: string, value: string) => step.push(`let ${name}${suffix} = ${value};`);
    const gather = (name: string, at: number) => {
      const parts = range(Wk).map((i) => `${name}${i}_${Math.floor(at / W)}${suffix}${lane(at % W)}`);
      return Wk === 1 ? parts[0]! : `vec4f(${parts.join()})`;
    };
    if (layout === 'nt')
      for (const j of range(C)) declare(`B${j}`, load(b, 'b', `(c * ${W}u + ${j}u) * Kv + k${suffix}`, Wk));
    else {
      declare('bAt', `k${suffix} * Nv${Wk} + c`);
      for (const i of range(Wk))
        for (const v of range(vectors))
          declare(`b${i}_${v}`, load(b, 'b', `bAt${suffix} + ${i > 0 ? `Nv${i} + ` : ''}${v}u`, W));
      for (const j of range(C)) declare(`B${j}`, gather('b', j));
      if (dBias)
        for (const v of range(vectors)) {
          const rows = range(Wk).map((i) => `b${i}_${v}${suffix}`);
          step.push(`t${v} += ${rows.join(' + ')};`);
        }
    }
    if (tn) {
      declare('aAt', `k${suffix} * Mv${Wk} + gid.y * ${R / W}u`);
      for (const i of range(Wk))
        for (const j of range(R / W)) {
          const at = (offset: string) =>
            load(a, 'a', `aAt${suffix} + ${i > 0 ? `Mv${i} + ` : ''}${offset}`, W);
          if (share && j % 4 === 0) declare(`p${i}_${j}`, at(`${j}u + lane`));
          declare(
            `a${i}_${j}`,
            share ? `subgroupBroadcast(p${i}_${j & ~3}${suffix}, ${j & 3}u)` : at(`${j}u`),
          );
        }
      for (const r of range(R)) declare(`A${r}`, gather('a', r));
    } else
      for (const r of range(R)) {
        const row = () => load(a, 'a', `(r + ${r}u${share ? ' + lane' : ''}) * Kv + k${suffix}`, Wk);
        if (share && r % 4 === 0) declare(`p${r}`, row());
        declare(`A${r}`, share ? `subgroupBroadcast(p${r & ~3}${suffix}, ${r & 3}u)` : row());
      }
    return step;
  };

  lines.push(
    `let r = gid.y * ${R}u; let c = gid.x * ${vectors}u; let lane = lid & 3u;`,
    `let Nv = dims.N / ${W}u; let Kv = dims.K / ${Wk}u; let Mv = dims.M / ${W}u;`,
  );
  // multiples that the loop adds: software adapters compile what is written, multiplication by multiplication
  if (layout !== 'nt') for (const i of range(Wk)) lines.push(`let Nv${i + 1} = Nv * ${i + 1}u;`);
  if (tn) for (const i of range(Wk)) lines.push(`let Mv${i + 1} = Mv * ${i + 1}u;`);
  for (const r of range(R)) for (const v of range(vectors)) lines.push(`var s${r}_${v} = ${F}();`);
  if (dBias) for (const v of range(vectors)) lines.push(`var t${v} = ${F}();`);

  // two steps of K at a time where they come in pairs: the sums leave the registers (there are too many) half as often
  const unroll = (K / Wk) % 2 === 0 && R * C >= 256 ? 2 : 1;
  lines.push(`for (var k0 = 0u; k0 < Kv; k0 += ${unroll}u) {`);
  for (const u of range(unroll)) lines.push(...loadStep(`k0${u > 0 ? ` + ${u}u` : ''}`, `_${u}`));
  for (const r of range(R))
    for (const v of range(vectors)) {
      const sums = range(unroll).map((u) => {
        const dots = range(W).map((i) =>
          Wk === 1 ? `A${r}_${u} * B${v * W + i}_${u}` : `dot(A${r}_${u}, B${v * W + i}_${u})`,
        );
        return W === 1 ? dots[0]! : `vec4f(${dots.join()})`;
      });
      lines.push(`s${r}_${v} += ${sums.join(' + ')};`);
    }
  lines.push('}');

  if (then.begin) lines.push(then.begin);
  if (then.bias) for (const v of range(vectors)) lines.push(`let bias${v} = ${then.bias(`c + ${v}u`)};`);
  for (const r of range(R))
    for (const v of range(vectors)) {
      const text = then.finish(`s${r}_${v}`, `(r + ${r}u) * Nv + c + ${v}u`, then.bias && `bias${v}`);
      const guards = [guardRows ? `r + ${r}u < dims.M` : '', guardColumns ? `c + ${v}u < Nv` : ''].filter(
        Boolean,
      );
      lines.push(guards.length > 0 ? `if (${guards.join(' && ')}) { ${text} }` : `{ ${text} }`);
    }
  if (dBias)
    for (const v of range(vectors))
      lines.push(`if (gid.y == 0u && c + ${v}u < Nv) { ${then.columnSum(`t${v}`, `c + ${v}u`)} }`);

  return kernel({
    label: `matmul ${layout}${then.label} ${R}x${C}`,
    reads: { a: [a, tn ? W : Wk], b: [b, layout === 'nt' ? Wk : W], ...then.reads },
    writes: then.writes,
    dims: { M, N, K },
    workgroup,
    threads: [ceilDiv(N, C), ceilDiv(M, R)],
    subgroups: share,
    helpers: then.helpers,
    body: lines.join('\n'),
    flops: 2 * M * N * K,
  });
}
