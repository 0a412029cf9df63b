/**
 * A graph: what one run of some tfjs code computes, as a list of nodes in the order of execution. traceBackend.ts records
 * it, passes.ts rewrites it, memory.ts finds room for it, plan.ts turns it into GPU commands.
 *
 * Nothing here knows of WGSL: a graph could be lowered to something else.
 */
import { invariant } from '../lib/errors.ts';

/** 16-bit floats: stored as such, or, to test the same arithmetic without hardware, as f32 rounded to 16 bits. */
export type HalfType = 'float16' | 'emulated16';
export type DType = 'float32' | HalfType | 'int32' | 'uint32';

/** Numbers that are computed once and read any number of times. */
export interface Value {
  readonly id: number;
  readonly shape: readonly number[];
  /** Numbers in it. */
  readonly size: number;
  dtype: DType;
  /** Where it lives when that outlasts the plan: a parameter, a gradient, the loss. Others live in reused memory. */
  external?: string;
  /** The value whose memory this one takes over: the result of an update in place. Follow it with `storageOf`. */
  inPlaceOf?: Value;
  /** Known at compile time: the root of tfjs's tape. */
  constant?: ArrayLike<number>;
}

export interface GraphNode {
  /** Name of the tfjs kernel that was recorded, or of what a pass made of it. */
  op: string;
  inputs: Record<string, Value>;
  outputs: Record<string, Value>;
  attrs: Record<string, unknown>;
}

export const bytesPerNumber = (dtype: DType): number => (dtype === 'float16' ? 2 : 4);

/** The value that owns the memory of `value`. */
export function storageOf(value: Value): Value {
  let root = value;
  while (root.inPlaceOf) root = root.inPlaceOf;
  return root;
}

export class Graph {
  nodes: GraphNode[] = [];
  #values = 0;

  value(shape: readonly number[], dtype: DType, more: Partial<Value> = {}): Value {
    return { id: this.#values++, shape: [...shape], size: shape.reduce((a, b) => a * b, 1), dtype, ...more };
  }

  add(
    op: string,
    inputs: Record<string, Value>,
    outputs: Record<string, Value>,
    attrs: Record<string, unknown> = {},
  ): GraphNode {
    const node = { op, inputs, outputs, attrs };
    this.nodes.push(node);
    return node;
  }

  users(value: Value): GraphNode[] {
    return this.nodes.filter((node) => Object.values(node.inputs).includes(value));
  }

  maker(value: Value): GraphNode | undefined {
    return this.nodes.find((node) => Object.values(node.outputs).includes(value));
  }

  /** The node that makes `value` when it is a `op` and nobody but `user` reads the value. */
  soleMaker(value: Value, op: string, user: GraphNode): GraphNode | undefined {
    const maker = this.maker(value);
    if (maker?.op !== op || value.external) return undefined;
    return this.users(value).every((node) => node === user) ? maker : undefined;
  }

  /** Every reader of `from` reads `to` instead, and what `from` was to the world, `to` is. */
  replace(from: Value, to: Value): void {
    for (const node of this.nodes)
      for (const [name, value] of Object.entries(node.inputs)) if (value === from) node.inputs[name] = to;
    if (from.external) {
      invariant(!to.external, 'two names for one value');
      to.external = from.external;
    }
  }

  remove(node: GraphNode): void {
    this.nodes.splice(this.nodes.indexOf(node), 1);
  }

  /** May `node`, which reads `value`, write over it? Not when its memory is read again later or is somebody else's. */
  mayOverwrite(value: Value, node: GraphNode): boolean {
    const root = storageOf(value);
    if (root.external || root.constant) return false;
    const at = this.nodes.indexOf(node);
    return this.nodes.every((user, i) => {
      if (user === node || i < at) return true;
      return !Object.values(user.inputs).some((read) => storageOf(read) === root);
    });
  }
}
