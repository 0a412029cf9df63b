/** Training op by op on tfjs: the fallback without WebGPU, and the oracle that plans are tested against. */
import * as tf from '@tensorflow/tfjs-core';
import type { ModelConfig } from '../model/config.ts';
import { forward, type Parameters, parametersFrom } from '../model/gpt.ts';
import { crossEntropy } from '../ops/index.ts';
import { type Batch, type BatchShape, evaluationBatches, randomBatch, type RunData } from './batches.ts';
import type { TrainConfig } from './config.ts';
import {
  batchShape,
  dropoutSeed,
  type Engine,
  type ModelValues,
  type Moments,
  type StepOutcome,
} from './engine.ts';
import { evaluate } from './evaluate.ts';
import { applyGradients, disposeOptimizer, initOptimizer, type OptimizerState } from './optimizer.ts';

export class EagerEngine implements Engine {
  readonly params: Parameters;
  readonly stepsInFlight = 1;
  readonly figures = undefined;
  readonly #model: ModelConfig;
  readonly #optimizer: OptimizerState;
  #ready: { train: TrainConfig; data: RunData; shape: BatchShape; batches: Map<string, Batch[]> } | undefined;

  /** Nothing is left behind when this throws. */
  constructor(model: ModelConfig, { parameters, moments }: ModelValues) {
    this.#model = model;
    this.params = parametersFrom(model, (name) => parameters.get(name)!);
    try {
      this.#optimizer = initOptimizer(this.params, moments);
    } catch (error) {
      tf.dispose([...this.params.values()]);
      throw error;
    }
  }

  async prepare(train: TrainConfig, data: RunData): Promise<void> {
    const shape = batchShape(this.#model, train, data);
    const batches = new Map<string, Batch[]>();
    for (const split of ['validation', 'heldout'] as const)
      if (data[split]) batches.set(split, evaluationBatches(data[split], shape, train.evalBatches));
    this.#ready = { train, data, shape, batches };
  }

  async step(step: number, learningRate: number): Promise<StepOutcome> {
    const { train, data, shape } = this.#ready!;
    // gradients, averaged over the micro-batches
    const micro = train.gradAccumSteps;
    const losses: tf.Scalar[] = [];
    let gradients: Map<string, tf.Tensor> | undefined;
    for (let i = 0; i < micro; i++) {
      const index = step * micro + i;
      const batch = randomBatch(data.train, shape, train.seed, index);
      const result = lossAndGradients(
        { model: this.#model, params: this.params },
        batch,
        dropoutSeed(index, train),
      );
      losses.push(result.loss);
      gradients = gradients ? accumulate(gradients, result.gradients) : result.gradients;
    }
    const norm = tf.tidy(() => {
      const averaged = micro > 1 ? mapValues(gradients!, (g) => tf.div(g, micro)) : gradients!;
      return applyGradients(this.params, averaged, this.#optimizer, train, learningRate, step + 1);
    });
    tf.dispose([...gradients!.values()]);

    // this waits for the device: the numbers of a step are known when the step is done
    const lossValues = await Promise.all(losses.map((loss) => loss.data()));
    const gradNorm = (await norm.data())[0]!;
    tf.dispose([...losses, norm]);
    return { loss: lossValues.reduce((sum, [value]) => sum + value!, 0) / micro, gradNorm };
  }

  async evaluate(split: 'validation' | 'heldout', breathe: () => Promise<void>): Promise<number> {
    const batches = this.#ready!.batches.get(split);
    return batches ? evaluate(this.params, this.#model, batches, breathe) : NaN;
  }

  async parameters(): Promise<Map<string, Float32Array>> {
    const values = new Map<string, Float32Array>();
    for (const [name, p] of this.params) values.set(name, await p.data<'float32'>());
    return values;
  }

  async moments(): Promise<Map<string, Moments>> {
    const values = new Map<string, Moments>();
    for (const [name, { m, v }] of this.#optimizer)
      values.set(name, { m: await m.data<'float32'>(), v: await v.data<'float32'>() });
    return values;
  }

  get bytes(): number {
    return tf.memory().numBytes;
  }

  dispose(): void {
    tf.dispose([...this.params.values()]);
    disposeOptimizer(this.#optimizer);
  }
}

/** Forward and backward pass over one batch. The caller disposes of the results. */
export function lossAndGradients(
  { model, params }: { model: ModelConfig; params: Parameters },
  batch: Batch,
  dropoutSeed: number,
): { loss: tf.Scalar; gradients: Map<string, tf.Tensor> } {
  const data = {
    inputs: tf.tensor1d(batch.inputs, 'int32'),
    targets: tf.tensor1d(batch.targets, 'int32'),
    documents: batch.documents && tf.tensor1d(batch.documents, 'int32'),
    seed: model.dropout > 0 ? tf.tensor1d([dropoutSeed | 0], 'int32') : undefined,
  };
  const { value, grads } = tf.variableGrads(() => {
    const logits = forward(params, model, data.inputs, {
      T: model.blockSize,
      documents: data.documents,
      dropoutSeed: data.seed,
    });
    return crossEntropy(logits, data.targets);
  }, [...params.values()]);
  for (const tensor of Object.values(data)) tensor?.dispose();
  // tfjs names gradients after its variables; we name them after our parameters
  return { loss: value, gradients: new Map([...params].map(([name, p]) => [name, grads[p.name]!])) };
}

function accumulate(sum: Map<string, tf.Tensor>, more: Map<string, tf.Tensor>): Map<string, tf.Tensor> {
  const total = mapValues(sum, (g, name) => tf.add(g, more.get(name)!));
  tf.dispose([...sum.values(), ...more.values()]);
  return total;
}

const mapValues = (map: Map<string, tf.Tensor>, f: (tensor: tf.Tensor, name: string) => tf.Tensor) =>
  new Map([...map].map(([name, tensor]) => [name, f(tensor, name)]));
