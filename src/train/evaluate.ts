/** The loss of the model as it is, over given batches, in nats per token: no dropout, no gradient. */
import * as tf from '@tensorflow/tfjs-core';
import type { ModelConfig } from '../model/config.ts';
import { forward, type Weights } from '../model/gpt.ts';
import { crossEntropy } from '../ops/index.ts';
import type { Batch } from './batches.ts';

/** `turn` is awaited before each batch, so that the worker stays able to hear. */
export async function evaluate(
  params: Weights,
  config: ModelConfig,
  batches: Batch[],
  turn: () => Promise<void>,
): Promise<number> {
  let sum = 0;
  let count = 0;
  for (const { inputs, targets, documents } of batches) {
    await turn();
    const loss = tf.tidy(() => {
      const logits = forward(params, config, tf.tensor1d(inputs, 'int32'), {
        T: config.blockSize,
        documents: documents && tf.tensor1d(documents, 'int32'),
      });
      return crossEntropy(logits, tf.tensor1d(targets, 'int32'));
    });
    sum += (await loss.data())[0]! * targets.length; // waits for the device
    count += targets.length;
    loss.dispose();
  }
  return sum / count;
}
