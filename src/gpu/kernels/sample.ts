/**
 * From logits to one token, on the GPU (generate/sampler.ts has the meaning): temperature, the k most likely, the nucleus of
 * probability p, a seeded draw. Nothing is sorted: the weight of the last one kept is found by bisection of its bits, since
 * positive floats order like their bits. Among equal weights the lower id counts as the more likely.
 *
 * `controls` f32: temperature, topK, topP. `state` u32: seed, tokens drawn so far. The token goes to y and into the ring
 * `tokens`, from where the CPU takes it some steps later.
 */
import type { GraphNode, Value } from '../graph.ts';
import { ceilDiv, type Dispatch, HASH32, kernel, type Target } from './kernel.ts';

const LANES = 256;

export function sample(node: GraphNode, target: Target): Dispatch[] {
  const { logits, controls } = node.inputs as { logits: Value; controls: Value };
  const { y, weights, state, tokens } = node.outputs as Record<string, Value>;
  const V = logits.size;
  const lanes = target.reduction === 'serial' ? 1 : LANES;
  const chunk = ceilDiv(V, lanes);
  const each = `for (var c = lid * ${chunk}u; c < min((lid + 1u) * ${chunk}u, ${V}u); c++)`;
  return [
    kernel({
      label: 'Sample',
      reads: { logits: [logits, 1], controls: [controls, 1] },
      writes: { y: [y!, 1], weights: [weights!, 1], state: [state!, 1], tokens: [tokens!, 1] },
      workgroup: [lanes],
      threads: [lanes],
      helpers: HASH32 + (lanes === 1 ? ALONE : together(lanes)),
      body: `let temperature = controls[0]; let topK = u32(controls[1]); let topP = controls[2];
var best = -3e38; var bestAt = ${V}u;
${each} { if (logits[c] > best) { best = logits[c]; bestAt = c; } }
let top = maxAll(best, lid);
let first = min(minAll(select(${V}u, bestAt, best == top), lid), ${V - 1}u); // a token, even where all is NaN
let inverse = 1.0 / max(temperature, 1e-6);
${each} { weights[c] = exp((logits[c] - top) * inverse); }
// last: bits of the smallest weight kept; ties: how many of exactly that weight
var last = 0u; var ties = ${V}u;
if (topK > 0u && topK < ${V}u) {
  for (var bit = 30; bit >= 0; bit--) {
    let guess = last | (1u << u32(bit)); var count = 0.0;
    ${each} { if (bitcast<u32>(weights[c]) >= guess) { count += 1.0; } }
    if (sumAll(count, lid) >= f32(topK)) { last = guess; }
  }
  var above = 0.0; ${each} { if (bitcast<u32>(weights[c]) > last) { above += 1.0; } }
  ties = topK - u32(sumAll(above, lid));
}
var massAbove = 0.0; var atLast = 0.0;
${each} { let w = bitcast<u32>(weights[c]); if (w > last) { massAbove += weights[c]; } else if (w == last) { atLast += 1.0; } }
ties = min(ties, u32(sumAll(atLast, lid)));
var mass = sumAll(massAbove, lid) + f32(ties) * bitcast<f32>(last);
if (topP < 1.0) {
  let enough = max(topP * mass, 1e-30); // at least the best, whose weight is 1
  let floor = last;
  last = 0u;
  for (var bit = 30; bit >= 0; bit--) {
    let guess = last | (1u << u32(bit));
    if (guess <= floor) { last = guess; continue; } // all that top-k kept is enough
    var sum = 0.0; ${each} { if (bitcast<u32>(weights[c]) >= guess) { sum += weights[c]; } }
    if (sumAll(sum, lid) >= enough) { last = guess; }
  }
  if (last != floor) { ties = ${V}u; }
  var rest = 0.0; ${each} { if (bitcast<u32>(weights[c]) > last) { rest += weights[c]; } }
  let above = sumAll(rest, lid);
  // of equals only as many as it takes
  if (last > 0u) { ties = min(ties, max(1u, u32(ceil((enough - above) / bitcast<f32>(last) - 1e-4)))); }
  var here = 0.0; ${each} { if (bitcast<u32>(weights[c]) == last) { here += 1.0; } }
  ties = min(ties, u32(sumAll(here, lid)));
  mass = above + f32(ties) * bitcast<f32>(last);
}
// the draw: each lane's share of the mass, then a walk through the chunk that the number falls into
var mine = 0.0; var equals = 0u;
${each} { let w = bitcast<u32>(weights[c]); if (w > last) { mine += weights[c]; } else if (w == last) { equals++; } }
${lanes === 1 ? 'share[0] = mine; equalsIn[0] = equals;' : 'share[lid] = mine; equalsIn[lid] = equals;\nstorageBarrier(); workgroupBarrier(); // weights and shares of all are there before lane 0 reads them'}
if (lid != 0u) { return; }
var token = first;
if (temperature > 0.0) {
  var r = f32(hash32(state[1], state[0]) >> 8u) / 16777216.0 * mass;
  var left = ties;
  for (var lane = 0u; lane < ${lanes}u; lane++) {
    let used = min(left, equalsIn[lane]);
    let sum = share[lane] + f32(used) * bitcast<f32>(last);
    if (r >= sum) { r -= sum; left -= used; continue; }
    for (var c = lane * ${chunk}u; c < min((lane + 1u) * ${chunk}u, ${V}u); c++) {
      let w = bitcast<u32>(weights[c]);
      if (w < last || (w == last && left == 0u)) { continue; }
      if (w == last) { left--; }
      token = c; r -= weights[c];
      if (r < 0.0) { break; }
    }
    break;
  }
}
y[0] = i32(token); tokens[state[1] % ${tokens!.size}u] = token; state[1] += 1u;`,
    }),
  ];
}

