/** Families about text. */
import type { Family } from './family.ts';

export const textFamilies: Family[] = [
  {
    id: 'reverseText',
    make(v) {
      const [text, result] = [v.text(), v.of('result', 'reversed', 'output')];
      return {
        name: v.of('reverseText', 'reverseString', 'backwards'),
        doc: `Returns a ${v.of('text', 'string')} in reverse order.`,
        params: [text],
        body: v.of(
          [`return ${text}.split('').reverse().join('');`],
          [
            `let ${result} = '';`,
            `for (const char of ${text}) {`,
            `  ${result} = char + ${result};`,
            '}',
            `return ${result};`,
          ],
        ),
        checks: [
          [['abc'], 'cba'],
          [[''], ''],
        ],
      };
    },
  },
  {
    id: 'changeCase',
    make(v) {
      const [text, up] = [v.text(), v.of(true, false)];
      return {
        name: up ? v.of('toUpper', 'upperCase', 'shout') : v.of('toLower', 'lowerCase', 'whisper'),
        doc: `Converts a text to ${up ? 'upper' : 'lower'} case.`,
        params: [text],
        body: [`return ${text}.to${up ? 'Upper' : 'Lower'}Case();`],
        checks: [[['aBc'], up ? 'ABC' : 'abc']],
      };
    },
  },
  {
    id: 'capitalize',
    make(v) {
      const text = v.text();
      return {
        name: v.of('capitalize', 'capitalizeFirst', 'upperFirst'),
        doc: v.of('Makes the first letter of a text upper case.', 'Capitalizes a word.'),
        params: [text],
        body: [`return ${text}[0].toUpperCase() + ${text}.slice(1);`],
        checks: [[['hello'], 'Hello']],
      };
    },
  },
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
    id: 'repeatText',
    make(v) {
      const [text, n, result] = [v.text(), v.of('count', 'times', 'n'), v.of('result', 'output')];
      return {
        name: v.of('repeatText', 'repeatString', 'repeatWord'),
        doc: `Repeats a text ${n} times.`,
        params: [text, n],
        body: v.of(
          [`return ${text}.repeat(${n});`],
          [
            `let ${result} = '';`,
            `for (let i = 0; i < ${n}; i++) {`,
            `  ${result} += ${text};`,
            '}',
            `return ${result};`,
          ],
        ),
        checks: [
          [['ab', 3], 'ababab'],
          [['ab', 0], ''],
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
    id: 'truncate',
    make(v) {
      const [text, n] = [v.text(), v.of('length', 'limit', 'max')];
      return {
        name: v.of('truncate', 'shorten', 'cutText'),
        doc: `Cuts a text to a given ${n === 'max' ? 'length' : n}.`,
        params: [text, n],
        body: [`if (${text}.length <= ${n}) return ${text};`, `return ${text}.slice(0, ${n}) + '...';`],
        checks: [
          [['hello', 2], 'he...'],
          [['hi', 5], 'hi'],
        ],
      };
    },
  },
  {
    id: 'pad',
    make(v) {
      const [text, n, start] = [v.text(), v.of('length', 'width', 'size'), v.of(true, false)];
      const char = v.of(' ', '0', '-', '*');
      return {
        name: start ? v.of('padLeft', 'padStart') : v.of('padRight', 'padEnd'),
        doc: `Pads a text at the ${start ? 'start' : 'end'} to a given ${n === 'size' ? 'length' : n}.`,
        params: [text, n],
        body: [`return ${text}.pad${start ? 'Start' : 'End'}(${n}, '${char}');`],
        checks: [[['ab', 4], start ? `${char}${char}ab` : `ab${char}${char}`]],
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
    id: 'replaceCharacter',
    make(v) {
      const text = v.text();
      const [name, what, from, to] = v.of(
        ['removeSpaces', 'Removes all spaces from a text.', ' ', ''],
        ['removeDashes', 'Removes all dashes from a text.', '-', ''],
        ['spacesToDashes', 'Replaces spaces by dashes.', ' ', '-'],
        ['dashesToSpaces', 'Replaces dashes by spaces.', '-', ' '],
        ['removeCommas', 'Removes all commas from a text.', ',', ''],
        ['spacesToUnderscores', 'Replaces spaces by underscores.', ' ', '_'],
      ) as [string, string, string, string];
      return {
        name,
        doc: what,
        params: [text],
        body: v.of(
          [`return ${text}.replaceAll('${from}', '${to}');`],
          [`return ${text}.split('${from}').join('${to}');`],
        ),
        checks: [[[`a${from}b${from}c`], `a${to}b${to}c`]],
      };
    },
  },
  {
    id: 'joinWith',
    make(v) {
      const [words, [char, word]] = [
        v.of('words', 'parts', 'items'),
        v.of([', ', 'commas'], [' ', 'spaces'], ['-', 'dashes'], ['/', 'slashes']),
      ];
      return {
        name: v.of('joinWords', 'joinParts', 'joinAll'),
        doc: `Joins ${words} with ${word}.`,
        params: [words],
        body: [`return ${words}.join('${char}');`],
        checks: [[[['a', 'b']], `a${char}b`]],
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
  {
    id: 'titleCase',
    make(v) {
      const [text, words] = [v.of('text', 'title', 'sentence'), v.of('words', 'parts')];
      return {
        name: v.of('titleCase', 'toTitle', 'capitalizeWords'),
        doc: 'Capitalizes every word of a text.',
        params: [text],
        body: [
          `const ${words} = ${text}.split(' ');`,
          `return ${words}.map((word) => word[0].toUpperCase() + word.slice(1)).join(' ');`,
        ],
        checks: [[['hello big world'], 'Hello Big World']],
      };
    },
  },
  {
    id: 'greet',
    make(v) {
      const [greeting, name] = [
        v.of('Hello', 'Welcome', 'Good morning', 'Goodbye', 'Thanks'),
        v.of('name', 'person', 'user'),
      ];
      return {
        name: v.of('greet', 'sayHello', 'greeting', 'message'),
        doc: `Returns a ${v.of('greeting', 'message')} for a ${name === 'name' ? 'person' : name}.`,
        params: [name],
        body: [`return \`${greeting}, \${${name}}!\`;`],
        checks: [[['Ada'], `${greeting}, Ada!`]],
      };
    },
  },
  {
    id: 'surround',
    make(v) {
      const [text, [open, close, word]] = [
        v.text(),
        v.of(['(', ')', 'Parens'], ['[', ']', 'Brackets'], ['"', '"', 'Quotes'], ['<', '>', 'Angles']),
      ];
      return {
        name: v.of(`in${word}`, `wrapIn${word}`, `add${word}`),
        doc: `Puts a text in ${word === 'Parens' ? 'parentheses' : word!.toLowerCase()}.`,
        params: [text],
        body: [`return '${open}' + ${text} + '${close}';`],
        checks: [[['a'], `${open}a${close}`]],
      };
    },
  },
];
