/**
 * Causal attention without a T x T matrix (ops/attention.ts has the formulas): the online softmax of FlashAttention (Dao et
 * al. 2022, arXiv 2205.14135). Forward keeps the log-sum-exp of each row; backward computes the weights again from it, once
 * by queries (dQ, and delta = rowsum(dY ⊙ y)) and once by keys (dK, dV), so that nothing is summed across invocations.
 *
 * An invocation owns `own` positions of one head and walks the other side. With `share`, the four lanes of a subgroup own
 * neighbouring positions and walk together: of each row they meet, a lane loads a quarter.
 */
import type { GraphNode, Value } from '../graph.ts';
import { type DropoutAttrs, dropoutFunctions, dropoutKey } from './dropout.ts';
import {
  ceilDiv,
  type Dispatch,
  floats,
  kernel,
  literal,
  load,
  range,
  store,
  type Target,
  vectorWidth,
  type Width,
} from './kernel.ts';

/** Pieces of WGSL for one shape, shared by the three programs. */
function pieces(node: GraphNode, target: Target, heads: number) {
  const { qkv } = node.inputs as { qkv: Value };
  const { T, headDim, nHead, nKvHead, rate, stream } = node.attrs as Record<string, number>;
  const [N, width] = qkv.shape as [number, number];
  const W = vectorWidth(headDim!);
  const d = headDim! / W; // vectors in a head's row
  const share = target.subgroupSize === 4 && W === 4 && d % 4 === 0;
  // the more positions share what is loaded, the better, until registers run out
  const most = node.op === 'Attention' && d < 12 ? 2 : 4;
  const lanes = share ? 4 : 1;
  const large = target.effort === 'best' && target.reduction === 'serial'; // a GPU wants many invocations instead
  const own = large ? ([most, 2].find((n) => T! % (lanes * n) === 0) ?? 1) : 1;
  const span = lanes * own; // positions of one tile
  const tiles = ceilDiv(T!, span); // of one sequence
  const all = (N! / T!) * heads * tiles;
  const owned = range(own);
  const parts = range(d);
  const F = floats(W);
  const names = { q: 0, k: nHead! * d, v: (nHead! + nKvHead!) * d };
  const dropout: DropoutAttrs | undefined = rate === undefined ? undefined : { rate, stream: stream! };
  const group = nHead! / nKvHead!;
  const documents = node.inputs['documents'];

  /** Index of the first vector of a row: of q, k, v (or their gradients), or of y. `head` counts among its own kind. */
  const at = (what: 'q' | 'k' | 'v' | 'y', row: string, head: string) =>
    what === 'y'
      ? `(${row}) * ${nHead! * d}u + ${head} * ${d}u`
      : `(${row}) * ${width! / W}u + ${names[what]}u + ${head} * ${d}u`;
  /** Declares name0 .. name<d-1>. */
  const loadRow = (name: string, value: Value, buffer: string, start: string) =>
    `let ${name}o = ${start}; ${parts.map((i) => `let ${name}${i} = ${load(value, buffer, `${name}o + ${i}u`, W)};`).join(' ')}`;
  /** The same for a row that all lanes of a subgroup want. */
  const shareRow = (name: string, value: Value, buffer: string, start: string) =>
    share
      ? `let ${name}o = ${start}; ${range(d / 4)
          .map((i) => `let ${name}p${i} = ${load(value, buffer, `${name}o + ${4 * i}u + lane`, W)};`)
          .join(' ')}
${parts.map((i) => `let ${name}${i} = subgroupBroadcast(${name}p${i >> 2}, ${i & 3}u);`).join(' ')}`
      : loadRow(name, value, buffer, start);
  return {
    share,
    T: T!,
    nHead: nHead!,
    W,
    d,
    span,
    parts,
    group,
    owned,
    dropout,
    at,
    loadRow,
    shareRow,
    scale: literal(1 / Math.sqrt(headDim!)),
    zeros: (name: string) => parts.map((i) => `var ${name}${i} = ${F}();`).join(' '),
    storeRow: (name: string, value: Value, buffer: string, start: string) =>
      `{ let o = ${start}; ${parts.map((i) => store(value, buffer, `o + ${i}u`, `${name}${i}`, W)).join(' ')} }`,
    dot: (a: string, b: string) =>
      parts.map((i) => (W === 1 ? `${a}${i} * ${b}${i}` : `dot(${a}${i}, ${b}${i})`)).join(' + '),
    each: (f: (a: number) => string) => owned.map(f).join('\n'),
    /** A statement for owned position a, where there is one: tiles may stick out of the sequence. */
    inside: (a: number, statement: string) =>
      tiles * span === T ? statement : `if (t${a} < ${T!}u) { ${statement} }`,
    visible: (a: number, condition: string) =>
      documents ? `(${condition}) && documents[b0 + other] == doc${a}` : condition,
    begin: `${share ? `let lane = lid & 3u; let tile = min(i / 4u, ${all - 1}u);` : 'let tile = i;'}
let begin = (tile % ${tiles}u) * ${span}u; let bh = tile / ${tiles}u; let b0 = (bh / ${heads}u) * ${T!}u; let h = bh % ${heads}u;
${owned
  .map(
    (a) =>
      `let t${a} = begin + ${share ? 'lane + ' : ''}${lanes * a}u; let row${a} = b0 + min(t${a}, ${T! - 1}u);` +
      (documents ? ` let doc${a} = documents[row${a}];` : ''),
  )
  .join('\n')}
${dropout ? dropoutKey(dropout) : ''}`,
    spec: {
      workgroup: [16] as [number],
      threads: [all * lanes] as [number],
      subgroups: share,
      helpers: dropout ? dropoutFunctions(dropout, 1) : '',
    },
    reads: {
      ...(documents && { documents: [documents, 1] as [Value, Width] }),
      ...(dropout && { seed: [node.inputs['seed']!, 1] as [Value, Width] }),
    },
    /** Floating-point operations of one product with the causal half of the weights. */
    productFlops: N! * nHead! * T! * headDim!,
  };
}

