/**
 * tokenizer.json, the file of Hugging Face's `tokenizers`: any of our vocabularies can be written to it and read back, and
 * transformers (Python, JavaScript) give the same ids. A file may come from anybody: reading trusts nothing in it.
 *
 * A model of type BPE over GPT-2's byte alphabet serves all kinds:
 * - bpe: as trained. - byte: no merges.
 * - char: merges that build each multi-byte character; `ignore_merges` is true, which changes no id here (a pre-token that
 *   is a token is one character, and its merges would build it) and tells us the kind.
 * - closed char: no merges and not all bytes; the text is cut into characters, which `ignore_merges` then looks up whole.
 *
 * Hugging Face turns "<|endoftext|>" in a text into the special token; our `encode` reads it as text.
 */
import { TokenizerError } from '../lib/errors.ts';
import { createBpeTokenizer } from './bpe.ts';
import { bytesToSymbols, symbolsToBytes } from './byteAlphabet.ts';
import { createCharTokenizer } from './charTokenizer.ts';
import { createClosedTokenizer } from './closedTokenizer.ts';
import { QWEN2_REGEX } from './preTokenizer.ts';
import { END_OF_TEXT, type PreTokenizerName, type Tokenizer } from './tokenizer.ts';
import { characterLength } from './utf8.ts';

/** Any character, newlines too (Oniguruma and JavaScript alike). */
const CHARACTER_REGEX = '[\\s\\S]';

const byteLevel = (fields: { add_prefix_space: boolean; trim_offsets: boolean; use_regex: boolean }) => ({
  type: 'ByteLevel',
  ...fields,
});

const splitThenBytes = (regex: string) => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false },
    byteLevel({ add_prefix_space: false, trim_offsets: false, use_regex: false }),
  ],
});

/** The text of the file. Reading it back gives a tokenizer that cannot be told from this one. */
export function toTokenizerJson(tokenizer: Tokenizer): string {
  const { kind, preTokenizer, vocabSize, merges, endOfText } = tokenizer;
  const isClosed = endOfText === undefined;
  const symbols = Array.from({ length: vocabSize }, (_, id) =>
    id === endOfText ? END_OF_TEXT : bytesToSymbols(tokenizer.tokenBytes(id)),
  );
  const endOfTextToken = {
    id: endOfText,
    content: END_OF_TEXT,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: isClosed ? [] : [endOfTextToken],
    normalizer: null,
    pre_tokenizer: isClosed
      ? splitThenBytes(CHARACTER_REGEX)
      : preTokenizer === 'qwen2'
        ? splitThenBytes(QWEN2_REGEX)
        : byteLevel({ add_prefix_space: false, trim_offsets: true, use_regex: true }),
    post_processor: byteLevel({ add_prefix_space: true, trim_offsets: false, use_regex: true }),
    decoder: byteLevel({ add_prefix_space: true, trim_offsets: true, use_regex: true }),
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: kind === 'char',
      vocab: Object.fromEntries(symbols.map((symbol, id) => [symbol, id])),
      // strings, not pairs: older versions of `tokenizers` know only these, and no symbol is a space
      merges: merges.map(([left, right]) => `${symbols[left]} ${symbols[right]}`),
    },
  });
}

/** UTF-16 units of a file; GPT-2's own has 1.4 million. */
const MAX_FILE_LENGTH = 1 << 25;
/** Ids fit 16 bits. */
const MAX_VOCAB = 65_536;
const MAX_MERGES = 65_536;
const MAX_TOKEN_BYTES = 4096;

/**
 * Reads a file: ours, or anybody's byte-level BPE with a pre-tokenizer that we know and `<|endoftext|>` as its one special
 * token. What would be encoded otherwise than the file says is refused.
 *
 * @throws {TokenizerError} naming the first thing that is wrong.
 */
