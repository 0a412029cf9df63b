/** Families that make another text of a text: reversed, padded, joined, greeted. */
import type { Family } from './family.ts';

export const textChangeFamilies: Family[] = [
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
