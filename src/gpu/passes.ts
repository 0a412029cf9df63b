/**
 * Passes: rewrite a recorded graph into one with fewer, larger nodes that computes the same. Each is a few lines and says what
 * it saves. The order matters: what a forward node keeps for its gradient is known only when the gradient is there.
 *
 * Nothing here knows of WGSL; kernels/ lowers what comes out.
 */
import { invariant } from '../lib/errors.ts';
import { type Graph, type GraphNode, storageOf, type Value } from './graph.ts';
import { ropeTable } from './ropeTable.ts';

export function optimize(graph: Graph): void {
  dropDead(graph);
  shareSavedStatistics(graph);
  foldActivation(graph);
  foldDropout(graph);
  foldColumnSums(graph);
  addRopeTables(graph);
  splitIntoKernels(graph);
  foldAdditions(graph);
  workInPlace(graph);
  dropDead(graph);
}

/** Nodes that nothing outside ever sees. The tape records some: gradients of what is not a parameter. */
export function dropDead(graph: Graph): void {
  const live = new Set<Value>();
  graph.nodes = graph.nodes
    .toReversed()
    .filter((node) => {
      const outputs = Object.values(node.outputs);
      const needed = outputs.some((value) => live.has(value) || storageOf(value).external !== undefined);
      if (needed) for (const value of Object.values(node.inputs)) live.add(value);
      return needed;
    })
    .toReversed();
  // outputs that only a dropped node wanted (a statistic, a slope) need no room
  for (const node of graph.nodes)
    for (const [name, value] of Object.entries(node.outputs))
      if (name !== 'y' && !live.has(value) && !storageOf(value).external) delete node.outputs[name];
}

const sameAttrs = (a: GraphNode, b: GraphNode, names: string[]) =>
  names.every((name) => a.attrs[name] === b.attrs[name]);

/**
 * Ops have one output, so backward passes compute row statistics again. A plan computes them once: the forward node gets a
 * second output, which the gradient reads.
 */
function shareSavedStatistics(graph: Graph): void {
  for (const node of graph.nodes) {
    if (node.op === 'NormDx' || node.op === 'NormDweight') {
      const forward = graph.nodes.find(
        (other) =>
          other.op === 'Norm' &&
          other.inputs['x'] === node.inputs['x'] &&
          sameAttrs(other, node, ['eps', 'center']),
      );
      invariant(forward, 'a norm is differentiated that was not computed');
      // per row: mean and 1 / standard deviation
      forward.outputs['stats'] ??= graph.value([forward.inputs['x']!.shape[0]!, 2], 'float32');
      node.inputs['stats'] = forward.outputs['stats'];
    } else if (node.op === 'AttentionGrad') {
      const forward = graph.nodes.find(
        (other) =>
          other.op === 'Attention' &&
          other.inputs['qkv'] === node.inputs['qkv'] &&
          other.attrs['stream'] === node.attrs['stream'],
      );
      invariant(forward, 'attention is differentiated that was not computed');
      forward.outputs['logSumExp'] ??= graph.value(
        [forward.outputs['y']!.shape[0]!, forward.attrs['nHead'] as number],
        'float32',
      );
      node.inputs['logSumExp'] = forward.outputs['logSumExp'];
      node.inputs['attended'] = forward.outputs['y']!;
    } else if (node.op === 'CrossEntropyGrad') {
      const forward = graph.nodes.find(
        (other) => other.op === 'CrossEntropy' && other.inputs['logits'] === node.inputs['logits'],
      );
      invariant(forward, 'a loss is differentiated that was not computed');
      const dY = node.inputs['dY']!;
      delete node.inputs['dY']; // the tape's root: 1, unless the caller began with something else (a loss scale)
      if (!dY.constant) node.inputs['lossScale'] = dY;
      else invariant(dY.constant[0] === 1, 'the loss is the root of the tape');
      forward.outputs['logSumExp'] ??= graph.value([forward.inputs['logits']!.shape[0]!], 'float32');
      node.inputs['logSumExp'] = forward.outputs['logSumExp'];
    }
  }
}

