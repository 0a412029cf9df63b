/**
 * 16-bit floating point in both forms that weight files use.
 *
 *   F16    1 sign, 5 exponent, 10 fraction bits (IEEE 754 binary16)
 *   BF16   1 sign, 8 exponent, 7 fraction bits: the upper half of a float32
 *
 * Writing rounds to nearest, ties to even. Numbers of 16 bits are handed around as their bit patterns.
 */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

export function float32ToBfloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(values, (value) => {
    float[0] = value;
    const x = bits[0]!;
    if ((x & 0x7fffffff) > 0x7f800000) return (x >>> 16) | 0x40; // NaN stays NaN, and quiet
    return (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
  });
}

export function bfloat16ToFloat32(values: Uint16Array): Float32Array<ArrayBuffer> {
  const result = new Float32Array(values.length);
  new Uint32Array(result.buffer).set(Uint32Array.from(values, (value) => value << 16));
  return result;
}

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

export function float32ToFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(values, (value) => {
    float[0] = value;
    const x = bits[0]!;
    const sign = (x >>> 16) & 0x8000;
    const magnitude = x & 0x7fffffff;
    if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
    if (magnitude >= 0x477ff000) return sign | 0x7c00; // rounds to 65536 or more: infinity
    if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(value) * 2 ** 24); // below 2^-14: a multiple of 2^-24
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13); // the exponent's bias goes from 127 to 15
  });
}

export function float16ToFloat32(values: Uint16Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(values, (h) => {
    const sign = h & 0x8000 ? -1 : 1;
    const exponent = (h >>> 10) & 0x1f;
    const fraction = h & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
