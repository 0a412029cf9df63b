/**
 * The graphs of generation: a chunk of the prompt (prefill), and one token (decode). Keys and values live in the externals
 * `cache/k0`, `cache/v0`, …; where the new rows stand is data (`position`), so that one plan serves every position.
 *
 * Prefill reads `prompt` and leaves in `logits` those of row `row`. Decode draws a token from `logits`, runs it through the
 * model, leaves the next `logits` and moves `position` on: several can run one after the other without the CPU.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Graph } from '../gpu/graph.ts';
import { optimize } from '../gpu/passes.ts';
import { trace, type Tracer } from '../gpu/traceBackend.ts';
import { headDimOf, type ModelConfig, parameterSpecs } from '../model/config.ts';
import { forward } from '../model/gpt.ts';

/** Tokens that decode leaves for the CPU before it begins to overwrite them. */
export const TOKEN_RING = 64;

export const kvWidth = (model: ModelConfig): number => model.nKvHead * headDimOf(model);

function cachedForward(
  tracer: Tracer,
  model: ModelConfig,
  idx: tf.Tensor,
  lastRow: (x: tf.Tensor) => tf.Tensor,
) {
  const position = tracer.input('position', [1], 'int32');
  const shape = [model.blockSize, kvWidth(model)];
  return forward(tracer.parameters(parameterSpecs(model)), model, idx, {
    T: idx.size,
    traced: {
      position,
      lastRow: (x) => lastRow(x) as tf.Tensor2D,
      attend(layer, qkv, heads) {
        const { y: k, v } = tracer.record('CacheWrite', { qkv, position }, { y: { shape }, v: { shape } });
        tracer.output(`cache/k${layer}`, k!);
        tracer.output(`cache/v${layer}`, v!);
        const size = [idx.size, heads.nHead * heads.headDim];
        const inputs = { qkv, k: k!, v: v!, position };
        return tracer.record('CachedAttention', inputs, { y: { shape: size } }, { ...heads })[
          'y'
        ] as tf.Tensor2D;
      },
    },
  });
}

/** `rows` tokens of a prompt from `position` on. */
export function tracePrefill(model: ModelConfig, rows: number): Graph {
  const graph = trace((tracer) => {
    const row = tracer.input('row', [1], 'int32');
    const logits = cachedForward(
      tracer,
      model,
      tracer.input('prompt', [rows], 'int32'),
      (x) => tracer.record('TakeRow', { x, row }, { y: { shape: [1, x.shape[1]!] } })['y']!,
    );
    tracer.output('logits', logits);
  });
  optimize(graph);
  return graph;
}

/** One token drawn, and the logits after it. */
export function traceDecode(model: ModelConfig): Graph {
  const graph = trace((tracer) => {
    const V = model.vocabSize;
    const drawn = tracer.record(
      'Sample',
      { logits: tracer.input('logits', [1, V]), controls: tracer.input('controls', [4]) },
      {
        y: { shape: [1], dtype: 'int32' },
        weights: { shape: [V] },
        state: { shape: [4], dtype: 'uint32' },
        tokens: { shape: [TOKEN_RING], dtype: 'uint32' },
      },
    );
    tracer.output('state', drawn['state']!);
    tracer.output('tokens', drawn['tokens']!);
    tracer.output('weights', drawn['weights']!);
    tracer.output(
      'logits',
      cachedForward(tracer, model, drawn['y']!, (x) => x),
    );
    tracer.output('position', tracer.record('Advance', {}, { y: { shape: [1], dtype: 'int32' } })['y']!);
  });
  optimize(graph);
  return graph;
}
