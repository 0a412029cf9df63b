/**
 * Memory of a plan: from the first write to the last read of each value, then a place for it among others that are not alive
 * at the same time.
 *
 * Places are buffers ("slots"), not ranges of one big buffer: WebGPU does not let a dispatch read and write one buffer, even
 * at different offsets.
 */
import { bytesPerNumber, type Graph, storageOf, type Value } from './graph.ts';

export interface Lifetime {
  value: Value;
  bytes: number;
  /** Index of the first and the last node that touches it. */
  from: number;
  to: number;
}

export interface Slot {
  bytes: number;
  values: Lifetime[];
}

export interface MemoryPlan {
  slots: Slot[];
  slotOf: Map<Value, Slot>;
  /** Bytes of all slots. */
  bytes: number;
  /** The largest sum of values alive at once: no assignment needs less. */
  peakBytes: number;
  /** What it would take without sharing. */
  unsharedBytes: number;
}

const ALIGNMENT = 16; // bytes; vec4f loads

export const paddedBytes = (value: Value): number =>
  Math.ceil((value.size * bytesPerNumber(value.dtype)) / ALIGNMENT) * ALIGNMENT;

/** Lifetimes of all values that live in memory of the plan's own. */
export function lifetimes(graph: Graph): Lifetime[] {
  const found = new Map<Value, Lifetime>();
  graph.nodes.forEach((node, at) => {
    for (const value of [...Object.values(node.inputs), ...Object.values(node.outputs)]) {
      const root = storageOf(value);
      if (root.external || root.constant) continue;
      const life = found.get(root) ?? { value: root, bytes: paddedBytes(root), from: at, to: at };
      life.to = at;
      found.set(root, life);
    }
  });
  return [...found.values()];
}

/** Largest first, each into the tightest slot that is free for its life, else into a new one (greedy by size). */
export function assignMemory(graph: Graph): MemoryPlan {
  const lives = lifetimes(graph);
  const slots: Slot[] = [];
  const slotOf = new Map<Value, Slot>();
  for (const life of lives.toSorted((a, b) => b.bytes - a.bytes || a.from - b.from)) {
    const free = slots.filter((slot) =>
      slot.values.every((other) => life.to < other.from || other.to < life.from),
    );
    // the slot whose neighbours in time are nearest: leaves the long gaps to those who need them
    const gap = (slot: Slot) =>
      Math.min(...slot.values.map((other) => Math.max(life.from - other.to, other.from - life.to)));
    let slot = free.toSorted((a, b) => a.bytes - b.bytes || gap(a) - gap(b))[0];
    if (!slot) slots.push((slot = { bytes: life.bytes, values: [] }));
    slot.values.push(life);
    slotOf.set(life.value, slot);
  }
  return {
    slots,
    slotOf,
    bytes: slots.reduce((sum, slot) => sum + slot.bytes, 0),
    peakBytes: Math.max(
      0,
      ...graph.nodes.map((_, at) =>
        lives.reduce((sum, life) => sum + (life.from <= at && at <= life.to ? life.bytes : 0), 0),
      ),
    ),
    unsharedBytes: lives.reduce((sum, life) => sum + life.bytes, 0),
  };
}
