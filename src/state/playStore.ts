/** The prompt and what the model made of it. */
import { create } from 'zustand';
import type { GenerateResult } from '../workers/api.ts';

interface PlayState {
  /** What is in the editor: the prompt, and behind it what was generated. */
  text: string;
  /** Where generated text begins and ends in `text`; undefined when nothing was generated. */
  generated: { from: number; to: number } | undefined;
  busy: boolean;
  requestId: number;
  result: Omit<GenerateResult, 'text'> | undefined;
  /** Step of the weights that the text was generated with. */
  stepOfWeights: number | undefined;
}

export const usePlay = create<PlayState>(() => ({
  text: '/**\n * Returns the sum of all numbers in a list.\n */\nfunction',
  generated: undefined,
  busy: false,
  requestId: 0,
  result: undefined,
  stepOfWeights: undefined,
}));
