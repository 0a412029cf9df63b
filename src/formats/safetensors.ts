/**
 * safetensors, the format of Hugging Face for weights (https://github.com/huggingface/safetensors, README "Format"):
 *
 *   8 bytes     N, length of the header, unsigned 64-bit little-endian
 *   N bytes     header, a JSON object in UTF-8 that begins with "{" and may end in spaces:
 *                 { "name": { "dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end] }, …,
 *                   "__metadata__": { "key": "value" } }            strings only
 *   the rest    the numbers, row-major, little-endian; offsets count from here; no holes, no overlap, nothing left over
 *
 * Files come from strangers: everything is checked in one pass before a number is read. Names become keys of a Map, never
 * of an object. We write F32, F16 or BF16 and read those and nothing else: a model's weights are never anything else.
 */
import { CheckpointError } from '../lib/errors.ts';
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from './halfPrecision.ts';

export interface NamedTensor {
  shape: number[];
  data: Float32Array;
}

export type StorageType = 'F32' | 'F16' | 'BF16';

const BYTES: Record<StorageType, number> = { F32: 4, F16: 2, BF16: 2 };
/** The specification's own limit for the header. */
const MAX_HEADER_BYTES = 100_000_000;
const MAX_TENSORS = 20_000;

/** The file as one array. Metadata always says `format: pt`, without which transformers refuses the file. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  { metadata = {}, storage = 'F32' }: { metadata?: Record<string, string>; storage?: StorageType } = {},
): Uint8Array<ArrayBuffer> {
  // a Map first: assigning to an object's __proto__ would lose a tensor of that name
  const header = new Map<string, unknown>([['__metadata__', { format: 'pt', ...metadata }]]);
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    const begin = end;
    end += data.length * BYTES[storage];
    header.set(name, { dtype: storage, shape, data_offsets: [begin, end] });
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil(json.length / 8) * 8; // so that the numbers begin at a multiple of 8
  const file = new Uint8Array(8 + headerBytes + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(json, 8);
  file.fill(0x20, 8 + json.length, 8 + headerBytes);
  let at = 8 + headerBytes;
  for (const { data } of tensors.values()) {
    const stored =
      storage === 'F32' ? data : storage === 'F16' ? float32ToFloat16(data) : float32ToBfloat16(data);
    const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

export interface SafetensorsFile {
  tensors: Map<string, NamedTensor>;
  metadata: Map<string, string>;
}

interface Entry {
  name: string;
  /** Undefined for what is not read. */
  dtype: StorageType | undefined;
  shape: number[];
  begin: number;
  end: number;
}

/**
 * Reads a whole file. The result owns its numbers; the file may be let go. Tensors for which `skip` says yes are checked to
 * be where they say, and not read: old GPT-2 files hold masks of other number types among the weights.
 *
 * @throws {CheckpointError} naming the fault and, where there is one, the tensor.
 */
export function readSafetensors(
  file: Uint8Array,
  skip: (name: string) => boolean = () => false,
): SafetensorsFile {
  const { header, dataStart } = readHeader(file);
  const metadata = new Map<string, string>();
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      for (const [key, text] of Object.entries(requireObject(value, 'its metadata')))
        if (typeof text === 'string') metadata.set(key, text);
        else throw fault(`its metadata "${key}" is not a text`);
    } else entries.push(skip(name) ? readSkipped(name, value) : readEntry(name, value));
  }
  if (entries.length > MAX_TENSORS)
    throw fault(`it lists ${entries.length} tensors, more than ${MAX_TENSORS}`);
  requireCovered(entries, file.length - dataStart);

  const tensors = new Map<string, NamedTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    if (!dtype) continue;
    const bytes = file.slice(dataStart + begin, dataStart + end); // a copy, hence aligned
    tensors.set(name, { shape, data: toFloat32(bytes.buffer, dtype) });
  }
  return { tensors, metadata };
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (file.length < 8)
    throw fault(`it has ${file.length} bytes, fewer than the 8 that every such file begins with`);
  const length = new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES)
    throw fault(`its header claims ${length} bytes, more than ${MAX_HEADER_BYTES}`);
  const dataStart = 8 + Number(length);
  if (dataStart > file.length)
    throw fault(
      `its header claims ${length} bytes, the file has ${file.length}: it is cut short, or no such file`,
    );
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, dataStart));
  } catch {
    throw fault('its header is not UTF-8 text');
  }
  if (!text.startsWith('{')) throw fault('its header does not begin with "{"');
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw fault('its header is not JSON');
  }
  return { header: requireObject(header, 'its header'), dataStart };
}

function readSkipped(name: string, value: unknown): Entry {
  const { data_offsets: offsets } = requireObject(value, `the entry of "${name}"`);
  if (!isCounts(offsets) || offsets.length !== 2) throw fault(`"${name}" has no valid data offsets`);
  return { name, dtype: undefined, shape: [], begin: offsets[0]!, end: offsets[1]! };
}

function readEntry(name: string, value: unknown): Entry {
  const entry = requireObject(value, `the entry of "${name}"`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16')
    throw fault(`"${name}" is stored as ${String(dtype)}; weights are F32, F16 or BF16`);
  if (!isCounts(shape)) throw fault(`"${name}" has no valid shape`);
  if (!isCounts(offsets) || offsets.length !== 2) throw fault(`"${name}" has no valid data offsets`);
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce((product, size) => product * size, BYTES[dtype]);
  if (!Number.isSafeInteger(bytes) || bytes !== end - begin)
    throw fault(
      `"${name}" of shape [${shape.join(', ')}] needs ${bytes} bytes, its offsets give ${end - begin}`,
    );
  return { name, dtype, shape, begin, end };
}

/** In order of offsets the tensors must follow one another without hole or overlap, from 0 to the last byte. */
function requireCovered(entries: Entry[], dataBytes: number): void {
  let at = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < at) throw fault(`"${name}" overlaps the tensor before it`);
    if (begin > at) throw fault(`there is a hole of ${begin - at} bytes before "${name}"`);
    if (end > dataBytes)
      throw fault(`"${name}" ends at byte ${end}, the data has ${dataBytes}: the file is cut short`);
    at = end;
  }
  if (at !== dataBytes) throw fault(`${dataBytes - at} bytes follow the last tensor`);
}

function toFloat32(buffer: ArrayBuffer, dtype: StorageType): Float32Array {
  if (dtype === 'F32') return new Float32Array(buffer);
  const halves = new Uint16Array(buffer);
  return dtype === 'F16' ? float16ToFloat32(halves) : bfloat16ToFloat32(halves);
}

function requireObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw fault(`${what} is not an object`);
  return value as Record<string, unknown>;
}

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= 8 && value.every((n) => Number.isSafeInteger(n) && n >= 0);

const fault = (what: string) =>
  new CheckpointError(
    `This is not a usable safetensors file: ${what}. Nothing was changed. Download or export the file again.`,
  );