/** One invocation is its own sum. */
const ALONE = `
var<private> share: array<f32, 1>; var<private> equalsIn: array<u32, 1>;
fn sumAll(x: f32, lid: u32) -> f32 { return x; }
fn maxAll(x: f32, lid: u32) -> f32 { return x; }
fn minAll(x: u32, lid: u32) -> u32 { return x; }`;

/** Reductions over a workgroup: every lane adds up what all have written, in the same order. */
const together = (lanes: number): string => `
var<workgroup> share: array<f32, ${lanes}>; var<workgroup> equalsIn: array<u32, ${lanes}>;
var<workgroup> parts: array<f32, ${lanes}>; var<workgroup> ids: array<u32, ${lanes}>;
fn sumAll(x: f32, lid: u32) -> f32 {
  parts[lid] = x;
  for (var half = ${lanes / 2}u; half > 0u; half = half >> 1u) {
    workgroupBarrier(); // what the last round wrote is there
    if (lid < half) { parts[lid] += parts[lid + half]; }
  }
  workgroupBarrier(); // lane 0 has the sum
  let all = workgroupUniformLoad(&parts[0]); // and everybody has read it before the next reduction writes
  return all;
}
fn maxAll(x: f32, lid: u32) -> f32 {
  parts[lid] = x;
  for (var half = ${lanes / 2}u; half > 0u; half = half >> 1u) {
    workgroupBarrier();
    if (lid < half) { parts[lid] = max(parts[lid], parts[lid + half]); }
  }
  workgroupBarrier();
  return workgroupUniformLoad(&parts[0]);
}
fn minAll(x: u32, lid: u32) -> u32 {
  ids[lid] = x;
  for (var half = ${lanes / 2}u; half > 0u; half = half >> 1u) {
    workgroupBarrier();
    if (lid < half) { ids[lid] = min(ids[lid], ids[lid + half]); }
  }
  workgroupBarrier();
  return workgroupUniformLoad(&ids[0]);
}`;
