/** Families that ask something about a list: its sum, its largest item, whether all are positive. */
import type { Family, Vary } from './family.ts';

/** A loop that folds a list into one result. */
const fold = (v: Vary, list: string, item: string, result: string, start: string, step: string): string[] =>
  v.of(
    [`let ${result} = ${start};`, `for (const ${item} of ${list}) {`, `  ${step};`, '}', `return ${result};`],
    [
      `let ${result} = ${start};`,
      `for (let i = 0; i < ${list}.length; i++) {`,
      `  const ${item} = ${list}[i];`,
      `  ${step};`,
      '}',
      `return ${result};`,
    ],
  );

export const listQuestionFamilies: Family[] = [
  {
    id: 'sum',
    make(v) {
      const [list, item, sum] = [v.list(), v.item(), v.of('sum', 'total', 'result')];
      return {
        name: v.of('sum', 'sumOf', 'addAll', 'total'),
        doc: `${v.returns()} the sum of all numbers in a list.`,
        params: [list],
        body: fold(v, list, item, sum, '0', `${sum} += ${item}`),
        checks: [
          [[[1, 2, 3]], 6],
          [[[]], 0],
        ],
      };
    },
  },
  {
    id: 'product',
    make(v) {
      const [list, item, product] = [v.list(), v.item(), v.of('product', 'result')];
      return {
        name: v.of('product', 'productOf', 'multiplyAll'),
        doc: `${v.returns()} the product of all numbers in a list.`,
        params: [list],
        body: fold(v, list, item, product, '1', `${product} *= ${item}`),
        checks: [
          [[[2, 3, 4]], 24],
          [[[]], 1],
        ],
      };
    },
  },
  {
    id: 'extreme',
    make(v) {
      const [list, item, largest] = [v.list(), v.item(), v.of(true, false)];
      const best = largest ? v.of('largest', 'max', 'best') : v.of('smallest', 'min', 'best');
      return {
        name: largest ? v.of('largest', 'maxOf', 'findMax') : v.of('smallest', 'minOf', 'findMin'),
        doc: `${v.returns()} the ${largest ? 'largest' : 'smallest'} number in a list.`,
        params: [list],
        body: [
          `let ${best} = ${list}[0];`,
          `for (const ${item} of ${list}) {`,
          `  if (${item} ${largest ? '>' : '<'} ${best}) ${best} = ${item};`,
          '}',
          `return ${best};`,
        ],
        checks: [
          [[[3, 9, 2]], largest ? 9 : 2],
          [[[5]], 5],
        ],
      };
    },
  },
  {
    id: 'average',
    make(v) {
      const [list, item, sum] = [v.list(), v.item(), v.of('sum', 'total')];
      return {
        name: v.of('average', 'averageOf', 'mean'),
        doc: `${v.returns()} the average of the numbers in a list.`,
        params: [list],
        body: [
          `let ${sum} = 0;`,
          `for (const ${item} of ${list}) {`,
          `  ${sum} += ${item};`,
          '}',
          `return ${sum} / ${list}.length;`,
        ],
        checks: [[[[1, 2, 3]], 2]],
      };
    },
  },
  {
    id: 'end',
    make(v) {
      const [list, first] = [v.list(), v.of(true, false)];
      const word = first ? 'first' : 'last';
      return {
        name: v.of(word, `${word}Item`, `get${first ? 'First' : 'Last'}`, `${word}Of`),
        doc: `Returns the ${word} item of a list.`,
        params: [list],
        body: [first ? `return ${list}[0];` : `return ${list}[${list}.length - 1];`],
        checks: [[[[4, 5, 6]], first ? 4 : 6]],
      };
    },
  },
  {
    id: 'contains',
    make(v) {
      const [list, item] = [v.list(), v.of('target', 'wanted', 'value')];
      const loop = [
        `for (const item of ${list}) {`,
        `  if (item === ${item}) return true;`,
        '}',
        'return false;',
      ];
      return {
        name: v.of('contains', 'includes', 'hasItem'),
        doc: v.of('Checks whether a list contains a value.', 'Tells if the value is in the list.'),
        params: [list, item],
        body:
          list === item
            ? [`return ${list}.includes(${item});`]
            : v.of(loop, [`return ${list}.includes(${item});`]),
        checks: [
          [[[1, 2], 2], true],
          [[[1, 2], 3], false],
        ],
      };
    },
  },
  {
    id: 'indexOf',
    make(v) {
      const [list, item] = [v.of('items', 'list', 'array', 'numbers'), v.of('target', 'wanted', 'value')];
      return {
        name: v.of('indexOf', 'findIndex', 'positionOf'),
        doc: 'Returns the position of a value in a list, or -1.',
        params: [list, item],
        body: [
          `for (let i = 0; i < ${list}.length; i++) {`,
          `  if (${list}[i] === ${item}) return i;`,
          '}',
          'return -1;',
        ],
        checks: [
          [[[7, 8], 8], 1],
          [[[7], 9], -1],
        ],
      };
    },
  },
  {
    id: 'countMatching',
    make(v) {
      const [list, item, count] = [
        v.of('items', 'list', 'numbers'),
        v.of('item', 'value', 'x'),
        v.of('count', 'result'),
      ];
      const [name, what, test, result] = v.of(
        ['countPositive', 'positive numbers', `${item} > 0`, 2],
        ['countNegative', 'negative numbers', `${item} < 0`, 1],
        ['countZeros', 'zeros', `${item} === 0`, 1],
        ['countEven', 'even numbers', `${item} % 2 === 0`, 2],
      ) as [string, string, string, number];
      return {
        name,
        doc: `Counts the ${what} in a list.`,
        params: [list],
        body: fold(v, list, item, count, '0', `if (${test}) ${count}++`),
        checks: [[[[3, -1, 0, 4]], result]],
      };
    },
  },
  {
    id: 'everyOrSome',
    make(v) {
      const [list, item, every] = [v.list(), v.of('item', 'n', 'x'), v.of(true, false)];
      const [word, test] = v.of(['Positive', `${item} > 0`], ['Even', `${item} % 2 === 0`]);
      return {
        name: `${every ? 'all' : 'any'}${word}`,
        doc: `Checks whether ${every ? 'all numbers are' : 'any number is'} ${word!.toLowerCase()}.`,
        params: [list],
        body: v.of(
          [`return ${list}.${every ? 'every' : 'some'}((${item}) => ${test});`],
          every
            ? [`for (const ${item} of ${list}) {`, `  if (!(${test})) return false;`, '}', 'return true;']
            : [`for (const ${item} of ${list}) {`, `  if (${test}) return true;`, '}', 'return false;'],
        ),
        checks: [
          [[[2, 4]], true],
          [[[-1, -3]], false],
          [[[-1, 2]], !every],
        ],
      };
    },
  },
  {
    id: 'runningSum',
    make(v) {
      const [list, item, sum, result] = [
        v.list(),
        v.item(),
        v.of('sum', 'total'),
        v.of('result', 'sums', 'output'),
      ];
      return {
        name: v.of('runningSum', 'cumulativeSum', 'runningTotal'),
        doc: `${v.returns()} the running sum of a list.`,
        params: [list],
        body: [
          `const ${result} = [];`,
          `let ${sum} = 0;`,
          `for (const ${item} of ${list}) {`,
          `  ${sum} += ${item};`,
          `  ${result}.push(${sum});`,
          '}',
          `return ${result};`,
        ],
        checks: [[[[1, 2, 3]], [1, 3, 6]]],
      };
    },
  },
  {
    id: 'isEmpty',
    make(v) {
      const [list, empty] = [v.list(), v.of(true, false)];
      return {
        name: empty ? v.of('isEmpty', 'isEmptyList') : v.of('isNotEmpty', 'hasItems'),
        doc: `Checks whether a list ${empty ? 'is empty' : 'has items'}.`,
        params: [list],
        body: [`return ${list}.length ${empty ? '===' : '>'} 0;`],
        checks: [
          [[[]], empty],
          [[[1]], !empty],
        ],
      };
    },
  },
  {
    id: 'isSorted',
    make(v) {
      const list = v.list();
      return {
        name: v.of('isSorted', 'isAscending', 'inOrder'),
        doc: v.of('Checks whether a list is sorted.', 'Tells if the numbers of a list are in order.'),
        params: [list],
        body: [
          `for (let i = 1; i < ${list}.length; i++) {`,
          `  if (${list}[i - 1] > ${list}[i]) return false;`,
          '}',
          'return true;',
        ],
        checks: [
          [[[1, 2, 2]], true],
          [[[2, 1]], false],
        ],
      };
    },
  },
  {
    id: 'dotProduct',
    make(v) {
      const [a, b] = v.of(['a', 'b'], ['left', 'right'], ['x', 'y']);
      const sum = v.of('sum', 'total', 'result');
      return {
        name: v.of('dotProduct', 'dot', 'scalarProduct'),
        doc: `${v.returns()} the dot product of two lists.`,
        params: [a!, b!],
        body: [
          `let ${sum} = 0;`,
          `for (let i = 0; i < ${a}.length; i++) {`,
          `  ${sum} += ${a}[i] * ${b}[i];`,
          '}',
          `return ${sum};`,
        ],
        checks: [
          [
            [
              [1, 2],
              [3, 4],
            ],
            11,
          ],
        ],
      };
    },
  },
];
