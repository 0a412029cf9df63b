/**
 * What every tokenizer can do. Text becomes numbers and comes back exactly: `decodeBytes(encode(x))` equals x for every
 * sequence of bytes, because all 256 byte symbols are in every vocabulary (the one exception is a closed character
 * vocabulary, which refuses what it does not know).
 */
export type TokenizerKind = 'byte' | 'char' | 'bpe';
export type PreTokenizerName = 'gpt-2' | 'qwen2';

export interface TokenizerConfig {
  kind: TokenizerKind;
  /** Tokens in all, specials included. bpe: 257 to 8192. byte: ignored (257). char: ignored (what the text has). */
  vocabSize: number;
  preTokenizer: PreTokenizerName;
  /** char only: exactly the characters of the text, no bytes, no specials (nanoGPT's 65 for tiny Shakespeare). */
  closed?: boolean;
}

export const END_OF_TEXT = '<|endoftext|>';

export interface Tokenizer {
  readonly kind: TokenizerKind;
  readonly preTokenizer: PreTokenizerName;
  readonly vocabSize: number;
  /** Id that separates documents; undefined for a closed character vocabulary. */
  readonly endOfText: number | undefined;
  /** Ids of a text. Special-token look-alikes in the text are encoded as ordinary characters. */
  encode(text: string): number[];
  /** The same for bytes that need not be valid UTF-8; each invalid byte is a pre-token of its own. */
  encodeBytes(bytes: Uint8Array): number[];
  decodeBytes(ids: ArrayLike<number>): Uint8Array;
  /** Bytes that are not valid UTF-8 become U+FFFD. */
  decode(ids: ArrayLike<number>): string;
  /** The bytes of one token; a special token gives the bytes of its name. */
  tokenBytes(id: number): Uint8Array;
  /**
   * Merges in rank order, as pairs of ids. Learned ones for bpe; for open characters those that build a character of
   * several bytes; none for bytes and closed characters.
   */
  readonly merges: ReadonlyArray<readonly [number, number]>;
}
