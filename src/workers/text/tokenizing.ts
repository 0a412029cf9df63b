/**
 * The tokenizer in use, and what the page asks of it: train it, take one from a file, colour a text, list the vocabulary,
 * turn a data set into ids. How a tokenizer works is `src/tokenizer/`.
 */
import { type OpenDataset, SPLIT_NAMES } from '../../data/dataset.ts';
import { ngramBaselines } from '../../data/ngram.ts';
import { packDocuments } from '../../data/pack.ts';
import { DataError, TokenizerError } from '../../lib/errors.ts';
import { createTokenizer } from '../../tokenizer/create.ts';
import { tokenLabel } from '../../tokenizer/label.ts';
import type { Tokenizer, TokenizerConfig } from '../../tokenizer/tokenizer.ts';
import { fromTokenizerJson, toTokenizerJson } from '../../tokenizer/tokenizerJson.ts';
import { utf8Length } from '../../tokenizer/utf8.ts';
import type { EncodedDataset, TokenizerSummary, TokenSpan, VocabularyEntry } from '../api.ts';
import type { Turn, WorkContext } from './longWork.ts';

/** `tokenize` looks at no more than this: more than anybody sees, little enough to be quick at every keystroke. */
const MAX_TOKENIZE_CHARS = 20_000;
/** Text on which bytes per token are measured. */
const MEASURED_BYTES = 500_000;

export interface Tokenizing {
  /**
   * Learns from the training documents; a closed character vocabulary from all, for it could not read the others.
   * Progress is told in bytes of the training text.
   */
  train(dataset: OpenDataset, config: TokenizerConfig, context: WorkContext): Promise<TokenizerSummary>;
  load(tokenizerJson: string, measureOn: OpenDataset | undefined): TokenizerSummary;
  tokenize(text: string): TokenSpan[];
  vocabulary(): VocabularyEntry[];
  encode(dataset: OpenDataset, turn: Turn): Promise<EncodedDataset>;
}

export function createTokenizing(): Tokenizing {
  let current: Tokenizer | undefined;

  function require(): Tokenizer {
    if (!current) throw new TokenizerError('There is no tokenizer yet. Train one, or open a tokenizer.json.');
    return current;
  }

  return {
    async train(dataset, config, { tell, signal }) {
      const start = performance.now();
      const sources = config.kind === 'char' && config.closed ? SPLIT_NAMES : (['train'] as const);
      const texts = sources.flatMap((split) => dataset.splits[split].map(({ text }) => text));
      const tokenizer = await createTokenizer(config, texts, {
        onProgress: (done, total) => tell((dataset.summary.trainBytes * done) / total),
        shouldStop: () => signal.aborted,
      });
      const trainedMs = performance.now() - start;
      current = tokenizer; // only now: a cancelled or refused training leaves the one before in use
      return {
        config: { ...config, vocabSize: tokenizer.vocabSize },
        vocabSize: tokenizer.vocabSize,
        tokenizerJson: toTokenizerJson(tokenizer),
        bytesPerToken: measureBytesPerToken(tokenizer, dataset),
        trainedMs,
        warnings: [],
      };
    },
    load(tokenizerJson, measureOn) {
      const start = performance.now();
      const tokenizer = fromTokenizerJson(tokenizerJson);
      current = tokenizer;
      const { kind, preTokenizer, vocabSize, endOfText } = tokenizer;
      return {
        config: { kind, vocabSize, preTokenizer, closed: kind === 'char' && endOfText === undefined },
        vocabSize,
        tokenizerJson,
        bytesPerToken: measureOn ? measureBytesPerToken(tokenizer, measureOn) : NaN,
        trainedMs: performance.now() - start,
        warnings: [],
      };
    },
    tokenize(text) {
      const tokenizer = require();
      return tokenizer
        .encode(text.slice(0, MAX_TOKENIZE_CHARS))
        .map((id) => ({ id, label: tokenLabel(tokenizer, id) }));
    },
    vocabulary() {
      const tokenizer = require();
      const parents = parentsOf(tokenizer);
      return Array.from({ length: tokenizer.vocabSize }, (_, id) => {
        const entry: VocabularyEntry = { id, label: tokenLabel(tokenizer, id) };
        const pair = parents.get(id);
        if (pair) entry.parents = pair;
        return entry;
      });
    },
    async encode(dataset, turn) {
      const tokenizer = require();
      const { train, validation, heldout } = dataset.splits;
      let before = 0;
      const pack = async (documents: typeof train) => {
        const packed = await packDocuments(documents, tokenizer, (bytes) => turn(before + bytes));
        before += packed.textBytes;
        return packed;
      };
      const splits: EncodedDataset['splits'] = {
        train: await pack(train),
        validation: await pack(validation),
      };
      if (heldout.length > 0) splits.heldout = await pack(heldout);
      if (splits.train.ids.length < 2 || splits.validation.ids.length < 2)
        throw new DataError(
          `"${dataset.summary.title}" gives ${splits.train.ids.length} tokens to train on and ` +
            `${splits.validation.ids.length} to measure with; both need at least 2. Add more text.`,
        );
      return {
        datasetId: dataset.summary.id,
        vocabSize: tokenizer.vocabSize,
        splits,
        baselines: ngramBaselines(splits.train.ids, splits.validation.ids, tokenizer.vocabSize),
      };
    },
  };
}

/** Which pair each merged token is made of: the token whose bytes are those of the pair. */
function parentsOf({ merges, tokenBytes, vocabSize, endOfText }: Tokenizer): Map<number, [number, number]> {
  const key = (id: number) => String.fromCharCode(...tokenBytes(id));
  const idOf = new Map<string, number>();
  for (let id = 0; id < vocabSize; id++) if (id !== endOfText) idOf.set(key(id), id);
  return new Map(merges.map(([left, right]) => [idOf.get(key(left) + key(right))!, [left, right]]));
}

/** On validation documents, or training ones where there are none; NaN for a closed vocabulary that cannot read them. */
function measureBytesPerToken(tokenizer: Tokenizer, { splits }: OpenDataset): number {
  const documents = splits.validation.length > 0 ? splits.validation : splits.train;
  let bytes = 0;
  let tokens = 0;
  try {
    for (const { text } of documents) {
      tokens += tokenizer.encode(text).length;
      bytes += utf8Length(text);
      if (bytes >= MEASURED_BYTES) break;
    }
  } catch (error) {
    if (error instanceof TokenizerError) return NaN; // encodeDataset says why, to whom wants to use it on this text
    throw error;
  }
  return bytes / tokens;
}