/** qkv [N, (NH + 2 NKV) HS] -> y [N, NH HS], logSumExp [N, NH] */
export function attention(node: GraphNode, target: Target): Dispatch[] {
  const { qkv } = node.inputs as { qkv: Value };
  const { y, logSumExp } = node.outputs as { y: Value; logSumExp?: Value };
  const p = pieces(node, target, node.attrs['nHead'] as number);
  const keep = (a: number) =>
    p.dropout ? `w${a} * factor((bh * ${p.T}u + t${a}) * ${p.T}u + other, key)` : `w${a}`;
  return [
    kernel({
      label: 'Attention',
      ...p.spec,
      reads: { qkv: [qkv, p.W], ...p.reads },
      writes: { y: [y, p.W], ...(logSumExp && { logSumExp: [logSumExp, 1] as [Value, Width] }) },
      body: `${p.begin}
let kh = h / ${p.group}u;
${p.each((a) => `${p.loadRow(`q${a}_`, qkv, 'qkv', p.at('q', `row${a}`, 'h'))} ${p.zeros(`y${a}_`)} var m${a} = -1e30; var l${a} = 0.0;`)}
for (var other = 0u; other < min(begin + ${p.span}u, ${p.T}u); other++) {
  ${p.shareRow('k', qkv, 'qkv', p.at('k', 'b0 + other', 'kh'))}
  ${p.shareRow('v', qkv, 'qkv', p.at('v', 'b0 + other', 'kh'))}
${p.each(
  (a) => `  let see${a} = ${p.visible(a, `other <= t${a}`)};
  let x${a} = select(-1e30, ${p.scale} * (${p.dot(`q${a}_`, 'k')}), see${a});
  let n${a} = max(m${a}, x${a}); let c${a} = exp(m${a} - n${a}); let w${a} = select(0.0, exp(x${a} - n${a}), see${a});
  l${a} = l${a} * c${a} + w${a}; m${a} = n${a}; let f${a} = ${keep(a)};
  ${p.parts.map((i) => `y${a}_${i} = y${a}_${i} * c${a} + f${a} * v${i};`).join(' ')}`,
)}
}
${p.each((a) =>
  p.inside(
    a,
    `let r${a} = 1.0 / l${a}; ${p.parts.map((i) => `y${a}_${i} *= r${a};`).join(' ')}
${p.storeRow(`y${a}_`, y, 'y', p.at('y', `row${a}`, 'h'))}
${logSumExp ? `logSumExp[row${a} * ${p.nHead}u + h] = m${a} + log(l${a});` : ''}`,
  ),
)}`,
      flops: 2 * p.productFlops,
    }),
  ];
}

