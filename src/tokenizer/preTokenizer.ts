/**
 * Pre-tokenizers: a regular expression cuts a text into pre-tokens ("words"), and merges never cross from one to the next.
 * Two are known here because Hugging Face's libraries and llama.cpp know both under these names:
 * - `gpt-2` (Radford et al. 2019): words with their leading space, numbers, punctuation, whitespace; for prose.
 * - `qwen2` (Bai et al. 2023): single digits, newlines apart from indentation, one leading character of any kind; for code.
 *
 * The pieces, joined, are the text. They equal those of `@huggingface/tokenizers` on every text (tests compare), down to
 * what counts as whitespace: JavaScript's `\s` for `gpt-2`, the property White_Space for `qwen2` (they differ in U+FEFF
 * and U+0085 only). `qwen2` spells its contractions out because `(?i:...)` is too new for Node 20 and older Safari.
 */
import type { PreTokenizerName } from './tokenizer.ts';

const PATTERNS: Record<PreTokenizerName, RegExp> = {
  'gpt-2': /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu,
  qwen2: new RegExp(
    [
      "'(?:[sS]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])",
      '[^\\r\\n\\p{L}\\p{N}]?\\p{L}+',
      '\\p{N}',
      ' ?[^\\p{White_Space}\\p{L}\\p{N}]+[\\r\\n]*',
      '\\p{White_Space}*[\\r\\n]+',
      '\\p{White_Space}+(?!\\P{White_Space})',
      '\\p{White_Space}+',
    ].join('|'),
    'gu',
  ),
};

/** The expression of `qwen2` as Hugging Face files spell it (Oniguruma syntax). */
export const QWEN2_REGEX =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** UTF-16 units looked at in one go: bounds memory, and the engine's backtracking stack overflows at some millions. */
const SECTION_LENGTH = 1 << 18;

/** "if (x1)" -> "if", " (", "x", "1", ")" under `qwen2`. */
export function preTokenize(section: string, name: PreTokenizerName): readonly string[] {
  return section.match(PATTERNS[name]) ?? [];
}

/**
 * A long text in sections whose pre-tokens are together those of the whole text: a cut after a letter or digit and before
 * whitespace is a border of pre-tokens under both expressions, and neither looks back. Only where half a section has no
 * such place (a run of 131,072 units without one) is a pre-token cut in two.
 */
export function* sections(text: string): Generator<string> {
  let start = 0;
  while (text.length - start > SECTION_LENGTH) {
    const end = cutBefore(text, start + SECTION_LENGTH, start + SECTION_LENGTH / 2);
    yield text.slice(start, end);
    start = end;
  }
  if (start === 0) yield text;
  else yield text.slice(start);
}

function cutBefore(text: string, latest: number, earliest: number): number {
  for (let i = latest; i > earliest; i--) {
    const unit = text.charCodeAt(i);
    if ((unit === 0x20 || unit === 0x0a || unit === 0x09) && /[\p{L}\p{N}]/u.test(text[i - 1]!)) return i;
  }
  const isPair = /[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(latest - 1, latest + 1));
  return isPair ? latest - 1 : latest;
}
