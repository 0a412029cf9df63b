/** Our ops, run eagerly on tfjs's WebAssembly backend with our kernels for it: what the page uses without a GPU. */
import * as tf from '@tensorflow/tfjs-core';
import { parametersFrom } from '../../src/model/gpt.ts';
import { applyGradients, disposeOptimizer, initOptimizer } from '../../src/train/optimizer.ts';
import { lossAndGradients } from '../../src/train/trainer.ts';
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
      step(inputs, targets) {
        const { loss, gradients } = lossAndGradients({ model, params }, { inputs, targets }, 0);
        const norm = applyGradients(params, gradients, optimizer, train, train.learningRate, ++steps);
        tf.dispose([...gradients.values(), norm]);
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
