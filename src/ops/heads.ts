/**
 * The layout of `qkv`, which rope and attention share: one row per position, side by side
 *
 *   q of head 0 … NH-1  |  k of head 0 … NKV-1  |  v of head 0 … NKV-1        each HS wide
 *
 * Grouped-query attention (Ainslie et al. 2023, arXiv 2305.13245): query head h reads key and value head ⌊h NKV / NH⌋.
 */
export interface HeadAttrs {
  nHead: number;
  nKvHead: number;
  headDim: number;
  /** Rows per sequence: row n is position n mod T of sequence ⌊n / T⌋. */
  T: number;
}

/** Columns of q, k and v in a row of qkv. */
export const qkvWidths = ({ nHead, nKvHead, headDim }: HeadAttrs): [number, number, number] => [
  nHead * headDim,
  nKvHead * headDim,
  nKvHead * headDim,
];
