/** The tokenizer in use, and what it was made from. */
import { create } from 'zustand';
import type { TokenizerConfig } from '../tokenizer/tokenizer.ts';
import type { TokenizerSummary } from '../workers/api.ts';

interface TokenizerState {
  summary: TokenizerSummary | undefined;
  /** Data set and settings it was trained from; undefined for one that came with a model. */
  madeFrom: { dataset: string; config: TokenizerConfig } | undefined;
}

export const useTokenizer = create<TokenizerState>(() => ({ summary: undefined, madeFrom: undefined }));

/** Tokens of the vocabulary that a run would begin with now; for characters a guess until they were counted. */
export function expectedVocabSize(state: TokenizerState, dataset: string, config: TokenizerConfig): number {
  if (state.summary && isCurrent(state, dataset, config)) return state.summary.vocabSize;
  return config.kind === 'byte' ? 257 : config.vocabSize;
}

/** Whether the tokenizer is the one that these settings ask for. */
export function isCurrent(
  { summary, madeFrom }: TokenizerState,
  dataset: string,
  config: TokenizerConfig,
): boolean {
  return (
    summary !== undefined &&
    madeFrom?.dataset === dataset &&
    JSON.stringify(madeFrom.config) === JSON.stringify(config)
  );
}
