/**
 * From logits to one token, on the GPU (generate/sampler.ts has the meaning): temperature, the k most likely, the nucleus of
 * probability p, a seeded draw. Nothing is sorted: the weight of the last one kept is searched for by its bits, since
 * positive floats order like their bits. Among equal weights the lower id counts as the more likely.
 *
 * `controls` f32: temperature, topK, topP. `state` u32: seed, tokens drawn so far. The token goes to y and into the ring
 * `tokens`, from where the CPU takes it some steps later.
 */
import type { GraphNode, Value } from '../graph.ts';
import { ceilDiv, type Dispatch, HASH32, kernel, range, type Target } from './kernel.ts';

/** A program on the CPU has four lanes at the price of one: V 2048 takes one 2.2 ms, four 0.7, sixteen 0.9 (SwiftShader). */
const LANES = { serial: 4, workgroup: 256 };

export function sample(node: GraphNode, target: Target): Dispatch[] {
  const { logits, controls } = node.inputs as { logits: Value; controls: Value };
  const { y, weights, state, tokens } = node.outputs as Record<string, Value>;
  const V = logits.size;
  const lanes = LANES[target.reduction];
  const chunk = ceilDiv(V, lanes);
  // a lane's tokens are neighbours, so that the order of lanes is that of ids
  const each = `for (var c = lid * ${chunk}u; c < min((lid + 1u) * ${chunk}u, ${V}u); c++)`;
  return [
    kernel({
      label: 'Sample',
      reads: { logits: [logits, 1], controls: [controls, 1] },
      writes: { y: [y!, 1], weights: [weights!, 1], state: [state!, 1], tokens: [tokens!, 1] },
      workgroup: [lanes],
      threads: [lanes],
      helpers: HASH32 + reductions(lanes) + searches(each),
      body: `let temperature = controls[0]; let topK = u32(controls[1]); let topP = controls[2];
var best = -3e38; var bestAt = ${V}u;
${each} { if (logits[c] > best) { best = logits[c]; bestAt = c; } }
let top = maxAll(best, lid);
let first = min(minAll(select(${V}u, bestAt, best == top), lid), ${V - 1}u); // a token, even where all is NaN
let inverse = 1.0 / max(temperature, 1e-6);
${each} { weights[c] = exp((logits[c] - top) * inverse); }

// last: bits of the smallest weight kept; ties: how many of exactly that weight
var last = 0u;
if (topK > 0u && topK < ${V}u) { last = largest(f32(topK), false, lid); }
var around = tally(last, lid);
var ties = around.y;
if (topK > 0u) { ties = min(ties, f32(topK) - around.x); }
var mass = around.z + ties * bitcast<f32>(last);
if (topP < 1.0) {
  let enough = max(topP * mass, 1e-30); // at least the best, whose weight is 1
  let floor = last;
  last = max(floor, largest(enough, true, lid));
  around = tally(last, lid);
  if (last != floor) { ties = around.y; }
  // of equals only as many as it takes
  if (last > 0u) { ties = min(ties, max(1.0, ceil((enough - around.z) / bitcast<f32>(last) - 1e-4))); }
  mass = around.z + ties * bitcast<f32>(last);
}

// the draw: each lane's share of the mass, then a walk through the chunk that the number falls into
var above = 0.0; var equals = 0.0;
${each} { let w = bitcast<u32>(weights[c]); if (w > last) { above += weights[c]; } else if (w == last) { equals += 1.0; } }
sums[lid] = vec3f(above, equals, 0.0);
storageBarrier(); workgroupBarrier(); // weights and shares of all are there before lane 0 reads them
if (lid != 0u) { return; }
var token = first;
if (temperature > 0.0) {
  var r = f32(hash32(state[1], state[0]) >> 8u) / 16777216.0 * mass;
  for (var lane = 0u; lane < ${lanes}u; lane++) {
    let used = min(ties, sums[lane].y);
    let share = sums[lane].x + used * bitcast<f32>(last);
    if (r >= share) { r -= share; ties -= used; continue; }
    for (var c = lane * ${chunk}u; c < min((lane + 1u) * ${chunk}u, ${V}u); c++) {
      let w = bitcast<u32>(weights[c]);
      if (w < last || w == 0u || (w == last && ties == 0.0)) { continue; }
      if (w == last) { ties -= 1.0; }
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

/** Sums over the vocabulary, as functions of bits that weights are compared with. */
const searches = (each: string): string => `
// the largest bits such that the weights not below them are \`want\` many, or weigh as much: two bits at a time
fn largest(want: f32, byMass: bool, lid: u32) -> u32 {
  var last = 0u;
  for (var shift = 28; shift >= 0; shift -= 2) { // weights are at most 1: the two highest bits are 0
    let guess = vec3u(last) + (vec3u(1u, 2u, 3u) << vec3u(u32(shift)));
    var sum = vec3f();
    ${each} {
      let w = weights[c];
      sum += select(vec3f(), vec3f(select(1.0, w, byMass)), vec3u(bitcast<u32>(w)) >= guess);
    }
    let all = sumAll(sum, lid);
    last += u32(dot(select(vec3f(), vec3f(1.0), all >= vec3f(want)), vec3f(1.0))) << u32(shift);
    if (!byMass && any(all == vec3f(want))) { break; } // just as many as wanted
  }
  return last;
}
// how many weights are above \`last\`, how many are equal, and what those above weigh
fn tally(last: u32, lid: u32) -> vec3f {
  var sum = vec3f();
  ${each} {
    let w = bitcast<u32>(weights[c]);
    if (w > last) { sum += vec3f(1.0, 0.0, weights[c]); } else if (w == last) { sum.y += 1.0; }
  }
  return sumAll(sum, lid);
}`;

/** Over the lanes of the workgroup, by halving, each result in every lane. */
const reductions = (lanes: number): string => {
  const halves = range(Math.log2(lanes)).map((i) => lanes >> (i + 1));
  const reduce = (name: string, type: string, array: string, combine: (a: string, b: string) => string) => `
fn ${name}(x: ${type}, lid: u32) -> ${type} {
  ${array}[lid] = x;
${halves
  .map(
    (half) => `  workgroupBarrier(); // what the last round wrote is there
  if (lid < ${half}u) { ${array}[lid] = ${combine(`${array}[lid]`, `${array}[lid + ${half}u]`)}; }`,
  )
  .join('\n')}
  return workgroupUniformLoad(&${array}[0]); // everybody has read it before the next reduction writes
}`;
  return `
var<workgroup> sums: array<vec3f, ${lanes}>; var<workgroup> most: array<f32, ${lanes}>; var<workgroup> ids: array<u32, ${lanes}>;
${reduce('sumAll', 'vec3f', 'sums', (a, b) => `${a} + ${b}`)}
${reduce('maxAll', 'f32', 'most', (a, b) => `max(${a}, ${b})`)}
${reduce('minAll', 'u32', 'ids', (a, b) => `min(${a}, ${b})`)}`;
};
