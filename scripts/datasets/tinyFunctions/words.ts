/** Words for numbers, and words as parts of names. */

/** 2 -> "two": constants are written as words in sentences and names. */
export const WORDS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];
export const upper = (word: string) => word[0]!.toUpperCase() + word.slice(1);
