/** The shape of what each op of src/ops/ returns: all that tracing needs to know about an op. */
import type { Value } from './graph.ts';

type ShapeOf = (inputs: Record<string, Value>, attrs: Record<string, unknown>) => readonly number[];

const sameAs =
  (name: string): ShapeOf =>
  (inputs) =>
    inputs[name]!.shape;

export const OP_SHAPES: Record<string, ShapeOf> = {
  Add: sameAs('a'),
  Linear: ({ x, w }, { transposeW }) => [x!.shape[0]!, w!.shape[transposeW ? 0 : 1]!],
  Product: ({ a, b }, { transposeA, transposeB }) => [
    a!.shape[transposeA ? 1 : 0]!,
    b!.shape[transposeB ? 0 : 1]!,
  ],
  ColumnSum: ({ x }) => [x!.shape[1]!],
  Gelu: sameAs('x'),
  GeluGrad: sameAs('x'),
  Swiglu: ({ gateUp }) => [gateUp!.shape[0]!, gateUp!.shape[1]! / 2],
  SwigluGrad: sameAs('gateUp'),
  Norm: sameAs('x'),
  NormDx: sameAs('x'),
  NormDweight: ({ x }) => [x!.shape[1]!],
  Rope: sameAs('qkv'),
  Attention: ({ qkv }, { nHead, headDim }) => [qkv!.shape[0]!, (nHead as number) * (headDim as number)],
  AttentionGrad: sameAs('qkv'),
  Embedding: ({ wte, idx }) => [idx!.size, wte!.shape[1]!],
  EmbeddingDwte: ({ dY }, { vocabSize }) => [vocabSize as number, dY!.shape[1]!],
  EmbeddingDwpe: ({ dY }, { positions }) => [positions as number, dY!.shape[1]!],
  CrossEntropy: () => [],
  CrossEntropyGrad: sameAs('logits'),
  Dropout: sameAs('x'),
};
