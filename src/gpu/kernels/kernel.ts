/**
 * What lowering a node yields: dispatches, each a WGSL program with its bindings, ready to become a pipeline and a bind group.
 *
 * `kernel` writes the parts that all programs share (bindings, dimensions, the thread's index) around a body. Shapes are
 * constants in most programs, since all layers share them; matrix products take theirs as `dims`, because four layers'
 * worth of shapes would otherwise be four pipelines, and compiling one costs more than the loads.
 */
import { type Value, storageOf } from '../graph.ts';
import type { Product } from './matmul.ts';

/** What the programs are written for. */
export interface Target {
  /** Lanes that may exchange registers where that number is known and fixed; 0: do not use subgroups. */
  subgroupSize: number;
  /**
   * How rows are summed: by one invocation each (`serial`: a program on the CPU likes it, barriers cost it microseconds) or
   * by a workgroup each (`workgroup`: a GPU needs thousands of invocations to be busy).
   */
  reduction: 'serial' | 'workgroup';
  /** Small programs that compile fast, or large ones that run fast. */
  effort: 'quick' | 'best';
  /** Invocations that keep the device busy: large tiles are used only where there are as many. */
  minInvocations: number;
  /** The program that has been found best for a product, where one has (autotune.ts). */
  choose?: (product: Product) => Dispatch | undefined;
}

export interface Dispatch {
  label: string;
  code: string;
  bindings: { value: Value; write: boolean }[];
  /** u32 values of the uniform block, in order. */
  dims: number[];
  workgroups: [number, number, number];
  /** Floating-point operations, as the field counts them: a multiply-add is two. */
  flops: number;
}

export type Width = 1 | 2 | 4;

interface KernelSpec {
  label: string;
  reads: Record<string, [Value, Width]>;
  writes: Record<string, [Value, Width]>;
  /** u32 numbers that the body finds as dims.name. */
  dims?: Record<string, number>;
  workgroup: [number, number?];
  /** Invocations wanted. One number: the body finds its own as `i`. Two: as gid.x and gid.y. Rest is cut off. */
  threads: [number, number?];
  /** The body uses subgroup functions: all lanes stay, it cuts off for itself. */
  subgroups?: boolean;
  helpers?: string;
  body: string;
  flops?: number;
}

const MAX_WORKGROUPS = 65535; // per dimension, the limit that every device has

/** @returns the dispatch; a value that is read and written in place is bound once, under its name in `writes`. */
export function kernel(spec: KernelSpec): Dispatch {
  const { label, reads, writes, dims = {}, workgroup, threads, body, helpers = '', subgroups } = spec;
  const written = new Set(Object.values(writes).map(([value]) => storageOf(value)));
  const bound = [
    ...Object.entries(reads)
      .filter(([, [value]]) => !written.has(storageOf(value)))
      .map(([name, [value, width]]) => ({ name, value, width, write: false })),
    ...Object.entries(writes).map(([name, [value, width]]) => ({ name, value, width, write: true })),
  ];
  const declarations = bound.map(
    ({ name, value, width, write }, i) =>
      `@group(0) @binding(${i}) var<storage, ${write ? 'read_write' : 'read'}> ${name}: array<${elementType(value, width)}>;`,
  );
  const names = Object.keys(dims);
  if (names.length > 0)
    declarations.push(
      `struct Dims { ${names.map((name) => `${name}: u32`).join(', ')} }`,
      `@group(0) @binding(${bound.length}) var<uniform> dims: Dims;`,
    );

  const [wx, wy = 1] = workgroup;
  const [tx, ty] = threads;
  let workgroups: Dispatch['workgroups'];
  let index: string;
  if (ty === undefined) {
    const groups = ceilDiv(tx, wx);
    const rows = ceilDiv(groups, MAX_WORKGROUPS);
    const columns = ceilDiv(groups, rows);
    workgroups = [columns, rows, 1];
    index = `let i = gid.x${rows > 1 ? ` + gid.y * ${columns * wx}u` : ''};`;
    if (!subgroups && columns * rows * wx !== tx) index += ` if (i >= ${tx}u) { return; }`;
  } else {
    workgroups = [ceilDiv(tx, wx), ceilDiv(ty, wy), 1];
    index = '';
    if (!subgroups && tx % wx) index += `if (gid.x >= ${tx}u) { return; } `;
    if (!subgroups && ty % wy) index += `if (gid.y >= ${ty}u) { return; }`;
  }
  const usesHalf = bound.some(({ value }) => value.dtype === 'float16');
  const code = [
    usesHalf ? 'enable f16;' : '',
    subgroups ? 'enable subgroups;\ndiagnostic(off, subgroup_uniformity);' : '',
    ...declarations,
    helpers,
    `@compute @workgroup_size(${wx}, ${wy})`,
    'fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(local_invocation_index) lid: u32,',
    '        @builtin(workgroup_id) group: vec3u) {',
    index,
    body,
    '}',
  ]
    .filter(Boolean)
    .join('\n');
  return {
    label,
    code,
    bindings: bound.map(({ value, write }) => ({ value, write })),
    dims: Object.values(dims),
    workgroups,
    flops: spec.flops ?? 0,
  };
}

function elementType({ dtype }: Value, width: Width): string {
  const scalar = { float32: 'f32', float16: 'f16', emulated16: 'f32', int32: 'i32', uint32: 'u32' }[dtype];
  return width === 1 ? scalar : `vec${width}<${scalar}>`;
}

/** Name under which `read` is to be found: that of `write` where both are the same memory. */
export const nameOf = (read: Value, name: string, write: Value, writeName: string): string =>
  storageOf(read) === storageOf(write) ? writeName : name;

/** WGSL type of `width` f32 numbers in registers. */
export const floats = (width: Width): string => (width === 1 ? 'f32' : `vec${width}f`);

/** Reads element `index` of a buffer as f32, whatever it is stored as. */
export const load = ({ dtype }: Value, name: string, index: string, width: Width): string =>
  dtype === 'float16' ? `${floats(width)}(${name}[${index}])` : `${name}[${index}]`;

/** Writes an f32 expression to element `index` of a buffer. */
export function store(value: Value, name: string, index: string, expression: string, width: Width): string {
  if (value.dtype === 'float16') return `${name}[${index}] = ${elementType(value, width)}(${expression});`;
  if (value.dtype === 'emulated16') return `${name}[${index}] = quantizeToF16(${expression});`;
  return `${name}[${index}] = ${expression};`;
}

/** 4 where rows of these lengths can be read as vectors, else 1. */
export const vectorWidth = (...lengths: number[]): 1 | 4 => (lengths.every((n) => n % 4 === 0) ? 4 : 1);

export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A number as a WGSL f32 literal. */
export function literal(x: number): string {
  const text = String(Math.fround(x));
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}

/** Sum of a vector's lanes. */
export const sumLanes = (name: string, width: Width): string =>
  width === 1
    ? name
    : `(${['x', 'y', 'z', 'w']
        .slice(0, width)
        .map((lane) => `${name}.${lane}`)
        .join(' + ')})`;

/** lib/rng.ts hash32, bit for bit. */
export const HASH32 = `
fn hash32(counter: u32, key: u32) -> u32 {
  var x = counter ^ (key * 0x9e3779b1u);
  x = (x ^ (x >> 16u)) * 0x7feb352du;
  x = (x ^ (x >> 15u)) * 0x846ca68bu;
  return x ^ (x >> 16u);
}`;
