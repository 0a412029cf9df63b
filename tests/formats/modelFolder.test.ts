/** A model as a Hugging Face folder: there and back, the layouts inside, and one fault at a time. */
import { describe, expect, it } from 'vitest';
import {
  type ModelBundle,
  readModelFolder,
  type TrainingRecord,
  writeModelFolder,
} from '../../src/formats/modelFolder.ts';
import { type NamedTensor, readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import { readZip, writeZip } from '../../src/formats/zip.ts';
import { createRng } from '../../src/lib/rng.ts';
import { MODEL_PRESETS, type ModelConfig, parameterSpecs } from '../../src/model/config.ts';
import { toTokenizerJson } from '../../src/tokenizer/tokenizerJson.ts';
import { createByteTokenizer } from '../../src/tokenizer/byteTokenizer.ts';
import { TRAIN_PRESETS } from '../../src/train/config.ts';

const llama: ModelConfig = {
  ...MODEL_PRESETS.nano,
  vocabSize: 257,
  blockSize: 16,
  nEmbd: 32,
  nKvHead: 2,
  intermediateSize: 40,
};
const gpt2: ModelConfig = { ...llama, family: 'gpt2', nKvHead: 4, intermediateSize: 128, bias: true };
const models: [string, ModelConfig][] = [
  ['llama with grouped queries', llama],
  ['llama with its own head', { ...llama, tiedHead: false }],
  ['gpt2 with biases', gpt2],
  ['gpt2 without biases, exact gelu', { ...gpt2, bias: false, gelu: 'exact' }],
];

function paramsOf(config: ModelConfig): Map<string, NamedTensor> {
  const rng = createRng(3);
  return new Map(
    [...parameterSpecs(config)].map(([name, { shape }]) => [
      name,
      { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.normal()) },
    ]),
  );
}

const record: TrainingRecord = {
  modelPreset: 'nano',
  train: TRAIN_PRESETS.nano,
  dataCard: {
    datasetId: 'd',
    title: 'Data',
    sources: ['a@1 (MIT)'],
    licenses: ['MIT'],
    trainTokens: 9,
    validationTokens: 3,
  },
  step: 2,
  history: {
    step: Float64Array.of(1, 2),
    loss: Float32Array.of(5, 4.5),
    learningRate: Float32Array.of(0.1, 0.25),
    gradNorm: Float32Array.of(1, 2),
    tokens: Float64Array.of(512, 1024),
    timeMs: Float64Array.of(10, 20),
    evalStep: Float64Array.of(2),
    validationLoss: Float32Array.of(4.75),
    heldoutLoss: Float32Array.of(NaN),
  },
};

const bundleOf = (config: ModelConfig): ModelBundle & { record: TrainingRecord } => ({
  config,
  params: paramsOf(config),
  tokenizerJson: toTokenizerJson(createByteTokenizer('qwen2')),
  record,
});

async function folderOf(config: ModelConfig): Promise<Map<string, Uint8Array>> {
  const entries = await writeModelFolder('my-model', bundleOf(config));
  const archive = await writeZip(
    entries.map((entry) => ({ ...entry, name: `my-model/${entry.name}` })),
    new Date(0),
  );
  return readZip(archive);
}
const text = (files: Map<string, Uint8Array>, name: string) => new TextDecoder().decode(files.get(name));
const json = (files: Map<string, Uint8Array>, name: string) =>
  JSON.parse(text(files, name)) as Record<string, unknown>;
const bytes = (value: string | object) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

