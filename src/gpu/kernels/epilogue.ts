/**
 * What happens to the result of a matrix product before it leaves the registers: bias, GELU (keeping its slope), a gradient's
 * multiplication with that slope, dropout, the residual, adding to what is there. One text for all kernels of products
 * (matmul.ts, matmulTiled.ts), however they sum.
 */
import { geluFunction } from './activation.ts';
import { dropoutFunctions, dropoutKey } from './dropout.ts';
import { load, nameOf, store, type Width } from './kernel.ts';
import type { Product } from './matmul.ts';
import type { Value } from '../graph.ts';

type Bindings = Record<string, [Value, Width]>;

export interface Epilogue {
  /** What the product's label says of it: " gelu residual". */
  label: string;
  reads: Bindings;
  writes: Bindings;
  helpers: string;
  /** A statement to come once, before the first `finish`. */
  begin: string;
  /** bias[column], where there is one: to be loaded once for all rows. */
  bias?: (column: string) => string;
  /** Statements that store `value`, an f32 expression of `width` numbers, at index `o` of y; `bias` is an expression too. */
  finish(value: string, o: string, bias?: string): string;
  /** Statement that stores the sum of a column of b. */
  columnSum(value: string, column: string): string;
}

/** `width` numbers at a time: all buffers of outputs are bound as such vectors, and all indices count them. */
export function epilogue(product: Product, width: Width): Epilogue {
  const { y, bias, residual, slope, dBias, gelu, dropout, seed, accumulate } = product;
  const added = (to: Value, name: string, at: string) =>
    accumulate ? ` + ${load(to, name, at, width)}` : '';
  return {
    label: `${gelu ? ' gelu' : ''}${slope && !gelu ? ' dGelu' : ''}${residual ? ' residual' : ''}${dBias ? ' dBias' : ''}`,
    reads: {
      ...(bias && { bias: [bias, width] }),
      ...(residual && { residual: [residual, width] }),
      ...(slope && !gelu && { slope: [slope, width] }),
      ...(dropout && { seed: [seed!, 1] }),
    },
    writes: {
      y: [y, width],
      ...(slope && gelu && { slope: [slope, width] }),
      ...(dBias && { dBias: [dBias, width] }),
    },
    helpers: (gelu ? geluFunction(gelu, width) : '') + (dropout ? dropoutFunctions(dropout, width) : ''),
    begin: dropout ? dropoutKey(dropout) : '',
    bias: bias && ((column) => load(bias, 'bias', column, width)),
    finish(sum, o, biasName) {
      let value = `${sum}${biasName ? ` + ${biasName}` : ''}`;
      let text = `let o = ${o};`;
      if (gelu) {
        text += ` let activated = gelu(${value});`;
        if (slope) text += ` ${store(slope, 'slope', 'o', 'activated.slope', width)}`;
        value = 'activated.value';
      } else if (slope) value = `(${value}) * ${load(slope, 'slope', 'o', width)}`;
      if (dropout) value = `(${value}) * factors(o, key)`;
      if (residual) value += ` + ${load(residual, nameOf(residual, 'residual', y, 'y'), 'o', width)}`;
      value += added(y, 'y', 'o');
      return `${text} ${store(y, 'y', 'o', value, width)}`;
    },
    columnSum: (value, column) =>
      store(dBias!, 'dBias', column, value + added(dBias!, 'dBias', column), width),
  };
}
