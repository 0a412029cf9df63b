/**
 * The model and AdamW in jax-js: loss, gradients and update in one function under one jit. Tokens are looked up by a product
 * with a one-hot matrix, because 0.1.25 throws when it differentiates `take` under jit.
 *
 * In jax-js whoever is given an array uses it up: `x.ref` is for every use but the last.
 */
import { defaultDevice, type Device, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { headDimOf, type ModelConfig } from '../../src/model/config.ts';
import type { TrainConfig } from '../../src/train/config.ts';
import { ADAM_EPSILON, type EngineRun, type InitialWeights } from './engine.ts';

type Arrays = Record<string, np.Array>;

/** What a step changes. */
type State = { p: Arrays; m: Arrays; v: Arrays };

export async function jaxRun(
  config: ModelConfig,
  train: TrainConfig,
  weights: InitialWeights,
  device: Device,
): Promise<EngineRun> {
  if (!(await init(device)).includes(device)) throw new Error(`jax-js has no ${device} here`);
  const arrays = (values: (data: Float32Array<ArrayBuffer>) => Float32Array<ArrayBuffer>): Arrays =>
    Object.fromEntries(
      [...weights].map(([name, { shape, data }]) => [
        name,
        np.array(values(data.slice()), { shape, dtype: np.float32, device }),
      ]),
    );
  const zeros = (data: Float32Array<ArrayBuffer>) => data.fill(0);
  let state: State = { p: arrays((data) => data), m: arrays(zeros), v: arrays(zeros) };
  let steps = 0;

  defaultDevice(device); // that of the constants which jit meets
  const update = jit(({ p, m, v }: State, tokens: np.Array, targets: np.Array, corrections: np.Array) => {
    const [loss, g] = valueAndGrad((params: Arrays) => lossOf(params, config, tokens, targets))(tree.ref(p));
    return { loss, state: adamW({ p, m, v }, g, corrections, train) };
  });

  return {
    step(tokens, targets) {
      steps++;
      const int32 = (values: Int32Array) => np.array(values.slice(), { dtype: np.int32, device });
      const corrections = Float32Array.of(1 - train.beta1 ** steps, 1 - train.beta2 ** steps);
      const result = update(state, int32(tokens), int32(targets), np.array(corrections, { device }));
      state = result.state;
      return result.loss.data().then(([loss]) => loss!); // the queue is in order: the update is done as well
    },
    resume: () => void defaultDevice(device),
    dispose() {
      tree.dispose(state);
      update.dispose();
    },
  };
}

/** Mean cross-entropy in nats; uses up p, tokens and targets. */
function lossOf(p: Arrays, config: ModelConfig, tokens: np.Array, targets: np.Array): np.Array {
  const { nEmbd: C, blockSize: T, vocabSize: V, nHead: NH, nLayer, normEps } = config;
  const HS = headDimOf(config);
  const [N] = tokens.shape as [number];
  const get = (name: string) => p[name]!;
  const norm = (x: np.Array, name: string) =>
    layerNorm(x, get(`${name}.weight`), get(`${name}.bias`), normEps);
  const linear = (x: np.Array, name: string) => np.matmul(x, get(`${name}.weight`)).add(get(`${name}.bias`));

  const wte = get('transformer.wte.weight');
  let x = np
    .matmul(oneHot(tokens, V), wte.ref)
    .reshape([-1, T, C])
    .add(get('transformer.wpe.weight'))
    .reshape([N, C]);
  for (let i = 0; i < nLayer; i++) {
    const layer = `transformer.h.${i}`;
    const qkv = linear(norm(x.ref, `${layer}.ln_1`), `${layer}.attn.c_attn`).reshape([-1, T, 3, NH, HS]);
    const part = (which: number, from: np.Array) => from.slice([], [], which); // (B, T, NH, HS)
    const y = nn.dotProductAttention(part(0, qkv.ref), part(1, qkv.ref), part(2, qkv), { isCausal: true });
    x = x.add(linear(y.reshape([N, C]), `${layer}.attn.c_proj`));
    const hidden = nn.gelu(linear(norm(x.ref, `${layer}.ln_2`), `${layer}.mlp.c_fc`), { approximate: true });
    x = x.add(linear(hidden, `${layer}.mlp.c_proj`));
  }
  const logits = np.matmul(norm(x, 'transformer.ln_f'), wte.transpose()); // (N, V)
  return nn
    .logSoftmax(logits, -1)
    .mul(oneHot(targets, V))
    .sum()
    .mul(-1 / N);
}

const oneHot = (ids: np.Array, V: number) =>
  np.equal(ids.reshape([-1, 1]), np.arange(V).astype(np.int32)).astype(np.float32);

function layerNorm(x: np.Array, weight: np.Array, bias: np.Array, eps: number): np.Array {
  const centred = x.ref.sub(x.mean(-1, { keepdims: true }));
  const variance = np.square(centred.ref).mean(-1, { keepdims: true });
  return centred
    .div(np.sqrt(variance.add(eps)))
    .mul(weight)
    .add(bias);
}

/** One update of all parameters. `corrections` are 1 - β1ᵗ and 1 - β2ᵗ: data, since they change every step. */
function adamW({ p, m, v }: State, g: Arrays, corrections: np.Array, train: TrainConfig): State {
  const { learningRate, beta1, beta2, weightDecay } = train;
  const next: State = { p: {}, m: {}, v: {} };
  for (const name of Object.keys(p)) {
    const decay = p[name]!.shape.length >= 2 ? weightDecay : 0;
    next.m[name] = m[name]!.mul(beta1).add(g[name]!.ref.mul(1 - beta1));
    next.v[name] = v[name]!.mul(beta2).add(np.square(g[name]!).mul(1 - beta2));
    const mHat = next.m[name].ref.div(corrections.ref.slice(0));
    const vHat = next.v[name].ref.div(corrections.ref.slice(1));
    const change = mHat.div(np.sqrt(vHat).add(ADAM_EPSILON)).mul(learningRate);
    next.p[name] = p[name]!.mul(1 - learningRate * decay).sub(change);
  }
  corrections.dispose();
  return next;
}
