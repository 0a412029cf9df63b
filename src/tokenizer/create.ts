/** The one entry for making a vocabulary of documents; reading one from a file is tokenizerJson.ts. */
import { TokenizerError } from '../lib/errors.ts';
import { trainBpe } from './bpeTrain.ts';
import { type ProgressOptions, withBreath } from './breather.ts';
import { createByteTokenizer } from './byteTokenizer.ts';
import { buildCharTokenizer } from './charTokenizer.ts';
import type { Tokenizer, TokenizerConfig } from './tokenizer.ts';

/**
 * Gives way to other tasks about 30 times a second. Byte vocabularies look at no document.
 *
 * @throws {TokenizerError} when the configuration cannot work or the text does not support it.
 * @throws {CancelledError} when `shouldStop` said so.
 */
export async function createTokenizer(
  config: TokenizerConfig,
  documents: Iterable<string>,
  options: ProgressOptions = {},
): Promise<Tokenizer> {
  const { kind, preTokenizer, closed = false } = config;
  if (preTokenizer !== 'gpt-2' && preTokenizer !== 'qwen2')
    throw new TokenizerError(`preTokenizer: expected "gpt-2" or "qwen2", got "${String(preTokenizer)}".`);
  if (closed && kind !== 'char')
    throw new TokenizerError(
      `closed: only a character vocabulary can be closed, got kind "${kind}". Leave "closed" out.`,
    );
  switch (kind) {
    case 'byte':
      return withBreath(1, options, async () => createByteTokenizer(preTokenizer));
    case 'char':
      return buildCharTokenizer(documents, { closed, preTokenizer }, options);
    case 'bpe':
      return trainBpe(documents, config, options);
    default:
      kind satisfies never;
      throw new TokenizerError(`kind: expected "byte", "char" or "bpe", got "${String(kind)}".`);
  }
}
