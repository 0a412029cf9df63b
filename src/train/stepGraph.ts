/**
 * The graphs of training: what happens with one batch (loss, and the gradient of every parameter), and the update. The model's
 * own code is traced (gpu/traceBackend.ts); here is only what surrounds it.
 *
 * Names of the buffers that a plan finds outside: `parameters/NAME`, `gradients/NAME`, whole arenas as `arena/KIND`, and the
 * data of a step (`corpus`, `offsets`, `inputs`, `targets`, `seed`, `hyper`, `lossScale`), `loss`, `scale`. Mixed precision
 * (`half`) reads weights from `shadow/NAME`.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { ArenaLayout } from '../gpu/arenas.ts';
import type { Graph, HalfType } from '../gpu/graph.ts';
import { toHalf } from '../gpu/half.ts';
import { HYPER } from '../gpu/kernels/optimizer.ts';
import { accumulateInto, optimize } from '../gpu/passes.ts';
import { trace, type Tracer } from '../gpu/traceBackend.ts';
import { type ModelConfig, parameterSpecs } from '../model/config.ts';
import { forward } from '../model/gpt.ts';
import { crossEntropy } from '../ops/index.ts';

export interface BatchSource {
  B: number;
  T: number;
  /** `corpus`: windows at `offsets` of the token ids on the GPU. `direct`: the caller fills `inputs` and `targets`. */
  from: { corpus: { idBits: 16 | 32; separator?: number } } | 'direct';
}

function batchTensors(tracer: Tracer, { B, T, from }: BatchSource) {
  const N = B * T;
  if (from === 'direct')
    return {
      inputs: tracer.input('inputs', [N], 'int32'),
      targets: tracer.input('targets', [N], 'int32'),
      documents: undefined,
    };
  const { idBits, separator } = from.corpus;
  const ids = { shape: [N], dtype: 'int32' as const };
  const { y, targets, documents } = tracer.record(
    'Batch',
    { corpus: tracer.input('corpus', [1], 'uint32'), offsets: tracer.input('offsets', [B], 'uint32') },
    { y: ids, targets: ids, ...(separator !== undefined && { documents: ids }) },
    { T, idBits, separator },
  );
  return { inputs: y!, targets: targets!, documents };
}

/** Loss of one batch, into `loss`, and its gradient by every parameter, into (or added to) the arena. */
export function traceGradients(
  model: ModelConfig,
  source: BatchSource,
  accumulate: boolean,
  half?: HalfType,
): Graph {
  const graph = trace((tracer) => {
    const params = tracer.parameters(parameterSpecs(model));
    const { inputs, targets, documents } = batchTensors(tracer, source);
    const dropoutSeed = model.dropout > 0 ? tracer.input('seed', [1], 'int32') : undefined;
    const { value, grads } = tf.variableGrads(
      () => crossEntropy(forward(params, model, inputs, { T: source.T, documents, dropoutSeed }), targets),
      [...params.values()],
    );
    tracer.output('loss', value);
    for (const [name, p] of params) tracer.output(`gradients/${name}`, grads[p.name]!);
  });
  if (half) toHalf(graph, half);
  optimize(graph);
  if (accumulate) accumulateInto(graph, 'gradients/');
  return graph;
}

/** The loss alone, as evaluation wants it: no dropout. */
export function traceLoss(model: ModelConfig, source: BatchSource): Graph {
  const graph = trace((tracer) => {
    const params = tracer.parameters(parameterSpecs(model));
    const { inputs, targets, documents } = batchTensors(tracer, source);
    const logits = forward(params, model, inputs, { T: source.T, documents });
    tracer.output('loss', crossEntropy(logits, targets));
  });
  optimize(graph);
  return graph;
}

/** Clip and AdamW over the arenas. Leaves [factor, norm before clipping] in `scale`. */
export function traceUpdate({ size, decayed }: ArenaLayout, half?: HalfType): Graph {
  const graph = trace((tracer) => {
    const gradients = tracer.input('arena/gradients', [size]);
    const hyper = tracer.input('hyper', [HYPER.length]);
    const summands = Math.min(32768, Math.max(64, Math.ceil(size / 256)));
    const { y: sums } = tracer.record('SquareSums', { gradients }, { y: { shape: [summands] } });
    const { y: scale } = tracer.record('GradientScale', { sums: sums!, hyper }, { y: { shape: [2] } });
    tracer.output('scale', scale!);
    const arena = { shape: [size] };
    const updated = tracer.record(
      'AdamW',
      { gradients, scale: scale!, hyper },
      { y: arena, m: arena, v: arena, ...(half && { shadow: { shape: [size], dtype: half } }) },
      { decayed },
    );
    tracer.output('arena/parameters', updated['y']!);
    tracer.output('arena/m', updated['m']!);
    tracer.output('arena/v', updated['v']!);
    if (half) tracer.output('arena/shadow', updated['shadow']!);
  });
  optimize(graph);
  return graph;
}

/** Fills the 16-bit copy of the parameters: once, before the first step. */
export function traceShadow({ size }: ArenaLayout, half: HalfType): Graph {
  return trace((tracer) => {
    const x = tracer.input('arena/parameters', [size]);
    const { y } = tracer.record('Copy', { x }, { y: { shape: [size], dtype: half } });
    tracer.output('arena/shadow', y!);
  });
}