export function fromTokenizerJson(text: string): Tokenizer {
  const root = parse(text);
  const model = requireRecord(root.model, 'model');
  requireThat(model.type === 'BPE', 'model.type', '"BPE"', model.type);
  requireThat((root.normalizer ?? null) === null, 'normalizer', 'null (text as it is)', root.normalizer);
  requireThat(!model.dropout, 'model.dropout', 'null', model.dropout);
  requireThat(!model.byte_fallback, 'model.byte_fallback', 'false', model.byte_fallback);
  for (const affix of ['continuing_subword_prefix', 'end_of_word_suffix'])
    requireThat((model[affix] ?? '') === '', `model.${affix}`, '""', model[affix]);
  const decoder = requireRecord(root.decoder, 'decoder');
  requireThat(decoder.type === 'ByteLevel', 'decoder.type', '"ByteLevel"', decoder.type);
  const preTokenizer = readPreTokenizer(root.pre_tokenizer);

  const { tokens, endOfText } = readTokens(model.vocab, root.added_tokens);
  if (preTokenizer === 'characters') return readClosed(tokens, endOfText, model);
  if (endOfText === undefined)
    throw refusal('added_tokens', `the special token "${END_OF_TEXT}"`, root.added_tokens);
  const single = new Set(tokens.filter((bytes) => bytes.length === 1).map((bytes) => bytes[0]));
  if (single.size < 256)
    throw refusal('model.vocab', 'all 256 byte symbols, so that every text can be written', single.size);
  const merges = readMerges(model.merges, tokens, endOfText);
  if (model.ignore_merges === true) return readChar(tokens, merges, preTokenizer);
  const kind = merges.length === 0 && tokens.length === 257 ? 'byte' : 'bpe';
  return createBpeTokenizer({ kind, preTokenizer, tokens, merges, endOfText });
}

function parse(text: string): Record<string, unknown> {
  if (text.length > MAX_FILE_LENGTH)
    throw refusal('size', `at most ${MAX_FILE_LENGTH} characters`, text.length);
  try {
    return requireRecord(JSON.parse(text), 'file');
  } catch (error) {
    if (error instanceof TokenizerError) throw error;
    throw refusal('file', 'JSON', text.slice(0, 40));
  }
}

function readPreTokenizer(value: unknown): PreTokenizerName | 'characters' {
  const isByteLevel = (step: Record<string, unknown>, useRegex: boolean) =>
    step.type === 'ByteLevel' && step.add_prefix_space === false && (step.use_regex ?? true) === useRegex;
  const known = '"gpt-2" (ByteLevel with use_regex, no prefix space) or "qwen2" (Split, then ByteLevel)';
  const step = requireRecord(value, 'pre_tokenizer');
  if (isByteLevel(step, true)) return 'gpt-2';
  if (step.type === 'Sequence') {
    const [first, second, ...more] = requireArray(step.pretokenizers, 'pre_tokenizer.pretokenizers', 8);
    const split = requireRecord(first, 'pre_tokenizer.pretokenizers[0]');
    const bytes = requireRecord(second, 'pre_tokenizer.pretokenizers[1]');
    const isIsolated = split.type === 'Split' && split.behavior === 'Isolated' && split.invert !== true;
    if (more.length === 0 && isIsolated && isByteLevel(bytes, false)) {
      const regex = requireRecord(split.pattern, 'pre_tokenizer pattern').Regex;
      if (regex === QWEN2_REGEX) return 'qwen2';
      if (regex === CHARACTER_REGEX) return 'characters';
    }
  }
  throw refusal('pre_tokenizer', known, value);
}

/** Bytes by id; the ids must be 0, 1, 2, ... without a gap. */
function readTokens(vocab: unknown, added: unknown): { tokens: Uint8Array[]; endOfText: number | undefined } {
  const entries = Object.entries(requireRecord(vocab, 'model.vocab'));
  const specials = requireArray(added ?? [], 'added_tokens', MAX_VOCAB).map((value) =>
    requireRecord(value, 'added_tokens'),
  );
  for (const { content, special } of specials)
    requireThat(
      content === END_OF_TEXT && special === true,
      'added_tokens',
      `only the special token "${END_OF_TEXT}"`,
      content,
    );
  requireThat(specials.length <= 1, 'added_tokens', 'at most 1 token', specials.length);
  const endOfText = specials[0]?.id;
  const ids = new Map<unknown, unknown>(entries);
  if (specials.length > 0) {
    const inVocab = ids.get(END_OF_TEXT) ?? endOfText;
    requireThat(inVocab === endOfText, 'added_tokens', `id ${String(inVocab)} as in model.vocab`, endOfText);
    ids.set(END_OF_TEXT, endOfText);
  }
  requireThat(ids.size > 0 && ids.size <= MAX_VOCAB, 'model.vocab', `1 to ${MAX_VOCAB} tokens`, ids.size);
  const tokens = new Array<Uint8Array | undefined>(ids.size).fill(undefined);
  for (const [symbols, id] of ids as Map<string, unknown>) {
    const isFree = typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < ids.size && !tokens[id];
    if (!isFree)
      throw refusal(`id of ${shown(symbols)}`, `one of 0 to ${ids.size - 1} that no other token has`, id);
    const bytes =
      specials.length > 0 && symbols === END_OF_TEXT
        ? new TextEncoder().encode(symbols)
        : symbolsToBytes(symbols);
    if (!bytes || bytes.length === 0 || bytes.length > MAX_TOKEN_BYTES)
      throw refusal(
        'model.vocab',
        `tokens of 1 to ${MAX_TOKEN_BYTES} symbols of GPT-2's byte alphabet`,
        symbols,
      );
    tokens[id] = bytes;
  }
  return { tokens: tokens as Uint8Array[], endOfText: endOfText as number | undefined };
}

