/**
 * Between our parameters and those of a Hugging Face folder: other names, other layouts, the same numbers.
 *
 *   ours                              file                                      how
 *   llama  qkv_proj   [C, (NH+2NKV)HS]   q_proj, k_proj, v_proj   [out, C]       cut by columns, transposed (nn.Linear)
 *          gate_up_proj [C, 2F]          gate_proj, up_proj       [F, C]         cut by columns, transposed
 *          o_proj, down_proj [in, out]   same name                [out, in]      transposed
 *   gpt2   all linears [in, out]         same name                [in, out]      as they are (Conv1D)
 *          no biases (bias: false)       zeros                                   GPT2LMHeadModel has no switch for them
 *   both   embeddings, norms, lm_head    same name                same shape     as they are
 *
 * A tied head is stored once, as the embedding. Layouts: parameterSpecs in model/config.ts.
 */
import { CheckpointError } from '../lib/errors.ts';
import { headDimOf, type ModelConfig, parameterSpecs } from '../model/config.ts';
import type { NamedTensor } from './safetensors.ts';

type Tensors = Map<string, NamedTensor>;

/** A fused matrix of ours, and the files' parts with their widths in columns. */
function fusedParts(name: string, config: ModelConfig): { name: string; width: number }[] | undefined {
  const HS = headDimOf(config);
  const [q, kv, F] = [config.nHead * HS, config.nKvHead * HS, config.intermediateSize];
  const part = (key: string, width: number) => ({ name: name.replace(/\w+_proj/, key), width });
  if (name.endsWith('.qkv_proj.weight')) return [part('q_proj', q), part('k_proj', kv), part('v_proj', kv)];
  if (name.endsWith('.gate_up_proj.weight')) return [part('gate_proj', F), part('up_proj', F)];
  return undefined;
}

/** Llama's linear weights, which files hold transposed. */
const isTransposed = (name: string, config: ModelConfig) =>
  config.family === 'llama' && /\.(o_proj|down_proj)\.weight$/.test(name);

/** Names of GPT-2's linear layers and norms that have a bias in the file whether we have one or not. */
const biasOf = (name: string) =>
  /\.(c_attn|c_proj|c_fc|ln_\w+)\.weight$/.test(name) ? name.replace(/weight$/, 'bias') : undefined;

/** Columns [from, from + width) of a matrix [rows, columns], transposed: [width, rows]. */
function transposedColumns({ shape, data }: NamedTensor, from: number, width: number): NamedTensor {
  const [rows, columns] = shape as [number, number];
  const result = new Float32Array(width * rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < width; j++) result[j * rows + i] = data[i * columns + from + j]!;
  return { shape: [width, rows], data: result };
}

/** Our parameters as the file's. */
export function toHfTensors(params: ReadonlyMap<string, NamedTensor>, config: ModelConfig): Tensors {
  const file: Tensors = new Map();
  for (const [name, tensor] of params) {
    const parts = fusedParts(name, config);
    let from = 0;
    for (const { name: key, width } of parts ?? []) {
      file.set(key, transposedColumns(tensor, from, width));
      from += width;
    }
    if (parts) continue;
    file.set(name, isTransposed(name, config) ? transposedColumns(tensor, 0, tensor.shape[1]!) : tensor);
    const bias = config.family === 'gpt2' && !config.bias ? biasOf(name) : undefined;
    if (bias) file.set(bias, { shape: [tensor.shape.at(-1)!], data: new Float32Array(tensor.shape.at(-1)!) });
  }
  return file;
}

/**
 * The file's tensors as our parameters, each with the shape that the configuration asks for.
 *
 * @throws {CheckpointError} naming the tensor that is missing, misshapen, unexpected, or holds something that is no number.
 */
export function fromHfTensors(file: Tensors, config: ModelConfig): Tensors {
  const left: Tensors = new Map();
  for (const [name, tensor] of file) {
    const canonical = canonicalName(name, config);
    if (left.has(canonical))
      throw fault(`the weights hold "${canonical}" twice, with and without its prefix`);
    left.set(canonical, tensor);
  }
  const take = (name: string, shape: number[]): NamedTensor => {
    const tensor = left.get(name);
    if (!tensor) throw fault(`the weights lack "${name}"`);
    left.delete(name);
    if (tensor.shape.join() !== shape.join())
      throw fault(
        `"${name}" has the shape [${tensor.shape.join(', ')}], the model needs [${shape.join(', ')}]`,
      );
    if (!tensor.data.every(Number.isFinite))
      throw fault(`"${name}" holds values that are not finite numbers`);
    return tensor;
  };

  const params: Tensors = new Map();
  for (const [name, { shape }] of parameterSpecs(config)) {
    const parts = fusedParts(name, config);
    const [rows, columns] = shape as [number, number];
    if (parts) {
      const data = new Float32Array(rows * columns);
      let to = 0;
      for (const { name: key, width } of parts) {
        const part = take(key, [width, rows]);
        for (let j = 0; j < width; j++)
          for (let i = 0; i < rows; i++) data[i * columns + to + j] = part.data[j * rows + i]!;
        to += width;
      }
      params.set(name, { shape, data });
    } else if (isTransposed(name, config)) {
      params.set(name, transposedColumns(take(name, [columns, rows]), 0, rows));
    } else params.set(name, take(name, shape));
    const bias = config.family === 'gpt2' && !config.bias ? biasOf(name) : undefined;
    if (bias && take(bias, [shape.at(-1)!]).data.some((value) => value !== 0))
      throw fault(`"${bias}" is not zero, but the model says it has no biases`);
  }
  if (config.tiedHead) left.delete('lm_head.weight'); // some files store the tied head twice
  const [unexpected] = left.keys();
  if (unexpected !== undefined)
    throw fault(`the weights hold "${unexpected}", which this model does not have`);
  return params;
}

/** OpenAI's own GPT-2 files lack the prefix, and hold masks as if they were weights. */
function canonicalName(name: string, config: ModelConfig): string {
  const prefix = config.family === 'llama' ? 'model.' : 'transformer.';
  return name.startsWith(prefix) || name.startsWith('lm_head.') ? name : prefix + name;
}

/** Buffers in old GPT-2 files that are no weights. */
export const isMaskBuffer = (name: string) => /(^|\.)h\.\d+\.attn\.(bias|masked_bias)$/.test(name);

const fault = (what: string) =>
  new CheckpointError(`This model cannot be used: ${what}. The model that is open was not changed.`);
