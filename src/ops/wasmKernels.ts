/**
 * Faster stand-ins for four stock kernels of tfjs's wasm backend, on which our ops spend their time, and for one of ours. The
 * arithmetic of the four is tfjs's own (XNNPACK) or a copy of numbers: results are equal to the last bit. ColumnSum adds in
 * double precision.
 *
 *   kernel        what the stock one does                                    stock -> ours, measured in Chromium's V8
 *   BatchMatMul   leaves XNNPACK for a plain loop as soon as batch > 1       32 x 256x32x256: 45 -> 4 ms
 *   Slice         reads the whole input to copy a part of it                 256x32 of 32x256x32: 0.4 -> 0.02 ms
 *   Transpose     walks matrices element by element, missing the cache       2048 x 2048: 36 -> 12 ms
 *   GatherV2      rows: computes indices element by element                  2048 rows of 128: 7 -> 0.2 ms
 *   ColumnSum     (ours) multiplies by a row of ones                         512 x 128: 0.14 -> 0.03 ms
 *
 * They read and write tensors in place on the wasm heap. tfjs 4.22 is its last release and is pinned; when another version
 * is taken, tests/ops/wasmKernels.browser.test.ts says whether this file still fits, and whether it is still needed.
 */
import * as tf from '@tensorflow/tfjs-core';
import './linear.ts'; // defines ColumnSum

/** The part of BackendWasm that is used here; its typings do not export `wasm.tfjs` and `cwrap` in full. */
interface WasmBackend extends tf.KernelBackend {
  wasm: {
    cwrap(name: string, returnType: null, argumentTypes: string[]): (...args: unknown[]) => void;
    tfjs: { disposeData(id: number): void };
  };
  dataIdMap: {
    get(dataId: object): { id: number; memoryOffset: number };
    delete(dataId: object): boolean;
  };
  makeOutput(shape: number[], dtype: tf.DataType, memoryOffset?: number): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array | Int32Array | Uint8Array;
}

type KernelFunc = (args: {
  inputs: tf.NamedTensorInfoMap;
  backend: WasmBackend;
  attrs: tf.NamedAttrMap;
}) => tf.TensorInfo;

const sizeOf = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

let installed = false;

/** Replaces the stock kernels; the wasm backend must be the current one. */
export function installWasmKernels(): void {
  if (installed) return;
  installed = true;
  const backend = tf.backend() as unknown as WasmBackend;
  const matMul = backend.wasm.cwrap('BatchMatMul', null, [
    ...['number', 'array', 'number'], // a: id, shape, rank
    ...['number', 'array', 'number'], // b
    ...['number', 'number', 'number'], // transposeA, transposeB, out
  ]);
  replace('BatchMatMul', (stock) => (args) => batchMatMul(args, stock, matMul));
  replace('Slice', () => slice);
  replace('Transpose', (stock) => (args) => transpose(args, stock));
  replace('GatherV2', (stock) => (args) => gather(args, stock));
  replace('ColumnSum', () => columnSum);
}

function replace(kernelName: string, make: (stock: KernelFunc) => KernelFunc): void {
  const stock = tf.getKernel(kernelName, 'wasm');
  const kernelFunc = make(stock.kernelFunc as unknown as KernelFunc) as unknown as tf.KernelFunc;
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ ...stock, kernelFunc });
}

/** Runs `f` with the id of a tensor that is a part of another one's memory; nothing is copied. */
function withPart<T>(backend: WasmBackend, offset: number, shape: number[], f: (id: number) => T): T {
  const part = backend.makeOutput(shape, 'float32', offset);
  const { id } = backend.dataIdMap.get(part.dataId);
  try {
    return f(id);
  } finally {
    backend.wasm.tfjs.disposeData(id); // forgets the tensor without freeing the memory, which is not its own
    backend.dataIdMap.delete(part.dataId);
  }
}

const shapeBytes = (shape: number[]) => new Uint8Array(Int32Array.from(shape).buffer);

