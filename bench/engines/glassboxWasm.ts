/** Our ops, run eagerly on tfjs's WebAssembly backend with our kernels for it: what the page uses without a GPU. */
import * as tf from '@tensorflow/tfjs-core';
import { forward, parametersFrom } from '../../src/model/gpt.ts';
import { crossEntropy } from '../../src/ops/index.ts';
import { applyGradients, disposeOptimizer, initOptimizer } from '../../src/train/optimizer.ts';
import { startBackend } from '../../src/workers/model/backends.ts';
import type { Engine } from './engine.ts';

export const engine: Engine = {
  name: 'glassbox-wasm',
  gpu: false,
  async init(model, train, weights) {
    await startBackend('wasm');
    const params = parametersFrom(model, (name) => weights.get(name)!.data.slice());
    const optimizer = initOptimizer(params);
    let steps = 0;
    return {
      step(tokens, targets) {
        const idx = tf.tensor1d(tokens, 'int32');
        const wanted = tf.tensor1d(targets, 'int32');
        const { value: loss, grads } = tf.variableGrads(
          () => crossEntropy(forward(params, model, idx, { T: model.blockSize }), wanted),
          [...params.values()],
        );
        const gradients = new Map([...params].map(([name, p]) => [name, grads[p.name]!]));
        const norm = applyGradients(params, gradients, optimizer, train, train.learningRate, ++steps);
        tf.dispose([idx, wanted, grads, norm]);
        return loss.data().then(([value]) => {
          loss.dispose();
          return value!;
        });
      },
      resume: () => startBackend('wasm'),
      dispose() {
        disposeOptimizer(optimizer);
        tf.dispose([...params.values()]);
      },
    };
  },
};
