/**
 * Mixed precision (Micikevicius et al. 2018, arXiv 1710.03740) as a pass over a graph: what passes between the layers' kernels
 * is stored in 16 bits, and products read a 16-bit copy of the weights. Every kernel still computes in f32. What is added up
 * over many terms stays 32 bits: the residual stream and its gradient, logits, the gradients of parameters, the parameters
 * themselves and the moments.
 *
 * Small gradients would become zero in 16 bits, so the loss is multiplied by `lossScale` first; the update divides again.
 */
import type { Graph, GraphNode, HalfType, Value } from './graph.ts';

/** Ops whose result may be 16 bits wide. */
const HALF_RESULTS = new Set([
  'Norm',
  'Linear',
  'Product',
  'Gelu',
  'GeluGrad',
  'Swiglu',
  'SwigluGrad',
  'Rope',
  'Attention',
  'AttentionGrad',
]);

/** To be run before the other passes. Weights are then read from externals `shadow/NAME`. */
export function toHalf(graph: Graph, half: HalfType): void {
  const shadows = new Map<string, Value>();
  for (const node of graph.nodes) {
    const y = node.outputs['y'];
    if (y && HALF_RESULTS.has(node.op) && !staysWide(graph, node, y)) y.dtype = half;
    if (node.op === 'CrossEntropyGrad')
      node.inputs['lossScale'] = graph.value([1], 'float32', { external: 'lossScale' });
    if (node.op === 'Linear' || node.op === 'Product')
      for (const [name, value] of Object.entries(node.inputs)) {
        const parameter = /^parameters\/(.*)$/.exec(value.external ?? '')?.[1];
        if (!parameter || value.shape.length < 2) continue;
        const shadow =
          shadows.get(parameter) ?? graph.value(value.shape, half, { external: `shadow/${parameter}` });
        shadows.set(parameter, shadow);
        node.inputs[name] = shadow;
      }
  }
}

function staysWide(graph: Graph, node: GraphNode, y: Value): boolean {
  if (y.external) return true;
  if (node.op === 'Product' && node.attrs['transposeA']) return true; // a parameter's gradient
  if (node.op === 'Linear' && node.inputs['residual']) return true; // the residual stream
  return graph.users(y).some((user) => user.op === 'CrossEntropy' || user.op === 'Dropout'); // logits; x of x + dropout(..)
}
