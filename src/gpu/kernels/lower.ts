/** The table of kernels: which program computes which node. */
import { invariant } from '../../lib/errors.ts';
import type { GraphNode } from '../graph.ts';
import { gelu, swiglu } from './activation.ts';
import { attention, attentionDkv, attentionDq } from './attention.ts';
import { batch, takeRow } from './batch.ts';
import { advance, cachedAttention, cacheWrite } from './cachedAttention.ts';
import { crossEntropyGrad, crossEntropyRows, mean } from './crossEntropy.ts';
import { dropout } from './dropout.ts';
import { add, columnSum, copy } from './elementwise.ts';
import { embedding, embeddingDwpe, embeddingDwte, tokenChains } from './embedding.ts';
import type { Dispatch, Target } from './kernel.ts';
import { matmul } from './matmul.ts';
import { norm, normDweight, normDx } from './norm.ts';
import { adamW, gradientScale, squareSums } from './optimizer.ts';
import { rope } from './rope.ts';
import { sample } from './sample.ts';

const KERNELS: Record<string, (node: GraphNode, target: Target) => Dispatch[]> = {
  AdamW: adamW,
  Add: add,
  Attention: attention,
  AttentionDkv: attentionDkv,
  AttentionDq: attentionDq,
  Batch: batch,
  Advance: advance,
  CachedAttention: cachedAttention,
  CacheWrite: cacheWrite,
  ColumnSum: columnSum,
  Copy: copy,
  CrossEntropyGrad: crossEntropyGrad,
  CrossEntropyRows: crossEntropyRows,
  Dropout: dropout,
  Embedding: embedding,
  EmbeddingDwpe: embeddingDwpe,
  EmbeddingDwte: embeddingDwte,
  Gelu: gelu,
  GeluGrad: gelu,
  GradientScale: gradientScale,
  Linear: matmul,
  Mean: mean,
  Norm: norm,
  NormDweight: normDweight,
  NormDx: normDx,
  Product: matmul,
  Rope: rope,
  Sample: sample,
  SquareSums: squareSums,
  Swiglu: swiglu,
  SwigluGrad: swiglu,
  TakeRow: takeRow,
  TokenChains: tokenChains,
};

/** The dispatches of a node. Most are one. */
export function lower(node: GraphNode, target: Target): Dispatch[] {
  const write = KERNELS[node.op];
  invariant(write, `no kernel computes ${node.op}`);
  return write(node, target);
}
