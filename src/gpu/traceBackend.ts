/**
 * The tracing backend: a TensorFlow.js backend whose kernels compute nothing. Each call of an op records a node, and tfjs's
 * own tape, running on top, records the backward pass in the same list. So the model's ordinary code (model/gpt.ts), run once,
 * yields the graph of a whole training step.
 *
 * Disposal means nothing here. The tape clones what it saves; a clone, a reshape or a cast between floats is another name for
 * the same value. What changes from step to step must come in through `input`, never as a number: it would be frozen.
 */
import * as tf from '@tensorflow/tfjs-core';
import { invariant } from '../lib/errors.ts';
import { type DType, Graph, type GraphNode, type Value } from './graph.ts';
import { OP_SHAPES } from './opShapes.ts';

const BACKEND = 'trace';

class TraceBackend extends tf.KernelBackend {
  graph = new Graph();
  /** Which value a tensor stands for. Many tensors may stand for one. */
  #values = new WeakMap<object, Value>();

  find(tensor: tf.TensorInfo): Value {
    const value = this.#values.get(tensor.dataId);
    invariant(
      value,
      `a tensor of shape [${tensor.shape.join()}] came from outside the trace: hand it in with input()`,
    );
    return value;
  }

  /** A name for `value` that tfjs takes for a tensor. */
  info(value: Value, shape: readonly number[] = value.shape, dtype?: tf.DataType): tf.TensorInfo {
    const dataId = {};
    this.#values.set(dataId, value);
    return {
      dataId,
      shape: [...shape],
      dtype: dtype ?? (value.dtype.startsWith('float') ? 'float32' : 'int32'),
    };
  }

  override write(data: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    const value = this.graph.value(shape, dtype === 'int32' ? 'int32' : 'float32');
    value.constant = data as Float32Array;
    return this.info(value).dataId;
  }
  override read(): Promise<tf.BackendValues> {
    return Promise.reject(new Error('A traced value has no numbers yet.'));
  }
  override readSync(): tf.BackendValues {
    throw new Error('A traced value has no numbers yet.');
  }
  override disposeData(): boolean {
    return true;
  }
  override incRef(): void {}
  decRef(): void {}
  override refCount(): number {
    return 1;
  }
  override numDataIds(): number {
    return 0;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }
  override floatPrecision(): 32 {
    return 32;
  }
  override dispose(): void {}
}

/** What traced code may ask for besides running ops. */
export interface Tracer {
  graph: Graph;
  /** Data that the plan finds in a buffer of this name whenever it runs. */
  input(name: string, shape: number[], dtype?: DType): tf.Tensor;
  /** The same as something that tfjs differentiates by. */
  parameter(name: string, shape: number[]): tf.Variable;
  /** All parameters of a model, from buffers `parameters/NAME`. */
  parameters(specs: Iterable<[string, { shape: number[] }]>): Map<string, tf.Variable>;
  /** A node that has no tfjs kernel: only plans know it. */
  record(
    op: string,
    inputs: Record<string, tf.Tensor>,
    outputs: Record<string, { shape: number[]; dtype?: DType }>,
    attrs?: Record<string, unknown>,
  ): Record<string, tf.Tensor>;
  /** The plan is to leave this in a buffer of this name. */
  output(name: string, tensor: tf.Tensor): void;
}

/** Runs `code` once and returns what it would have computed. Synchronous: nothing else may use tfjs meanwhile. */
export function trace(code: (tracer: Tracer) => void): Graph {
  register();
  const before = tf.engine().backendName;
  void tf.setBackend(BACKEND); // takes effect at once: the factory is synchronous
  const backend = tf.engine().backend as TraceBackend;
  const graph = new Graph();
  backend.graph = graph;
  const variables: tf.Variable[] = [];
  const toTensor = (value: Value) => tf.engine().makeTensorFromTensorInfo(backend.info(value));
  const input: Tracer['input'] = (name, shape, dtype = 'float32') =>
    toTensor(graph.value(shape, dtype, { external: name }));
  try {
    tf.tidy(() => {
      code({
        graph,
        input,
        parameter(name, shape) {
          const variable = tf.variable(input(name, shape), true);
          variables.push(variable);
          return variable;
        },
        parameters(specs) {
          return new Map(
            [...specs].map(([name, { shape }]) => [name, this.parameter(`parameters/${name}`, shape)]),
          );
        },
        record(op, inputs, outputs, attrs = {}) {
          const node = graph.add(
            op,
            mapEntries(inputs, (tensor) => backend.find(tensor)),
            mapEntries(outputs, ({ shape, dtype }) => graph.value(shape, dtype ?? 'float32')),
            attrs,
          );
          return mapEntries(node.outputs, toTensor);
        },
        output(name, tensor) {
          const value = backend.find(tensor);
          const named = value.external ?? value.constant;
          // it has a place already (a gradient that is another's): a copy goes to the new one
          const placed = named
            ? graph.add('Copy', { x: value }, { y: graph.value(value.shape, value.dtype) }).outputs['y']!
            : value;
          placed.external = name;
        },
      });
    });
  } finally {
    for (const variable of variables) variable.dispose();
    if (before) void tf.setBackend(before);
  }
  return graph;
}

const mapEntries = <T, U>(record: Record<string, T>, f: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));

let registered = false;

function register(): void {
  if (registered) return;
  registered = true;
  const backend = new TraceBackend();
  tf.registerBackend(BACKEND, () => backend);
  const define = (
    kernelName: string,
    kernelFunc: (inputs: tf.NamedTensorInfoMap, attrs: Record<string, unknown>) => tf.TensorInfo,
  ) =>
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs, attrs }) => kernelFunc(inputs, attrs ?? {}),
    });

  // other names for the same numbers
  define('Identity', ({ x }) => backend.info(backend.find(x!), x!.shape, x!.dtype));
  define('Reshape', ({ x }, { shape }) => {
    const known = shape as number[];
    const product = known.reduce((a, b) => (b < 0 ? a : a * b), 1);
    const size = x!.shape.reduce((a, b) => a * b, 1);
    return backend.info(
      backend.find(x!),
      known.map((n) => (n < 0 ? size / product : n)),
      x!.dtype,
    );
  });

  for (const [kernelName, shapeOf] of Object.entries(OP_SHAPES))
    define(kernelName, (inputs, attrs) => {
      const node = recordOp(backend, kernelName, inputs, attrs, shapeOf);
      return backend.info(node.outputs['y']!);
    });
}

/** Tensors among the attributes (documents, the seed of dropout) are inputs too. */
function recordOp(
  backend: TraceBackend,
  op: string,
  inputs: tf.NamedTensorInfoMap,
  attrs: Record<string, unknown>,
  shapeOf: (typeof OP_SHAPES)[string],
): GraphNode {
  const values = mapEntries(inputs as Record<string, tf.TensorInfo>, (info) => backend.find(info));
  const plain: Record<string, unknown> = {};
  const sort = (record: Record<string, unknown>) => {
    for (const [name, attr] of Object.entries(record))
      if (attr instanceof tf.Tensor) values[name] = backend.find(attr);
      else if (name === 'dropout' && attr) sort(attr as Record<string, unknown>);
      else if (attr !== undefined) plain[name] = attr;
  };
  sort(attrs);
  const y = backend.graph.value(shapeOf(values, plain), 'float32');
  return backend.graph.add(op, values, { y }, plain);
}