describe('a model folder', () => {
  it.each(models)('%s comes back exactly, with its record', async (_name, config) => {
    const back = await readModelFolder(await folderOf(config));
    expect(back.config).toEqual(config);
    expect(back.params).toEqual(paramsOf(config));
    expect(back.record).toEqual(record);
    expect(back.tokenizerJson).toBe(bundleOf(config).tokenizerJson);
  });

  it.each(models)('%s opens without glassbox.json, as a folder from elsewhere', async (_name, config) => {
    const files = await folderOf(config);
    files.delete('glassbox.json');
    const back = await readModelFolder(files);
    // transformers knows no gpt2 without biases: they come back as zeros
    expect(back.config).toEqual({ ...config, bias: config.family === 'gpt2' });
    for (const [name, tensor] of paramsOf(config)) expect(back.params.get(name), name).toEqual(tensor);
    expect(back.record).toBeUndefined();
  });

  it('holds llama weights as nn.Linear does: [out, in], q, k, v, gate and up apart', async () => {
    const { tensors } = readSafetensors((await folderOf(llama)).get('model.safetensors')!);
    const qkv = paramsOf(llama).get('model.layers.1.self_attn.qkv_proj.weight')!;
    const [C, width] = qkv.shape as [number, number];
    const at = (row: number, column: number) => qkv.data[row * width + column]!;
    const q = tensors.get('model.layers.1.self_attn.q_proj.weight')!;
    const k = tensors.get('model.layers.1.self_attn.k_proj.weight')!;
    const v = tensors.get('model.layers.1.self_attn.v_proj.weight')!;
    expect([q.shape, k.shape, v.shape]).toEqual([
      [32, 32],
      [16, 32],
      [16, 32],
    ]);
    for (const [out, input] of [
      [0, 0],
      [3, 7],
      [15, 31],
    ] as const) {
      expect(q.data[out * C + input]).toBe(at(input, out));
      expect(k.data[out * C + input]).toBe(at(input, 32 + out));
      expect(v.data[out * C + input]).toBe(at(input, 48 + out));
    }
    expect(tensors.get('model.layers.0.mlp.up_proj.weight')!.shape).toEqual([40, 32]);
    expect(tensors.get('model.layers.0.mlp.down_proj.weight')!.shape).toEqual([32, 40]);
    expect([...tensors.keys()].filter((name) => /qkv|gate_up|lm_head/.test(name))).toEqual([]);
  });

  it('holds every bias of gpt2, zeros where the model has none, and Conv1D weights as they are', async () => {
    const { tensors } = readSafetensors((await folderOf({ ...gpt2, bias: false })).get('model.safetensors')!);
    const biases = [...tensors].filter(([name]) => name.endsWith('.bias'));
    expect(biases.length).toBe(2 * 6 + 1);
    expect(biases.every(([, { data }]) => data.every((x) => x === 0))).toBe(true);
    expect(tensors.get('transformer.h.0.attn.c_attn.weight')!.shape).toEqual([32, 96]);
  });

  it('has the configuration files that transformers 4 and 5 read', async () => {
    const files = await folderOf(llama);
    expect(json(files, 'config.json')).toMatchObject({
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      num_key_value_heads: 2,
      head_dim: 8,
      rope_theta: 10000,
      rope_parameters: { rope_type: 'default', rope_theta: 10000 },
      tie_word_embeddings: true,
      eos_token_id: 256,
    });
    expect(json(files, 'tokenizer_config.json')).toMatchObject({
      tokenizer_class: 'PreTrainedTokenizerFast',
      eos_token: '<|endoftext|>',
      model_max_length: 16,
    });
    expect(json(files, 'generation_config.json')).toMatchObject({ eos_token_id: 256 });
    expect(json(await folderOf({ ...gpt2, gelu: 'exact' }), 'config.json')).toMatchObject({
      architectures: ['GPT2LMHeadModel'],
      n_ctx: 16,
      activation_function: 'gelu',
    });
    expect(text(files, 'README.md')).toMatch(/^---\nlibrary_name: transformers/);
    expect(text(files, 'README.md')).toContain('4.7500 nats per token');
  });

  it('accepts the names that OpenAI used, and its masks', async () => {
    const files = await folderOf(gpt2);
    files.delete('glassbox.json');
    const { tensors } = readSafetensors(files.get('model.safetensors')!);
    const renamed = new Map(
      [...tensors].map(([name, tensor]) => [name.replace(/^transformer\./, ''), tensor]),
    );
    renamed.set('h.0.attn.bias', { shape: [1, 1, 16, 16], data: new Float32Array(256) });
    // one byte for each number, as old files have it: a type that is read nowhere
    const weights = writeSafetensors(renamed);
    files.set('model.safetensors', asBytes(weights, 'h.0.attn.bias'));
    expect((await readModelFolder(files)).params).toEqual(paramsOf(gpt2));
  });
});

/** The last tensor of the file as U8 in a quarter of the room. */
function asBytes(file: Uint8Array, name: string): Uint8Array {
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as Record<
    string,
    { dtype: string; data_offsets: [number, number] }
  >;
  const entry = header[name]!;
  const [begin, end] = entry.data_offsets;
  const shorter = (3 * (end - begin)) / 4;
  header[name] = { ...entry, dtype: 'U8', data_offsets: [begin, end - shorter] };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const result = new Uint8Array(8 + text.length + end - shorter);
  new DataView(result.buffer).setBigUint64(0, BigInt(text.length), true);
  result.set(text, 8);
  result.set(file.subarray(8 + length, 8 + length + end - shorter), 8 + text.length);
  return result;
}