/** Gelu behind a Linear, and its gradient behind a product: both happen while the numbers are still in registers. */
function foldActivation(graph: Graph): void {
  for (const node of [...graph.nodes]) {
    if (node.op === 'Gelu') {
      const before = node.inputs['x']!;
      const linear = graph.maker(before);
      const others = graph.users(before).filter((user) => user !== node);
      if (linear?.op !== 'Linear' || linear.inputs['residual'] || before.external) continue;
      if (others.some((user) => user.op !== 'GeluGrad')) continue;
      linear.attrs['gelu'] = node.attrs['form'];
      // kept for the gradient is not what came in but the slope there, which costs nothing extra now
      linear.outputs = { y: node.outputs['y']!, slope: before };
      for (const user of others) user.attrs['slope'] = true;
      graph.remove(node);
    } else if (node.op === 'GeluGrad') {
      const product = graph.soleMaker(node.inputs['dY']!, 'Product', node);
      if (!product || product.attrs['transposeA'] || !node.attrs['slope']) continue;
      product.inputs['slope'] = node.inputs['x']!;
      product.outputs['y'] = node.outputs['y']!;
      graph.remove(node);
    }
  }
}

/** Dropout (and the residual that it adds) behind a Linear. */
function foldDropout(graph: Graph): void {
  for (const node of [...graph.nodes]) {
    if (node.op !== 'Dropout') continue;
    const linear = graph.soleMaker(node.inputs['x']!, 'Linear', node);
    if (!linear || linear.inputs['residual'] || linear.attrs['gelu']) continue;
    linear.attrs['dropout'] = { rate: node.attrs['rate'], stream: node.attrs['stream'] };
    linear.inputs['seed'] = node.inputs['seed']!;
    if (node.inputs['residual']) linear.inputs['residual'] = node.inputs['residual'];
    linear.outputs['y'] = node.outputs['y']!;
    // the residual may be made later than the product: the node moves to where it is needed
    graph.remove(linear);
    graph.nodes.splice(graph.nodes.indexOf(node), 1, linear);
  }
}

/** The gradient of a bias is the column sum of what a product or a norm's gradient reads anyway. */
function foldColumnSums(graph: Graph): void {
  for (const node of [...graph.nodes]) {
    if (node.op !== 'ColumnSum') continue;
    const x = node.inputs['x']!;
    const reader = graph.nodes.find(
      (other) =>
        !other.outputs['dBias'] &&
        ((other.op === 'Product' &&
          other.attrs['transposeA'] &&
          !other.attrs['transposeB'] &&
          other.inputs['b'] === x) ||
          (other.op === 'NormDweight' && other.inputs['dY'] === x)),
    );
    if (!reader) continue;
    reader.outputs['dBias'] = node.outputs['y']!;
    graph.remove(node);
  }
}

/** Rotary factors are known before the first step: one table for all layers. */
function addRopeTables(graph: Graph): void {
  const tables = new Map<string, Value>();
  for (const node of graph.nodes) {
    if (node.op !== 'Rope') continue;
    const { T, offset, headDim, theta, maxPositions } = node.attrs as Record<string, number>;
    const positions = node.inputs['position'] ? maxPositions! : offset! + T!;
    const key = [positions, headDim, theta].join();
    let table = tables.get(key);
    if (!table) {
      table = graph.value([positions, headDim! / 2, 2], 'float32');
      table.constant = ropeTable(positions, headDim!, theta!);
      tables.set(key, table);
    }
    node.inputs['table'] = table;
  }
}

