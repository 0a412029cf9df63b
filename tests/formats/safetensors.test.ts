import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/lib/errors.ts';
import { type NamedTensor, readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';

const tensor = (shape: number[], seed = 1): NamedTensor => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * seed)),
});

/** A file from a header of one's own and so many bytes of data. */
function file(header: unknown, dataBytes: number, text = JSON.stringify(header)): Uint8Array {
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const entry = (shape: number[], begin: number, end: number, dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe('writeSafetensors()', () => {
  it('writes the header as the specification says', () => {
    const bytes = writeSafetensors(new Map([['w', tensor([2, 3])]]), { metadata: { step: '7' } });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as unknown;
    expect(header).toEqual({
      __metadata__: { format: 'pt', step: '7' },
      w: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
    });
    expect(bytes.length).toBe(8 + length + 24);
  });

  it('comes back exactly in F32, for any names and shapes', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.string({ minLength: 1, maxLength: 20 }).filter((name) => name !== '__metadata__'),
          { maxLength: 6 },
        ),
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
        (names, shape) => {
          const tensors = new Map(names.map((name, i) => [name, tensor(shape, i + 1)]));
          const back = readSafetensors(writeSafetensors(tensors));
          expect(back.tensors).toEqual(tensors);
          expect(back.metadata.get('format')).toBe('pt');
        },
      ),
    );
  });

  it('loses no tensor to its name', () => {
    const tensors = new Map([['__proto__', tensor([1], 2)]]);
    expect(readSafetensors(writeSafetensors(tensors)).tensors).toEqual(tensors);
  });

  it('rounds to the nearest 16-bit number, and keeps what 16 bits can say', () => {
    const exact = Float32Array.from([0, -0, 1, -2.5, 65504, 2 ** -24, 2 ** -14, Infinity, -Infinity]);
    for (const storage of ['F16', 'BF16'] as const) {
      const shape = [exact.length];
      const [got] = readSafetensors(
        writeSafetensors(new Map([['x', { shape, data: exact }]]), { storage }),
      ).tensors.values();
      const wanted = storage === 'F16' ? exact : Float32Array.from(exact, (x) => (x === 65504 ? 65536 : x));
      expect(got!.data).toEqual(wanted);
    }
    const values = tensor([1000], 1.37);
    const read = (storage: 'F16' | 'BF16') =>
      readSafetensors(writeSafetensors(new Map([['x', values]]), { storage })).tensors.get('x')!.data;
    read('F16').forEach((x, i) =>
      expect(Math.abs(x - values.data[i]!)).toBeLessThanOrEqual(
        2 ** -11 * Math.abs(values.data[i]!) + 2 ** -25,
      ),
    );
    read('BF16').forEach((x, i) =>
      expect(Math.abs(x - values.data[i]!)).toBeLessThanOrEqual(2 ** -8 * Math.abs(values.data[i]!)),
    );
  });

  it('rounds ties to even', () => {
    const data = Float32Array.from([1 + 2 ** -11, 1 + 3 * 2 ** -11, 65520, NaN]);
    const [got] = readSafetensors(
      writeSafetensors(new Map([['x', { shape: [4], data }]]), { storage: 'F16' }),
    ).tensors.values();
    expect([...got!.data]).toEqual([1, 1 + 2 ** -9, Infinity, NaN]);
  });
});

describe('readSafetensors() refuses', () => {
  const good = file({ a: entry([2], 0, 8), b: entry([1], 8, 12) }, 12);
  const hugeHeader = new Uint8Array(16);
  new DataView(hugeHeader.buffer).setBigUint64(0, 2n ** 60n, true);

  it('nothing of a good file', () => {
    expect([...readSafetensors(good).tensors.keys()]).toEqual(['a', 'b']);
  });

  it.each([
    ['a file of three bytes', new Uint8Array(3), /fewer than the 8/],
    ['a header longer than allowed', hugeHeader, /more than 100000000/],
    ['a header longer than the file', file({}, 0).subarray(0, 9), /cut short/],
    ['a header that is no text', file(null, 0, '{"\u0000'), /not JSON/],
    ['a header that begins with a space', file(null, 0, ' {}'), /does not begin with/],
    ['a header that is a list', file([], 0, '[]'), /does not begin with/],
    ['a truncated file', good.subarray(0, good.length - 1), /cut short/],
    ['a file with bytes left over', file({ a: entry([1], 0, 4) }, 9), /5 bytes follow/],
    ['a hole', file({ a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12), /hole of 4 bytes before "b"/],
    ['an overlap', file({ a: entry([2], 0, 8), b: entry([1], 4, 8) }, 8), /"b" overlaps/],
    [
      'a shape that does not fit its bytes',
      file({ a: entry([3], 0, 8) }, 8),
      /"a" of shape \[3\] needs 12 bytes/,
    ],
    ['a shape that overflows', file({ a: entry([2 ** 40, 2 ** 40], 0, 8) }, 8), /needs/],
    ['a negative shape', file({ a: entry([-2], 0, 8) }, 8), /no valid shape/],
    [
      'offsets that are no numbers',
      file({ a: { ...entry([2], 0, 8), data_offsets: ['0', 8] } }, 8),
      /no valid data offsets/,
    ],
    ['another number type', file({ a: entry([2], 0, 8, 'I32') }, 8), /stored as I32/],
    ['metadata that is no text', file({ __metadata__: { a: 1 } }, 0), /metadata "a" is not a text/],
    ['an entry that is no object', file({ a: 7 }, 0), /not an object/],
  ])('%s', (_name, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
    expect(() => readSafetensors(bytes)).toThrow(CheckpointError);
  });

  it('more tensors than any model has', () => {
    const header = Object.fromEntries(Array.from({ length: 20_001 }, (_, i) => [`t${i}`, entry([0], 0, 0)]));
    expect(() => readSafetensors(file(header, 0))).toThrow(/lists 20001 tensors/);
  });

  it('nothing because of a name: __proto__ is a tensor like another', () => {
    const { tensors } = readSafetensors(
      file(null, 4, '{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'),
    );
    expect([...tensors.keys()]).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
  });
});
