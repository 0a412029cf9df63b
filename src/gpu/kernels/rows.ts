/**
 * Kernels that work on rows (norms, cross-entropy): one row for an invocation, or one row for a workgroup whose lanes share
 * the columns and sum by halving in workgroup memory. The same body is written for both.
 *
 * Serial is what a program on the CPU likes (a barrier costs it microseconds); a GPU would starve on as many invocations as
 * there are rows.
 */
import { floats, range, type Target, type Width } from './kernel.ts';

const LANES = 64;

export interface RowKernel {
  grid: { workgroup: [number]; threads: [number] };
  helpers(width: Width): string;
  /** Defines `row` and `o`, the index of its first element. */
  begin: string;
  /** Declares `name`: the sum over the row of an expression in `c`, in every lane. */
  sum(name: string, width: Width, expression: string): string;
  /** The same for the largest. */
  max(name: string, width: Width, expression: string): string;
  /** A statement for each `c` of the row. */
  each(statement: string): string;
  /** A statement for one lane only. */
  once(statement: string): string;
}

/** `columns` counts elements as bound: vectors where rows are read as vectors. */
export function rowKernel({ reduction }: Target, N: number, columns: number): RowKernel {
  const serial = reduction === 'serial';
  const loop = serial
    ? `for (var c = 0u; c < ${columns}u; c++)`
    : `for (var c = lid; c < ${columns}u; c += ${LANES}u)`;
  const reduce = (how: 'sum' | 'max', first: string) => (name: string, width: Width, expression: string) => {
    const F = floats(width);
    const add = how === 'sum' ? `${name}_ += ${expression};` : `${name}_ = max(${name}_, ${expression});`;
    const all = serial ? `${name}_` : `${how}All${width}(${name}_, lid)`;
    return `var ${name}_ = ${F}(${first}); ${loop} { ${add} } let ${name} = ${all};`;
  };
  return {
    grid: serial ? { workgroup: [16], threads: [N] } : { workgroup: [LANES], threads: [N * LANES] },
    helpers: (width) => (serial ? '' : [...new Set<Width>([width, 1])].map((w) => reductions(w)).join('')),
    begin: `let row = ${serial ? 'i' : `i / ${LANES}u`}; let o = row * ${columns}u;`,
    sum: reduce('sum', '0.0'),
    max: reduce('max', '-1e30'),
    each: (statement) => `${loop} { ${statement} }`,
    once: (statement) => (serial ? statement : `if (lid == 0u) { ${statement} }`),
  };
}

/** sumAll and maxAll over the lanes of a workgroup. */
function reductions(width: Width): string {
  const F = floats(width);
  const halves = range(Math.log2(LANES)).map((i) => LANES >> (i + 1));
  const body = (combine: (a: string, b: string) => string) => `
  shared${width}[lid] = x;
  workgroupBarrier(); // every lane has written before any reads its partner's
${halves
  .map(
    (
      half,
    ) => `  if (lid < ${half}u) { shared${width}[lid] = ${combine(`shared${width}[lid]`, `shared${width}[lid + ${half}u]`)}; }
  workgroupBarrier(); // this half is done before the next reads it`,
  )
  .join('\n')}
  let all = shared${width}[0];
  workgroupBarrier(); // all have read before the next reduction writes
  return all;`;
  return `
var<workgroup> shared${width}: array<${F}, ${LANES}>;
fn sumAll${width}(x: ${F}, lid: u32) -> ${F} {${body((a, b) => `${a} + ${b}`)}
}
fn maxAll${width}(x: ${F}, lid: u32) -> ${F} {${body((a, b) => `max(${a}, ${b})`)}
}`;
}
