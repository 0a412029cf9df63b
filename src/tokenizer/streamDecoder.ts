/**
 * Tokens to text while they arrive: a token may end within a character, whose bytes are then held back until the rest
 * comes. The pieces, joined, are `tokenizer.decode` of all ids; bytes that cannot become a character come out as U+FFFD.
 */
import type { Tokenizer } from './tokenizer.ts';

export interface StreamDecoder {
  /** The text that this token completes; empty when it only begins a character. */
  push(id: number): string;
  /** What is still held back, as U+FFFD; the decoder is then as new. */
  flush(): string;
}

/** Two tokens E4 BD and A0: `push` gives "" and then "你". */
export function createStreamDecoder(tokenizer: Pick<Tokenizer, 'tokenBytes'>): StreamDecoder {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    push: (id) => decoder.decode(tokenizer.tokenBytes(id), { stream: true }),
    flush: () => decoder.decode(),
  };
}
