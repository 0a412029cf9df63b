import { beforeAll, describe, expect, test } from 'vitest';
import { TokenizerError } from '../../src/lib/errors.ts';
import { createTokenizer } from '../../src/tokenizer/create.ts';
import type { Tokenizer, TokenizerConfig } from '../../src/tokenizer/tokenizer.ts';
import { fromTokenizerJson, toTokenizerJson } from '../../src/tokenizer/tokenizerJson.ts';
import { HARD_STRINGS, javascript } from './corpora.ts';

interface TokenizerFile {
  version: unknown;
  normalizer: unknown;
  added_tokens: { id: number; content: string; special: boolean }[];
  pre_tokenizer: {
    type: string;
    pretokenizers: { type: string; pattern?: { Regex: string }; add_prefix_space?: boolean }[];
  };
  decoder: { type: string };
  model: {
    type: string;
    dropout: unknown;
    byte_fallback: boolean;
    ignore_merges: boolean;
    end_of_word_suffix: string;
    vocab: Record<string, number>;
    merges: string[];
  };
}

const parse = (tokenizer: Tokenizer) => JSON.parse(toTokenizerJson(tokenizer)) as TokenizerFile;

const make = (config: Partial<TokenizerConfig>, documents: string[]): Promise<Tokenizer> =>
  createTokenizer({ kind: 'bpe', vocabSize: 400, preTokenizer: 'qwen2', ...config }, documents);
const documents = [...javascript(60_000), ...Object.values(HARD_STRINGS)];

describe('a tokenizer.json that we wrote', () => {
  test.each<Partial<TokenizerConfig>>([
    { kind: 'bpe', preTokenizer: 'gpt-2' },
    { kind: 'bpe', preTokenizer: 'qwen2' },
    { kind: 'byte', preTokenizer: 'gpt-2' },
    { kind: 'byte', preTokenizer: 'qwen2' },
    { kind: 'char', preTokenizer: 'qwen2' },
    { kind: 'char', preTokenizer: 'gpt-2', closed: true },
  ])('gives the same tokenizer back: %o', async (config) => {
    const tokenizer = await make(config, documents);
    const json = toTokenizerJson(tokenizer);
    const back = fromTokenizerJson(json);
    const facts = ({ kind, preTokenizer, vocabSize, endOfText, merges }: Tokenizer) =>
      ({ kind, preTokenizer, vocabSize, endOfText, merges }); // prettier-ignore
    expect(facts(back)).toEqual(facts(tokenizer));
    expect(toTokenizerJson(back)).toBe(json);
    for (const text of documents) expect(back.encode(text)).toEqual(tokenizer.encode(text));
  });

  test('remembers that a vocabulary of plain ASCII is one of characters', async () => {
    expect(fromTokenizerJson(toTokenizerJson(await make({ kind: 'char' }, ['abc']))).kind).toBe('char');
  });

  test('has the fields that other programs look for', async () => {
    const file = parse(await make({ preTokenizer: 'gpt-2', vocabSize: 258 }, ['   a   b']));
    expect(file.version).toBe('1.0');
    expect(file.model).toMatchObject({
      type: 'BPE',
      byte_fallback: false,
      ignore_merges: false,
      merges: ['Ġ Ġ'],
    });
    expect(file.model.vocab).toMatchObject({ Ā: 0, Ġ: 32, a: 97, ĠĠ: 256, '<|endoftext|>': 257 });
    expect(file.added_tokens).toMatchObject([{ id: 257, content: '<|endoftext|>', special: true }]);
    expect(file.pre_tokenizer).toMatchObject({ type: 'ByteLevel', add_prefix_space: false, use_regex: true });
    expect(file.decoder.type).toBe('ByteLevel');
    expect(file.normalizer).toBeNull();
  });
});