function readMerges(value: unknown, tokens: readonly Uint8Array[], endOfText: number): [number, number][] {
  const idOf = new Map<unknown, number>(tokens.map((bytes, id) => [bytesToSymbols(bytes), id]));
  if (idOf.get(END_OF_TEXT) === endOfText) idOf.delete(END_OF_TEXT);
  const seen = new Set<string>();
  return requireArray(value, 'model.merges', MAX_MERGES).map((merge, rank) => {
    const where = `model.merges[${rank}]`;
    const [left, right, ...more]: unknown[] =
      typeof merge === 'string' ? merge.split(' ') : requireArray(merge, where, 2);
    const ids = [idOf.get(left), idOf.get(right)];
    if (more.length > 0 || ids[0] === undefined || ids[1] === undefined)
      throw refusal(where, 'two tokens of the vocabulary', merge);
    requireThat(
      idOf.has(`${String(left)}${String(right)}`),
      where,
      'a pair whose joined symbols are a token',
      merge,
    );
    const key = ids.join();
    requireThat(!seen.has(key), where, 'a pair that did not come before', merge);
    seen.add(key);
    return ids as [number, number];
  });
}

/** Built again from its characters; the file must say exactly the same, or `ignore_merges` would mean something else. */
function readChar(
  tokens: readonly Uint8Array[],
  merges: readonly [number, number][],
  preTokenizer: PreTokenizerName,
): Tokenizer {
  const isCharacter = (bytes: Uint8Array) => bytes.length > 1 && characterLength(bytes, 0) === bytes.length;
  const characters = tokens
    .filter(isCharacter)
    .map((bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  const tokenizer = createCharTokenizer(characters, preTokenizer);
  const isSame =
    tokenizer.vocabSize === tokens.length &&
    tokens.every((bytes, id) => bytesToSymbols(bytes) === bytesToSymbols(tokenizer.tokenBytes(id))) &&
    merges.join(' ') === tokenizer.merges.join(' ');
  requireThat(isSame, 'model.ignore_merges', 'false, unless the vocabulary is one of characters', true);
  return tokenizer;
}

function readClosed(
  tokens: readonly Uint8Array[],
  endOfText: number | undefined,
  model: Record<string, unknown>,
): Tokenizer {
  requireThat(endOfText === undefined, 'added_tokens', 'none in a closed character vocabulary', END_OF_TEXT);
  requireThat(
    model.ignore_merges === true,
    'model.ignore_merges',
    'true in a character vocabulary',
    model.ignore_merges,
  );
  requireArray(model.merges, 'model.merges', 0);
  return createClosedTokenizer(
    tokens.map((bytes) => {
      requireThat(
        characterLength(bytes, 0) === bytes.length,
        'model.vocab',
        'single characters',
        bytesToSymbols(bytes),
      );
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    }),
  );
}

function requireThat(condition: boolean, where: string, expected: string, got: unknown): void {
  if (!condition) throw refusal(where, expected, got);
}

function requireRecord(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refusal(where, 'a JSON object', value);
  return value as Record<string, unknown>;
}

function requireArray(value: unknown, where: string, most: number): unknown[] {
  if (!Array.isArray(value)) throw refusal(where, 'a list', value);
  if (value.length > most) throw refusal(where, `at most ${most} entries`, value.length);
  return value;
}

/** A value from the file, short enough for a sentence. */
function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}

function refusal(where: string, expected: string, got: unknown): TokenizerError {
  return new TokenizerError(
    `tokenizer.json, ${where}: expected ${expected}, got ${shown(got)}. Nothing was changed. Files written by this page ` +
      'and byte-level BPE files with the gpt-2 or qwen2 pre-tokenizer can be read.',
  );
}