/** -> the q columns of dQkv, and delta [N, NH] */
export function attentionDq(node: GraphNode, target: Target): Dispatch[] {
  const { dY, qkv, attended, logSumExp } = node.inputs as Record<string, Value>;
  const { y, delta } = node.outputs as { y: Value; delta: Value };
  const p = pieces(node, target, node.attrs['nHead'] as number);
  const keep = (a: number) => (p.dropout ? ` * factor((bh * ${p.T}u + t${a}) * ${p.T}u + other, key)` : '');
  return [
    kernel({
      label: 'AttentionDq',
      ...p.spec,
      reads: {
        dY: [dY!, p.W],
        qkv: [qkv!, p.W],
        attended: [attended!, p.W],
        logSumExp: [logSumExp!, 1],
        ...p.reads,
      },
      writes: { y: [y, p.W], delta: [delta, 1] },
      body: `${p.begin}
let kh = h / ${p.group}u;
${p.each(
  (a) => `${p.loadRow(`q${a}_`, qkv!, 'qkv', p.at('q', `row${a}`, 'h'))}
${p.loadRow(`g${a}_`, dY!, 'dY', p.at('y', `row${a}`, 'h'))}
${p.zeros(`z${a}_`)} let s${a} = logSumExp[row${a} * ${p.nHead}u + h];
var e${a} = 0.0; { ${p.loadRow('out', attended!, 'attended', p.at('y', `row${a}`, 'h'))} e${a} = ${p.dot(`g${a}_`, 'out')}; }
${p.inside(a, `delta[row${a} * ${p.nHead}u + h] = e${a};`)}`,
)}
for (var other = 0u; other < min(begin + ${p.span}u, ${p.T}u); other++) {
  ${p.shareRow('k', qkv!, 'qkv', p.at('k', 'b0 + other', 'kh'))}
  ${p.shareRow('v', qkv!, 'qkv', p.at('v', 'b0 + other', 'kh'))}
${p.each(
  (a) => `  let see${a} = ${p.visible(a, `other <= t${a}`)};
  let w${a} = select(0.0, exp(${p.scale} * (${p.dot(`q${a}_`, 'k')}) - s${a}), see${a});
  let f${a} = w${a} * ((${p.dot(`g${a}_`, 'v')})${keep(a)} - e${a}) * ${p.scale};
  ${p.parts.map((i) => `z${a}_${i} += f${a} * k${i};`).join(' ')}`,
)}
}
${p.each((a) => p.inside(a, p.storeRow(`z${a}_`, y, 'y', p.at('q', `row${a}`, 'h'))))}`,
      flops: 3 * p.productFlops,
    }),
  ];
}

/** -> the k and v columns of dQkv: each key sums over the queries behind it, and over the query heads that it serves */
export function attentionDkv(node: GraphNode, target: Target): Dispatch[] {
  const { dY, qkv, logSumExp, delta } = node.inputs as Record<string, Value>;
  const { y } = node.outputs as { y: Value };
  const nKvHead = node.attrs['nKvHead'] as number;
  const p = pieces(node, target, nKvHead);
  const keep = (a: number) =>
    p.dropout
      ? ` * factor((((bh / ${nKvHead}u) * ${p.nHead}u + qh) * ${p.T}u + other) * ${p.T}u + t${a}, key)`
      : '';
  return [
    kernel({
      label: 'AttentionDkv',
      ...p.spec,
      reads: {
        dY: [dY!, p.W],
        qkv: [qkv!, p.W],
        logSumExp: [logSumExp!, 1],
        delta: [delta!, 1],
        ...p.reads,
      },
      writes: { y: [y, p.W] },
      body: `${p.begin}
${p.each(
  (a) => `${p.loadRow(`k${a}_`, qkv!, 'qkv', p.at('k', `row${a}`, 'h'))}
${p.loadRow(`v${a}_`, qkv!, 'qkv', p.at('v', `row${a}`, 'h'))}
${p.zeros(`dk${a}_`)} ${p.zeros(`dv${a}_`)}`,
)}
for (var qh = h * ${p.group}u; qh < (h + 1u) * ${p.group}u; qh++) {
for (var other = begin; other < ${p.T}u; other++) {
  ${p.shareRow('q', qkv!, 'qkv', p.at('q', 'b0 + other', 'qh'))}
  ${p.shareRow('g', dY!, 'dY', p.at('y', 'b0 + other', 'qh'))}
  let stat = (b0 + other) * ${p.nHead}u + qh; let s = logSumExp[stat]; let e = delta[stat];
${p.each(
  (a) => `  let see${a} = ${p.visible(a, `other >= t${a}`)};
  let w${a} = select(0.0, exp(${p.scale} * (${p.dot(`k${a}_`, 'q')}) - s), see${a});
  let keep${a} = 1.0${keep(a)};
  let f${a} = w${a} * ((${p.dot(`v${a}_`, 'g')}) * keep${a} - e) * ${p.scale}; let u${a} = w${a} * keep${a};
  ${p.parts.map((i) => `dk${a}_${i} += f${a} * q${i}; dv${a}_${i} += u${a} * g${i};`).join(' ')}`,
)}
}
}
${p.each((a) =>
  p.inside(
    a,
    `${p.storeRow(`dk${a}_`, y, 'y', p.at('k', `row${a}`, 'h'))} ${p.storeRow(`dv${a}_`, y, 'y', p.at('v', `row${a}`, 'h'))}`,
  ),
)}`,
      flops: 4 * p.productFlops,
    }),
  ];
}