describe("other people's files", () => {
  let file: TokenizerFile;
  beforeAll(async () => {
    file = parse(await make({}, documents));
  });

  test('may list merges as pairs', () => {
    const pairs = structuredClone(file);
    Object.assign(pairs.model, { merges: pairs.model.merges.map((merge) => merge.split(' ')) });
    expect(toTokenizerJson(fromTokenizerJson(JSON.stringify(pairs)))).toBe(JSON.stringify(file));
  });

  test('may leave the special token out of the vocabulary proper', () => {
    const without = structuredClone(file);
    delete without.model.vocab['<|endoftext|>'];
    expect(toTokenizerJson(fromTokenizerJson(JSON.stringify(without)))).toBe(JSON.stringify(file));
  });

  test('may number their tokens in another order', () => {
    const turned = structuredClone(file);
    const last = file.added_tokens[0]!.id;
    for (const symbols of Object.keys(turned.model.vocab))
      turned.model.vocab[symbols] = last - file.model.vocab[symbols]!;
    turned.added_tokens[0]!.id = 0;
    const ours = fromTokenizerJson(JSON.stringify(file));
    const theirs = fromTokenizerJson(JSON.stringify(turned));
    expect(theirs.endOfText).toBe(0);
    for (const text of documents)
      expect(theirs.encode(text)).toEqual(ours.encode(text).map((id) => last - id));
  });

  const faults: Record<string, [change: (file: TokenizerFile) => unknown, sentence: string]> = {
    'another model': [(f) => (f.model.type = 'WordPiece'), 'model.type: expected "BPE", got "WordPiece"'],
    'no model': [(f) => Reflect.deleteProperty(f, 'model'), 'model: expected a JSON object, got nothing'],
    'a normalizer': [(f) => (f.normalizer = { type: 'NFC' }), 'normalizer: expected null'],
    dropout: [(f) => (f.model.dropout = 0.1), 'model.dropout: expected null, got 0.1'],
    'byte fallback': [(f) => (f.model.byte_fallback = true), 'model.byte_fallback: expected false'],
    'a word suffix': [
      (f) => (f.model.end_of_word_suffix = '</w>'),
      'end_of_word_suffix: expected "", got "</w>"',
    ],
    'another decoder': [(f) => (f.decoder.type = 'Metaspace'), 'decoder.type: expected "ByteLevel"'],
    'no pre-tokenizer': [
      (f) => Object.assign(f, { pre_tokenizer: null }),
      'pre_tokenizer: expected a JSON object, got null',
    ],
    'an unknown expression': [
      (f) => (f.pre_tokenizer.pretokenizers[0]!.pattern!.Regex = '(a+)+$'),
      'pre_tokenizer: expected "gpt-2"',
    ],
    'a prefix space': [
      (f) => (f.pre_tokenizer.pretokenizers[1]!.add_prefix_space = true),
      'pre_tokenizer: expected "gpt-2"',
    ],
    'a third step': [
      (f) => f.pre_tokenizer.pretokenizers.push({ type: 'Digits' }),
      'pre_tokenizer: expected "gpt-2"',
    ],
    'a vocabulary that is a list': [
      (f) => Object.assign(f.model, { vocab: ['a'] }),
      'model.vocab: expected a JSON object',
    ],
    'an empty vocabulary': [
      (f) => ((f.model.vocab = {}), (f.added_tokens = [])),
      'model.vocab: expected 1 to 65536 tokens, got 0',
    ],
    'too many tokens': [
      (f) => Array.from({ length: 65_536 }, (_, i) => (f.model.vocab[`x${i}`] = i)),
      'model.vocab: expected 1 to 65536 tokens',
    ],
    'a missing byte': [
      (f) => ((f.model.vocab['ab!'] = 32), delete f.model.vocab.Ġ),
      'all 256 byte symbols, so that every text can be written, got 255',
    ],
    'a gap in the ids': [(f) => (f.model.vocab.a = 400), 'id of "a": expected one of 0 to 399'],
    'an id twice': [(f) => (f.model.vocab.a = 98), 'that no other token has, got 98'],
    'a negative id': [(f) => (f.model.vocab.a = -1), 'got -1'],
    'an id that is text': [(f) => Object.assign(f.model.vocab, { a: '97' }), 'got "97"'],
    'a broken id': [(f) => (f.model.vocab.a = 97.5), 'got 97.5'],
    'a symbol outside the alphabet': [
      (f) => ((f.model.vocab['a b'] = 97), delete f.model.vocab.a),
      'symbols of GPT-2\'s byte alphabet, got "a b"',
    ],
    'an empty token': [
      (f) => ((f.model.vocab[''] = 97), delete f.model.vocab.a),
      'tokens of 1 to 4096 symbols',
    ],
    'a huge token': [
      (f) => ((f.model.vocab['a'.repeat(5000)] = 97), delete f.model.vocab.a),
      'tokens of 1 to 4096 symbols',
    ],
    'an unknown special token': [
      (f) => (f.added_tokens[0]!.content = '<s>'),
      'only the special token "<|endoftext|>", got "<s>"',
    ],
    'two special tokens': [(f) => f.added_tokens.push(f.added_tokens[0]!), 'at most 1 token, got 2'],
    'a special token that is not special': [
      (f) => (f.added_tokens[0]!.special = false),
      'only the special token',
    ],
    'no special token': [(f) => (f.added_tokens = []), 'the special token "<|endoftext|>", got []'],
    'two ids for the special token': [(f) => (f.added_tokens[0]!.id = 5), 'added_tokens: expected id 399'],
    'no merges': [
      (f) => Reflect.deleteProperty(f.model, 'merges'),
      'model.merges: expected a list, got nothing',
    ],
    'too many merges': [
      (f) => (f.model.merges = Array.from({ length: 70_000 }, () => 'a b')),
      'model.merges: expected at most 65536 entries, got 70000',
    ],
    'a merge of unknown tokens': [
      (f) => (f.model.merges[3] = 'aq zx'),
      'model.merges[3]: expected two tokens',
    ],
    'a merge of three': [(f) => (f.model.merges[3] = 'a b c'), 'model.merges[3]: expected two tokens'],
    'a merge that is a number': [
      (f) => Object.assign(f.model.merges, { 3: 7 }),
      'model.merges[3]: expected a list, got 7',
    ],
    'a merge of the special token': [(f) => (f.model.merges[3] = '<|endoftext|> a'), 'expected two tokens'],
    'a merge that makes no token': [
      (f) => (f.model.merges[3] = 'Ā Ā'),
      'a pair whose joined symbols are a token',
    ],
    'a merge twice': [(f) => f.model.merges.push(f.model.merges[0]!), 'a pair that did not come before'],
    'merges to be ignored': [(f) => (f.model.ignore_merges = true), 'model.ignore_merges: expected false'],
  };
  test.each(Object.keys(faults))('are refused with a sentence: %s', (name) => {
    const [change, sentence] = faults[name]!;
    const copy = structuredClone(file);
    change(copy);
    const json = JSON.stringify(copy);
    const read = () => fromTokenizerJson(json);
    expect(read).toThrow(TokenizerError);
    expect(read).toThrow(sentence);
    expect(read).toThrow('Nothing was changed.');
  });

  test.each([
    ['no JSON', 'PK\u0003\u0004', 'file: expected JSON, got "PK'],
    ['nothing', '', 'file: expected JSON, got ""'],
    ['a list', '[]', 'file: expected a JSON object'],
    ['a number', '7', 'file: expected a JSON object, got 7'],
    ['brackets without end', '['.repeat(1_000_000), 'file: expected JSON'],
    ['a huge file', ' '.repeat((1 << 25) + 1), 'size: expected at most 33554432 characters'],
  ])('are refused with a sentence: %s', (_, text, sentence) => {
    expect(() => fromTokenizerJson(text)).toThrow(TokenizerError);
    expect(() => fromTokenizerJson(text)).toThrow(sentence);
  });

  test('cannot reach the prototype of anything', () => {
    const json = JSON.stringify(file).replace('"vocab":{', '"vocab":{"__proto__":400,');
    const tokenizer = fromTokenizerJson(json);
    expect(tokenizer.vocabSize).toBe(401);
    expect(new TextDecoder().decode(tokenizer.tokenBytes(400))).toBe('__proto__');
  });
});

describe('a file of closed characters', () => {
  let file: TokenizerFile;
  beforeAll(async () => {
    file = parse(await make({ kind: 'char', closed: true }, ['aé你\n']));
  });

  test.each<[string, (file: TokenizerFile) => unknown, string]>([
    ['a token of two characters', (f) => (f.model.vocab = { ab: 0 }), 'single characters, got "ab"'],
    ['half a character', (f) => (f.model.vocab = { 'ä½': 0 }), 'single characters'],
    ['merges', (f) => (f.model.merges = ['a a']), 'model.merges: expected at most 0 entries'],
    [
      'merges that are not ignored',
      (f) => (f.model.ignore_merges = false),
      'model.ignore_merges: expected true',
    ],
    [
      'a special token',
      (f) => (f.added_tokens = [{ id: 4, content: '<|endoftext|>', special: true }]),
      'added_tokens: expected none',
    ],
  ])('is refused with %s', (_, change, sentence) => {
    const copy = structuredClone(file);
    change(copy);
    expect(() => fromTokenizerJson(JSON.stringify(copy))).toThrow(sentence);
  });
});
