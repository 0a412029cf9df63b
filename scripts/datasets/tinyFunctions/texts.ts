/** Families that ask something about a text: counts, first letters, longest words. */
import type { Family } from './family.ts';

export const textFamilies: Family[] = [
  {
    id: 'isPalindrome',
    make(v) {
      const [text, reversed] = [v.text(), v.of('reversed', 'backwards')];
      return {
        name: v.of('isPalindrome', 'palindrome'),
        doc: v.of('Checks whether a text is a palindrome.', 'Tells if a text reads the same backwards.'),
        params: [text],
        body: [
          `const ${reversed} = ${text}.split('').reverse().join('');`,
          `return ${text} === ${reversed};`,
        ],
        checks: [
          [['level'], true],
          [['hello'], false],
        ],
      };
    },
  },
  {
    id: 'countCharacter',
    make(v) {
      const [text, char, count] = [v.text(), v.of('letter', 'char', 'wanted'), v.of('count', 'result')];
      return {
        name: v.of('countLetter', 'countChar', 'occurrences'),
        doc: `Counts how often a ${v.of('letter', 'character')} occurs in a text.`,
        params: [text, char],
        body: [
          `let ${count} = 0;`,
          `for (const c of ${text}) {`,
          `  if (c === ${char}) ${count}++;`,
          '}',
          `return ${count};`,
        ],
        checks: [
          [['banana', 'a'], 3],
          [['x', 'y'], 0],
        ],
      };
    },
  },
  {
    id: 'countVowels',
    make(v) {
      const [text, count] = [v.text(), v.of('count', 'vowels', 'result')];
      return {
        name: v.of('countVowels', 'vowelCount', 'numberOfVowels'),
        doc: 'Counts the vowels in a text.',
        params: [text],
        body: [
          `let ${count} = 0;`,
          `for (const char of ${text}) {`,
          `  if ('aeiou'.includes(char)) ${count}++;`,
          '}',
          `return ${count};`,
        ],
        checks: [
          [['banana'], 3],
          [['xyz'], 0],
        ],
      };
    },
  },
  {
    id: 'startsOrEnds',
    make(v) {
      const [text, start] = [v.text(), v.of(true, false)];
      const part = start ? v.of('prefix', 'start') : v.of('suffix', 'end');
      return {
        name: start ? v.of('startsWith', 'hasPrefix', 'beginsWith') : v.of('endsWith', 'hasSuffix'),
        doc: `Checks whether a text ${start ? 'starts' : 'ends'} with a ${start ? 'prefix' : 'suffix'}.`,
        params: [text, part],
        body: [`return ${text}.${start ? 'startsWith' : 'endsWith'}(${part});`],
        checks: [
          [['hello', start ? 'he' : 'lo'], true],
          [['hello', 'x'], false],
        ],
      };
    },
  },
  {
    id: 'countWords',
    make(v) {
      const [text, words] = [v.text(), v.of('words', 'parts')];
      return {
        name: v.of('countWords', 'wordCount', 'numberOfWords'),
        doc: 'Counts the words in a text.',
        params: [text],
        body: [`const ${words} = ${text}.split(' ');`, `return ${words}.length;`],
        checks: [
          [['one two three'], 3],
          [['one'], 1],
        ],
      };
    },
  },
  {
    id: 'longestWord',
    make(v) {
      const [text, longest] = [v.of('text', 'sentence', 'input'), v.of('longest', 'best', 'result')];
      const long = v.of(true, false);
      const name = long ? longest : v.of('shortest', 'result');
      return {
        name: long ? v.of('longestWord', 'findLongest') : v.of('shortestWord', 'findShortest'),
        doc: `Returns the ${long ? 'longest' : 'shortest'} word of a text.`,
        params: [text],
        body: [
          `let ${name} = ${text}.split(' ')[0];`,
          `for (const word of ${text}.split(' ')) {`,
          `  if (word.length ${long ? '>' : '<'} ${name}.length) ${name} = word;`,
          '}',
          `return ${name};`,
        ],
        checks: [[['bb a ccc'], long ? 'ccc' : 'a']],
      };
    },
  },
  {
    id: 'initials',
    make(v) {
      const [text, result] = [v.of('name', 'text', 'fullName'), v.of('result', 'initials', 'output')];
      return {
        name: v.of('initials', 'getInitials', 'firstLetters'),
        doc: 'Returns the first letter of every word.',
        params: [text],
        body: [
          `let ${result} = '';`,
          `for (const word of ${text}.split(' ')) {`,
          `  ${result} += word[0];`,
          '}',
          `return ${result};`,
        ],
        checks: [[['Ada Lovelace'], 'AL']],
      };
    },
  },
  {
    id: 'firstCharacter',
    make(v) {
      const [text, first] = [v.text(), v.of(true, false)];
      return {
        name: first ? v.of('firstLetter', 'firstChar') : v.of('lastLetter', 'lastChar'),
        doc: `Returns the ${first ? 'first' : 'last'} letter of a text.`,
        params: [text],
        body: [first ? `return ${text}[0];` : `return ${text}[${text}.length - 1];`],
        checks: [[['hello'], first ? 'h' : 'o']],
      };
    },
  },
  {
    id: 'onlyDigits',
    make(v) {
      const [text, digits] = [v.text(), v.of(true, false)];
      return {
        name: digits
          ? v.of('isNumeric', 'onlyDigits', 'hasOnlyDigits')
          : v.of('isAlphabetic', 'onlyLetters', 'hasOnlyLetters'),
        doc: `Checks whether a text has only ${digits ? 'digits' : 'letters'}.`,
        params: [text],
        body: [`return /^${digits ? '[0-9]' : '[a-z]'}+$/${digits ? '' : 'i'}.test(${text});`],
        checks: [
          [['123'], digits],
          [['abc'], !digits],
          [['a1'], false],
        ],
      };
    },
  },
];