/** [batch, M, K] x [batch, K, N], one XNNPACK product for each item of the batch. */
function batchMatMul(
  args: Parameters<KernelFunc>[0],
  stock: KernelFunc,
  matMul: (...args: unknown[]) => void,
): tf.TensorInfo {
  const { inputs, backend, attrs } = args;
  const [a, b] = [inputs.a!, inputs.b!];
  const batchShape = a.shape.slice(0, -2);
  const batch = sizeOf(batchShape);
  const same = batchShape.join() === b.shape.slice(0, -2).join();
  if (batch === 1 || !same || attrs.transposeA || attrs.transposeB) return stock(args);
  const [M, K] = a.shape.slice(-2) as [number, number];
  const N = b.shape.at(-1)!;
  const out = backend.makeOutput([...batchShape, M, N], 'float32');
  const offsetOf = (tensor: tf.TensorInfo) => backend.dataIdMap.get(tensor.dataId).memoryOffset;
  const [aAt, bAt, outAt] = [offsetOf(a), offsetOf(b), offsetOf(out)];
  const [aShape, bShape] = [shapeBytes([1, M, K]), shapeBytes([1, K, N])];
  for (let i = 0; i < batch; i++)
    withPart(backend, aAt + 4 * i * M * K, [1, M, K], (aId) =>
      withPart(backend, bAt + 4 * i * K * N, [1, K, N], (bId) =>
        withPart(backend, outAt + 4 * i * M * N, [1, M, N], (outId) =>
          matMul(aId, aShape, 3, bId, bShape, 3, 0, 0, outId),
        ),
      ),
    );
  return out;
}

const slice: KernelFunc = ({ inputs, backend, attrs }) => {
  const x = inputs.x!;
  const [begin, size] = tf.slice_util.parseSliceParams(
    x as tf.Tensor,
    attrs.begin as unknown as number[],
    attrs.size as unknown as number[],
  ) as [number[], number[]];
  const out = backend.makeOutput(size, x.dtype);
  const from = backend.typedArrayFromHeap(x);
  const to = backend.typedArrayFromHeap(out);
  // the longest runs that lie side by side in both: axes from `axis` on are taken whole, but for the first of them
  let axis = x.shape.length - 1;
  while (axis > 0 && size[axis] === x.shape[axis]) axis--;
  const strides = [...tf.util.computeStrides(x.shape), 1];
  const run = sizeOf(size.slice(Math.max(0, axis)));
  const copyRun = (source: number, target: number) => {
    if (run >= 64) to.set(from.subarray(source, source + run), target);
    else for (let i = 0; i < run; i++) to[target + i] = from[source + i]!; // a view costs more than a short loop
  };
  let target = 0;
  const copy = (depth: number, source: number) => {
    if (depth >= axis) {
      copyRun(source + (begin[depth] ?? 0) * strides[depth]!, target);
      target += run;
      return;
    }
    for (let i = 0; i < size[depth]!; i++) copy(depth + 1, source + (begin[depth]! + i) * strides[depth]!);
  };
  copy(0, 0);
  return out;
};

/** Axes that only change places as two neighbouring groups, behind axes that stay: a batch of matrix transposes. */
function asMatrixTranspose(
  shape: number[],
  perm: number[],
): { batch: number; rows: number; columns: number } | undefined {
  let kept = 0;
  while (kept < perm.length && perm[kept] === kept) kept++;
  const first = perm[kept]; // the axis that moves to the front
  if (first === undefined) return undefined;
  const expected = [...perm.keys()].map((i) => {
    if (i < kept) return i;
    const fromSecondGroup = i - kept + first;
    return fromSecondGroup < perm.length ? fromSecondGroup : fromSecondGroup - perm.length + kept;
  });
  if (expected.join() !== perm.join()) return undefined;
  return {
    batch: sizeOf(shape.slice(0, kept)),
    rows: sizeOf(shape.slice(kept, first)),
    columns: sizeOf(shape.slice(first)),
  };
}