/** Nodes that are several kernels become several nodes, so that what passes between them has a lifetime too. */
function splitIntoKernels(graph: Graph): void {
  graph.nodes = graph.nodes.flatMap((node) => {
    const { inputs, outputs, attrs } = node;
    if (node.op === 'AttentionGrad') {
      const { dY, qkv, attended, logSumExp, ...data } = inputs as Record<string, Value>;
      const partial = graph.value(qkv!.shape, outputs['y']!.dtype);
      const delta = graph.value(logSumExp!.shape, 'float32'); // rowsum(dY ⊙ y): what every key of the row subtracts
      const both = { dY: dY!, qkv: qkv!, logSumExp: logSumExp!, ...data };
      outputs['y']!.inPlaceOf = partial;
      partial.external = outputs['y']!.external;
      return [
        {
          op: 'AttentionDq',
          inputs: { ...both, attended: attended! },
          outputs: { y: partial, delta },
          attrs,
        },
        { op: 'AttentionDkv', inputs: { ...both, delta, partial }, outputs, attrs },
      ];
    }
    if (node.op === 'EmbeddingDwte') {
      const idx = inputs['idx']!;
      const next = graph.value([idx.size], 'uint32');
      return [
        { op: 'TokenChains', inputs: { idx }, outputs: { y: next }, attrs: {} },
        { ...node, inputs: { ...inputs, next } },
      ];
    }
    if (node.op === 'CrossEntropy') {
      const N = inputs['logits']!.shape[0]!;
      const rows = graph.value([N], 'float32');
      const { y, ...saved } = outputs as { y: Value };
      return [
        { op: 'CrossEntropyRows', inputs, outputs: { y: rows, ...saved }, attrs },
        { op: 'Mean', inputs: { x: rows }, outputs: { y }, attrs: {} },
      ];
    }
    return [node];
  });
}

/** Kernels that can add what they compute to something that is there already. */
const ADDS = new Set(['NormDx', 'EmbeddingDwte']);

/** a + f(x): f adds to a, where nothing needs a alone any more. Gradients of the residual stream are such sums. */
function foldAdditions(graph: Graph): void {
  for (const node of [...graph.nodes]) {
    if (node.op !== 'Add') continue;
    const { a, b } = node.inputs as { a: Value; b: Value };
    for (const [sum, term] of [
      [a, b],
      [b, a],
    ] as const) {
      const maker = graph.maker(term);
      if (!maker || !ADDS.has(maker.op) || maker.inputs['sum'] || sum.constant) continue;
      if (graph.users(term).length > 1 || term.external) continue;
      if (graph.nodes.indexOf(maker) < graph.nodes.indexOf(graph.maker(sum)!)) continue;
      maker.inputs['sum'] = sum;
      maker.outputs['y'] = node.outputs['y']!;
      graph.remove(node);
      break;
    }
  }
}

/** Results that may take the place of an input which nobody reads any more: no second copy of logits or qkv. */
const IN_PLACE: Record<string, string> = {
  NormDx: 'sum',
  EmbeddingDwte: 'sum',
  CrossEntropyGrad: 'logits',
  Rope: 'qkv',
  Add: 'a',
  Dropout: 'x',
  GeluGrad: 'dY',
};

function workInPlace(graph: Graph): void {
  for (const node of graph.nodes) {
    const input = node.inputs[IN_PLACE[node.op] ?? ''];
    const { y } = node.outputs as { y: Value };
    if (!input || y.inPlaceOf || input.dtype !== y.dtype || !graph.mayOverwrite(input, node)) continue;
    y.inPlaceOf = input;
    if (y.external) {
      // a gradient that is summed up in its final place
      storageOf(input).external = y.external;
    }
  }
}

/** Micro-batches: what is written to externals of this name is added to what is there. The caller clears them first. */
export function accumulateInto(graph: Graph, prefix: string): void {
  for (const node of graph.nodes) {
    const outputs = Object.values(node.outputs);
    if (!outputs.some((value) => storageOf(value).external?.startsWith(prefix))) continue;
    // a sum in place has been begun by the node before it
    if (!outputs.some((value) => value.inPlaceOf)) node.attrs['accumulate'] = true;
  }
}
