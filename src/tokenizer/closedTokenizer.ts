/**
 * A closed character vocabulary: exactly the given characters, no bytes, no special tokens. For texts whose alphabet is
 * known, such as nanoGPT's tiny Shakespeare; everything else is refused by name. The open kind is charTokenizer.ts.
 */
import { TokenizerError } from '../lib/errors.ts';
import { bytesLabel } from './label.ts';
import type { Tokenizer } from './tokenizer.ts';
import { utf8Runs } from './utf8.ts';

/** How many unknown characters a message names. */
const NAMED = 8;

/** @param characters single code points, in the order of their ids. */
export function createClosedTokenizer(characters: readonly string[]): Tokenizer {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const vocabSize = characters.length;
  const idOf = new Map(characters.map((character, id) => [character, id]));
  const tokens = characters.map((character) => encoder.encode(character));

  const refuse = (unknown: readonly string[]): TokenizerError => {
    const more = unknown.length > NAMED ? ` and ${unknown.length - NAMED} more` : '';
    return new TokenizerError(
      `This vocabulary has ${vocabSize} characters and is closed; it does not have ${unknown.slice(0, NAMED).join(', ')}${more}. ` +
        'Leave them out, or train with an open vocabulary (characters, bytes or BPE), which holds every text.',
    );
  };

  function encode(text: string): number[] {
    const ids: number[] = [];
    const unknown = new Set<string>();
    for (const character of text) {
      const id = idOf.get(character) ?? idOf.get(wellFormed(character));
      if (id === undefined) unknown.add(character);
      else ids.push(id);
    }
    if (unknown.size > 0)
      throw refuse([...unknown].map((character) => `"${bytesLabel(encoder.encode(character))}"`));
    return ids;
  }

  const requireToken = (id: number): Uint8Array => {
    const bytes = tokens[id];
    if (!bytes)
      throw new TokenizerError(
        `Token ids of this vocabulary are 0 to ${vocabSize - 1}, got ${id}: these ids come from another tokenizer.`,
      );
    return bytes;
  };

  const decodeBytes = (ids: ArrayLike<number>): Uint8Array =>
    Uint8Array.from(Array.from(ids).flatMap((id) => [...requireToken(id)]));

  return {
    kind: 'char',
    preTokenizer: 'gpt-2', // characters are never joined, so any would do; this one is the simplest to say in a file
    vocabSize,
    endOfText: undefined,
    merges: [],
    encode,
    encodeBytes(bytes) {
      const stray = [...utf8Runs(bytes)].filter(({ valid }) => !valid);
      if (stray.length > 0)
        throw refuse([...new Set(stray.map(({ start, end }) => bytesLabel(bytes.subarray(start, end))))]);
      return encode(decoder.decode(bytes));
    },
    decodeBytes,
    decode: (ids) => decoder.decode(decodeBytes(ids)),
    tokenBytes: (id) => requireToken(id).slice(),
  };
}

/** A lone surrogate is U+FFFD in UTF-8. */
const wellFormed = (character: string): string =>
  character.length === 1 && character >= '\ud800' && character <= '\udfff' ? '\ufffd' : character;