/**
 * Rows that are read side by side, so that numbers are written in runs of as many: 0.6 ns a number in V8 for matrices of the
 * first-level cache's size and above, where tiles of 16 x 16 in two plain loops took 1.3 to 3.6.
 */
const STRIP = 8;

function transpose(args: Parameters<KernelFunc>[0], stock: KernelFunc): tf.TensorInfo {
  const { inputs, backend, attrs } = args;
  const x = inputs.x!;
  const perm = attrs.perm as unknown as number[];
  // of four axes the stock kernel is the faster one
  const matrices =
    x.dtype === 'float32' && x.shape.length <= 3 ? asMatrixTranspose(x.shape, perm) : undefined;
  if (!matrices) return stock(args);
  const { batch, rows, columns } = matrices;
  const out = backend.makeOutput(
    perm.map((axis) => x.shape[axis]!),
    x.dtype,
  );
  const from = backend.typedArrayFromHeap(x);
  const to = backend.typedArrayFromHeap(out);
  for (let b = 0; b < batch; b++) {
    const base = b * rows * columns;
    let row = 0;
    for (; row + STRIP <= rows; row += STRIP)
      for (let column = 0; column < columns; column++) {
        let source = base + row * columns + column;
        const target = base + column * rows + row;
        to[target] = from[source]!;
        to[target + 1] = from[(source += columns)]!;
        to[target + 2] = from[(source += columns)]!;
        to[target + 3] = from[(source += columns)]!;
        to[target + 4] = from[(source += columns)]!;
        to[target + 5] = from[(source += columns)]!;
        to[target + 6] = from[(source += columns)]!;
        to[target + 7] = from[source + columns]!;
      }
    for (; row < rows; row++)
      for (let column = 0; column < columns; column++)
        to[base + column * rows + row] = from[base + row * columns + column]!;
  }
  return out;
}

/** Rows of a matrix. */
function gather(args: Parameters<KernelFunc>[0], stock: KernelFunc): tf.TensorInfo {
  const { inputs, backend, attrs } = args;
  const [x, indices] = [inputs.x!, inputs.indices!];
  const rows = x.shape.length === 2 && indices.shape.length === 1 && !attrs.axis && !attrs.batchDims;
  if (!rows || x.dtype !== 'float32' || indices.dtype !== 'int32') return stock(args);
  const C = x.shape[1]!;
  const out = backend.makeOutput([indices.shape[0]!, C], x.dtype);
  const from = backend.typedArrayFromHeap(x);
  const to = backend.typedArrayFromHeap(out);
  const at = backend.typedArrayFromHeap(indices);
  for (let n = 0; n < at.length; n++) to.set(from.subarray(at[n]! * C, (at[n]! + 1) * C), n * C);
  return out;
}

/** Sums of the columns of x [N, C]: eight of them at a time, so that sums stay in registers and lines are read in order. */
const columnSum: KernelFunc = ({ inputs, backend }) => {
  const x = inputs.x!;
  const C = x.shape[1]!;
  const out = backend.makeOutput([C], 'float32');
  const from = backend.typedArrayFromHeap(x);
  const to = backend.typedArrayFromHeap(out);
  const { length } = from;
  let c = 0;
  for (; c + 8 <= C; c += 8) {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let i = c; i < length; i += C) {
      s0 += from[i]!;
      s1 += from[i + 1]!;
      s2 += from[i + 2]!;
      s3 += from[i + 3]!;
      s4 += from[i + 4]!;
      s5 += from[i + 5]!;
      s6 += from[i + 6]!;
      s7 += from[i + 7]!;
    }
    to.set([s0, s1, s2, s3, s4, s5, s6, s7], c);
  }
  for (; c < C; c++) {
    let sum = 0;
    for (let i = c; i < length; i += C) sum += from[i]!;
    to[c] = sum;
  }
  return out;
};
