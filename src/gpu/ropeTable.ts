/** Factors of rotary positions (ops/rope.ts) as a table, for graphs of any lowering. */

/**
 * cos and sin of every position and pair, [positions, HS/2, 2]: computed once in double precision. WGSL promises its own sin
 * only between -π and π, and some drivers are far off beyond.
 */
export function ropeTable(positions: number, headDim: number, theta: number): Float32Array {
  const half = headDim / 2;
  const table = new Float32Array(positions * headDim);
  for (let t = 0; t < positions; t++)
    for (let i = 0; i < half; i++) {
      const angle = t * theta ** ((-2 * i) / headDim);
      table[2 * (t * half + i)] = Math.cos(angle);
      table[2 * (t * half + i) + 1] = Math.sin(angle);
    }
  return table;
}