describe('readModelFolder() refuses, and says what is wrong:', () => {
  /** Files of a good folder without our own record, changed in one place. */
  const changed = async (change: (files: Map<string, Uint8Array>) => void, keepOwn = false) => {
    const files = await folderOf(llama);
    if (!keepOwn) files.delete('glassbox.json');
    change(files);
    return readModelFolder(files);
  };
  const withTensors = (change: (tensors: Map<string, NamedTensor>) => void) =>
    changed((files) => {
      const { tensors } = readSafetensors(files.get('model.safetensors')!);
      change(tensors);
      files.set('model.safetensors', writeSafetensors(tensors));
    });
  const withConfig = (change: object) =>
    changed((files) => files.set('config.json', bytes({ ...json(files, 'config.json'), ...change })));

  it('an archive without weights', async () => {
    await expect(changed((files) => files.delete('model.safetensors'))).rejects.toThrow(
      /no model.safetensors/,
    );
  });
  it('a model without a tokenizer', async () => {
    await expect(changed((files) => files.delete('tokenizer.json'))).rejects.toThrow(/no tokenizer.json/);
  });
  it('altered weights', async () => {
    await expect(
      changed((files) => {
        const weights = files.get('model.safetensors')!;
        weights[weights.length - 3]! ^= 1;
      }, true),
    ).rejects.toThrow(/checksum differs/);
  });
  it('truncated weights', async () => {
    await expect(
      changed((files) => files.set('model.safetensors', files.get('model.safetensors')!.slice(0, -100))),
    ).rejects.toThrow(/cut short/);
  });
  it('a missing tensor', async () => {
    await expect(withTensors((tensors) => tensors.delete('model.norm.weight'))).rejects.toThrow(
      /lack "model.norm.weight"/,
    );
  });
  it('a tensor too many', async () => {
    await expect(
      withTensors((tensors) => tensors.set('model.extra', { shape: [1], data: new Float32Array(1) })),
    ).rejects.toThrow(/hold "model.extra", which this model does not have/);
  });
  it('a tensor that is there twice', async () => {
    await expect(
      withTensors((tensors) => tensors.set('norm.weight', tensors.get('model.norm.weight')!)),
    ).rejects.toThrow(/"model.norm.weight" twice/);
  });
  it('a misshapen tensor', async () => {
    await expect(
      withTensors((tensors) => tensors.set('model.norm.weight', { shape: [31], data: new Float32Array(31) })),
    ).rejects.toThrow(/"model.norm.weight" has the shape \[31\], the model needs \[32\]/);
  });
  it('weights that are not numbers', async () => {
    await expect(withTensors((tensors) => (tensors.get('model.norm.weight')!.data[5] = NaN))).rejects.toThrow(
      /"model.norm.weight" holds values that are not finite/,
    );
  });
  it('another architecture', async () => {
    await expect(withConfig({ model_type: 'mamba' })).rejects.toThrow(/it is a "mamba"; this page computes/);
  });
  it('a variant that we do not compute', async () => {
    await expect(withConfig({ rope_scaling: { type: 'linear', factor: 2 } })).rejects.toThrow(/rope_scaling/);
    await expect(withConfig({ hidden_act: 'gelu' })).rejects.toThrow(/hidden_act/);
  });
  it('an impossible configuration', async () => {
    await expect(withConfig({ num_attention_heads: 5, head_dim: null })).rejects.toThrow(
      /must be a multiple/,
    );
    await expect(withConfig({ vocab_size: 1e12 })).rejects.toThrow(/vocab_size/);
  });
  it('a configuration that is no JSON', async () => {
    await expect(changed((files) => files.set('config.json', bytes('{')))).rejects.toThrow(
      /config.json is not JSON/,
    );
  });
  it('a record with columns of different lengths', async () => {
    await expect(
      changed((files) => {
        const own = json(files, 'glassbox.json') as { history: { loss: number[] } };
        own.history.loss.pop();
        files.set('glassbox.json', bytes(own));
      }, true),
    ).rejects.toThrow(/differ in length/);
  });
});

describe('readZip() refuses', () => {
  it('what is no archive', async () => {
    await expect(readZip(new Blob(['hello']))).rejects.toThrow(/does not begin like a zip/);
  });
  it('weights alone', async () => {
    const file = new File([writeSafetensors(new Map())], 'model.safetensors');
    await expect(readZip(file)).rejects.toThrow(
      /holds the weights alone, without configuration and tokenizer/,
    );
  });
  it('an archive that is cut short', async () => {
    const archive = await writeZip([{ name: 'a', data: 'hello' }], new Date(0));
    await expect(readZip(archive.slice(0, archive.size - 12))).rejects.toThrow(/cut short or damaged/);
  });
  it('more files than a model has', async () => {
    const many = Array.from({ length: 201 }, (_, i) => ({ name: `f${i}`, data: 'x' }));
    await expect(readZip(await writeZip(many, new Date(0)))).rejects.toThrow(/more than 200 files/);
  });
  it('names that point out of the folder', async () => {
    const archive = await writeZip([{ name: 'a/../../b', data: 'x' }], new Date(0));
    await expect(readZip(archive)).rejects.toThrow(/points out of the folder/);
  });
  it('nothing of the helpers that some systems add', async () => {
    const entries = ['m/', 'm/a.txt', '__MACOSX/m/._a.txt', 'm/.DS_Store'].map((name) => ({
      name,
      data: 'x',
    }));
    expect([...(await readZip(await writeZip(entries.slice(1), new Date(0)))).keys()]).toEqual(['a.txt']);
  });
});
