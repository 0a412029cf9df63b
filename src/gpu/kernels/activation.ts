/** GELU and SwiGLU: as functions inside other programs, and on their own (ops/gelu.ts, ops/swiglu.ts have the formulas). */
import type { GraphNode, Value } from '../graph.ts';
import { type Dispatch, floats, kernel, load, nameOf, store, vectorWidth, type Width } from './kernel.ts';

export type GeluForm = 'exact' | 'tanh';

/**
 * WGSL: `gelu(x)` gives value and slope at once, because both start from the same exponential: the forward pass keeps the slope
 * instead of x, and the backward pass only multiplies.
 *
 * (1 + tanh(u)) / 2 is written as the logistic function of 2u: one exponential, where a software adapter takes four for tanh.
 * erf is Abramowitz & Stegun 7.1.26 (absolute error 1.5e-7), since WGSL has none.
 */
export function geluFunction(form: GeluForm, width: Width): string {
  const F = floats(width);
  const body =
    form === 'tanh'
      ? `let square = x * x;
  let s = 1.0 / (1.0 + exp(-1.5957691216 * x * (1.0 + 0.044715 * square)));
  return Gelu(x * s, s + x * s * (1.0 - s) * 1.5957691216 * (1.0 + 0.134145 * square));`
      : `let z = abs(x) * 0.70710678;
  let t = 1.0 / (1.0 + 0.3275911 * z);
  let density = exp(-z * z);
  let tail = 0.5 * density * t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  let cdf = select(1.0 - tail, tail, x < ${F}());
  return Gelu(x * cdf, cdf + x * 0.39894228 * density);`;
  return `
struct Gelu { value: ${F}, slope: ${F} }
fn gelu(x: ${F}) -> Gelu {
  ${body}
}`;
}

/** gelu on its own: y = gelu(x), or dX = dY gelu'(x); with `slope`, x holds gelu'(x) already. */
export function gelu(node: GraphNode): Dispatch[] {
  const { x, dY } = node.inputs as { x: Value; dY?: Value };
  const { y } = node.outputs as { y: Value };
  const W = vectorWidth(y.size);
  const value = dY
    ? `${load(dY, nameOf(dY, 'dY', y, 'y'), 'i', W)} * ${node.attrs['slope'] ? load(x, 'x', 'i', W) : `gelu(${load(x, 'x', 'i', W)}).slope`}`
    : `gelu(${load(x, nameOf(x, 'x', y, 'y'), 'i', W)}).value`;
  return [
    kernel({
      label: node.op,
      reads: { x: [x, W], ...(dY && { dY: [dY, W] as [Value, Width] }) },
      writes: { y: [y, W] },
      workgroup: [64],
      threads: [y.size / W],
      helpers: geluFunction(node.attrs['form'] as GeluForm, W),
      body: store(y, 'y', 'i', value, W),
      flops: 10 * y.size,
    }),
  ];
}

/** swiglu: gateUp [N, 2F] -> y [N, F], or dY [N, F] and gateUp -> dGateUp [N, 2F]. */
export function swiglu(node: GraphNode): Dispatch[] {
  const { gateUp, dY } = node.inputs as { gateUp: Value; dY?: Value };
  const { y } = node.outputs as { y: Value };
  const F = gateUp.shape[1]! / 2;
  const W = vectorWidth(F);
  const columns = F / W;
  const place = `let row = i / ${columns}u; let column = i % ${columns}u; let at = row * ${2 * columns}u + column;
let gate = ${load(gateUp, 'gateUp', 'at', W)}; let up = ${load(gateUp, 'gateUp', `at + ${columns}u`, W)};
let sigmoid = 1.0 / (1.0 + exp(-gate));`;
  const body = dY
    ? `let g = ${load(dY, 'dY', 'i', W)};
${store(y, 'y', 'at', 'g * up * sigmoid * (1.0 + gate * (1.0 - sigmoid))', W)}
${store(y, 'y', `at + ${columns}u`, 'g * gate * sigmoid', W)}`
    : store(y, 'y', 'i', 'gate * sigmoid * up', W);
  return [
    kernel({
      label: node.op,
      reads: { gateUp: [gateUp, W], ...(dY && { dY: [dY, W] as [Value, Width] }) },
      writes: { y: [y, W] },
      workgroup: [64],
      threads: [(gateUp.shape[0]! * F) / W],
      body: `${place}\n${body}`,
      flops: 8 * gateUp.size,
    }),
  ];
}
