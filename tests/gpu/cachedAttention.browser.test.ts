/** Ops whose position is data, as generation needs them: against the float64 reference, and plans against eager ops. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { optimize } from '../../src/gpu/passes.ts';
import { trace } from '../../src/gpu/traceBackend.ts';
import { embedding, rope } from '../../src/ops/index.ts';
import { startBackend } from '../../src/workers/model/backends.ts';
import { randomArray, relativeError } from '../ops/support.ts';
import { attentionForward } from '../reference/attention.ts';
import { embeddingForward } from '../reference/embedding.ts';
import { ropeForward } from '../reference/rope.ts';
import { runGraph, TARGETS } from './support.ts';

const UNTOUCHED = 7777;

interface Shape {
  /** Rows of the cache. */
  S: number;
  position: number;
  /** New rows. */
  T: number;
  NH: number;
  NKV: number;
  HS: number;
}

const shapes: Shape[] = [
  { S: 8, position: 0, T: 1, NH: 2, NKV: 2, HS: 8 },
  { S: 8, position: 7, T: 1, NH: 2, NKV: 2, HS: 8 },
  { S: 8, position: 0, T: 8, NH: 4, NKV: 2, HS: 4 }, // grouped queries, a full cache
  { S: 40, position: 30, T: 5, NH: 6, NKV: 2, HS: 12 },
  { S: 40, position: 33, T: 3, NH: 3, NKV: 1, HS: 5 }, // head sizes that are no vectors
  { S: 300, position: 290, T: 2, NH: 2, NKV: 1, HS: 64 }, // more keys than a workgroup has lanes
  { S: 20, position: 16, T: 8, NH: 2, NKV: 1, HS: 6 }, // rows that stick out of the cache
];

describe.each(Object.entries(TARGETS))('CacheWrite and CachedAttention, %s', (_name, target) => {
  it.each(shapes)('$S rows, $T from $position on, $NH / $NKV heads of $HS', async (shape) => {
    const { S, position, T, NH, NKV, HS } = shape;
    const [width, columns] = [(NH + 2 * NKV) * HS, NKV * HS];
    const all = position + T;
    const qkv = randomArray(all * width, 1);
    const want = attentionForward(qkv, { B: 1, T: all, NH, NKV, HS });
    // k or v as the cache should hold it after `rows` rows
    const filled = (rows: number, begin: number) =>
      Float32Array.from({ length: S * columns }, (_, i) => {
        const row = Math.floor(i / columns);
        return row < rows ? qkv[row * width + begin + (i % columns)]! : UNTOUCHED;
      });
    const [kBegin, vBegin] = [NH * HS, (NH + NKV) * HS];

    const graph = trace((tracer) => {
      const inputs = {
        qkv: tracer.input('qkv', [T, width]),
        position: tracer.input('position', [1], 'int32'),
      };
      const written = tracer.record('CacheWrite', inputs, {
        y: { shape: [S, columns] },
        v: { shape: [S, columns] },
      });
      tracer.output('cache/k', written['y']!);
      tracer.output('cache/v', written['v']!);
      const y = tracer.record(
        'CachedAttention',
        { ...inputs, k: written['y']!, v: written['v']! },
        { y: { shape: [T, NH * HS] } },
        { nHead: NH, nKvHead: NKV, headDim: HS, T },
      );
      tracer.output('y', y['y']!);
    });
    optimize(graph);
    const after = await runGraph(
      graph,
      {
        qkv: Float32Array.from(qkv.subarray(position * width)),
        position: Int32Array.of(position),
        'cache/k': filled(position, kBegin),
        'cache/v': filled(position, vBegin),
        y: new Float32Array(T * NH * HS),
      },
      target,
    );
    const inside = (Math.min(all, S) - position) * NH * HS;
    const from = position * NH * HS;
    expect(relativeError(after['y']!.slice(0, inside), want.slice(from, from + inside))).toBeLessThan(2e-5);
    expect(after['cache/k']).toEqual(filled(all, kBegin));
    expect(after['cache/v']).toEqual(filled(all, vBegin));
  });
});

describe('positions that are data', () => {
  beforeAll(() => startBackend('cpu'));
  const [N, position, most] = [4, 5, 9];
  const target = TARGETS['no subgroups, quick']!;
  const heads = { nHead: 2, nKvHead: 1, headDim: 6, T: N };
  const at = () => tf.tensor1d([position], 'int32');

  it('rope: eager, as a plan and by the reference', async () => {
    const qkv = randomArray(N * 24, 1);
    const attrs = { ...heads, theta: 100, offset: 0, maxPositions: most };
    const want = ropeForward(qkv, { N, T: N, NH: 2, NKV: 1, HS: 6, theta: 100, positionOffset: position });
    const eager = rope(tf.tensor2d(Float32Array.from(qkv), [N, 24]), { ...attrs, position: at() });
    expect(relativeError(await eager.data(), want)).toBeLessThan(2e-5);
    const graph = trace((tracer) => {
      const where = tracer.input('position', [1], 'int32');
      tracer.output('y', rope(tracer.input('qkv', [N, 24]), { ...attrs, position: where }));
    });
    optimize(graph);
    const data = {
      qkv: Float32Array.from(qkv),
      position: Int32Array.of(position),
      y: new Float32Array(N * 24),
    };
    expect(relativeError((await runGraph(graph, data, target))['y']!, want)).toBeLessThan(2e-5);
  });

  it('embedding: eager, as a plan and by the reference', async () => {
    const [V, C] = [11, 6];
    const [wte, wpe] = [randomArray(V * C, 1), randomArray(most * C, 2)];
    const idx = Int32Array.of(3, 10, 0, 3);
    const want = embeddingForward(idx, wte, wpe, { N, T: N, C, positionOffset: position });
    const eager = embedding(tf.tensor2d(Float32Array.from(wte), [V, C]), tf.tensor1d(idx, 'int32'), {
      wpe: tf.tensor2d(Float32Array.from(wpe), [most, C]),
      T: N,
      position: at(),
    });
    expect(relativeError(await eager.data(), want)).toBeLessThan(1e-6);
    const graph = trace((tracer) => {
      const y = embedding(tracer.input('wte', [V, C]), tracer.input('idx', [N], 'int32'), {
        wpe: tracer.input('wpe', [most, C]),
        T: N,
        position: tracer.input('position', [1], 'int32'),
      });
      tracer.output('y', y);
    });
    optimize(graph);
    const data = {
      wte: Float32Array.from(wte),
      wpe: Float32Array.from(wpe),
      idx,
      position: Int32Array.of(position),
      y: new Float32Array(N * C),
    };
    expect(relativeError((await runGraph(graph, data, target))['y']!, want)).toBeLessThan(1e-6);
  });
});
