/**
 * swiglu: y = silu(gate) ⊙ up, silu(z) = z σ(z) (Shazeer 2020, arXiv 2002.05202), the gated MLP of the llama family.
 *
 *   gateUp [N, 2F] = gate | up   ->   y [N, F]
 *
 * Gate and up come from one matrix product, so they arrive side by side.
 *   dUp = dY silu(gate),   dGate = dY up σ(gate) (1 + gate (1 - σ(gate)))
 */
import * as tf from '@tensorflow/tfjs-core';
import { defineGradient, defineKernel, run, splitColumns } from './kernel.ts';

export const swiglu = (gateUp: tf.Tensor): tf.Tensor2D => run('Swiglu', { gateUp });

const halves = (gateUp: tf.Tensor) =>
  splitColumns<[tf.Tensor, tf.Tensor]>(gateUp, [gateUp.shape[1]! / 2, gateUp.shape[1]! / 2]);

defineKernel<'gateUp'>('Swiglu', ({ gateUp }) => {
  const [gate, up] = halves(gateUp);
  return tf.mul(tf.mul(gate, tf.sigmoid(gate)), up);
});

defineKernel<'dY' | 'gateUp'>('SwigluGrad', ({ dY, gateUp }) => {
  const [gate, up] = halves(gateUp);
  const sigmoid = tf.sigmoid(gate);
  const silu = tf.mul(gate, sigmoid);
  const dSilu = tf.add(sigmoid, tf.mul(silu, tf.sub(1, sigmoid)));
  return tf.concat([tf.mul(tf.mul(dY, up), dSilu), tf.mul(dY, silu)], 1); // (N, 2F)
});

defineGradient<'gateUp', object>('Swiglu', ['gateUp'], (dY, { gateUp }) => ({
  gateUp: () => run('SwigluGrad', { dY, gateUp }),
}));
