/** Families about lists: loops, filters, maps, and the classics. */
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

export const listFamilies: Family[] = [
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
    id: 'reverse',
    make(v) {
      const [list, result] = [v.list(), v.of('result', 'reversed', 'output')];
      return {
        name: v.of('reverse', 'reverseList', 'reversed', 'backwards'),
        doc: `Returns the ${v.of('items', 'values')} of a list in reverse order.`,
        params: [list],
        body: v.of(
          [
            `const ${result} = [];`,
            `for (let i = ${list}.length - 1; i >= 0; i--) {`,
            `  ${result}.push(${list}[i]);`,
            '}',
            `return ${result};`,
          ],
          [`return [...${list}].reverse();`],
        ),
        checks: [[[[1, 2, 3]], [3, 2, 1]]],
      };
    },
  },
  {
    id: 'filterCompare',
    make(v) {
      const [list, item, k, above] = [v.list(), v.of('item', 'n', 'x'), v.int(0, 20), v.of(true, false)];
      return {
        name: `${v.of('keep', 'filter', 'only')}${above ? v.of('Above', 'GreaterThan') : v.of('Below', 'LessThan')}`,
        doc: `Keeps the numbers that are ${above ? v.of('greater than', 'above') : v.of('less than', 'below')} ${k}.`,
        params: [list],
        body: [`return ${list}.filter((${item}) => ${item} ${above ? '>' : '<'} ${k});`],
        checks: [[[[k - 1, k, k + 1]], above ? [k + 1] : [k - 1]]],
      };
    },
  },
  {
    id: 'filterParity',
    make(v) {
      const [list, item, even] = [v.list(), v.of('item', 'n', 'x'), v.of(true, false)];
      const result = v.of('result', 'kept', 'output');
      return {
        name: even
          ? v.of('keepEven', 'evenNumbers', 'filterEven')
          : v.of('keepOdd', 'oddNumbers', 'filterOdd'),
        doc: `Keeps the ${even ? 'even' : 'odd'} numbers of a list.`,
        params: [list],
        body: v.of(
          [`return ${list}.filter((${item}) => ${item} % 2 ${even ? '===' : '!=='} 0);`],
          [
            `const ${result} = [];`,
            `for (const ${item} of ${list}) {`,
            `  if (${item} % 2 ${even ? '===' : '!=='} 0) ${result}.push(${item});`,
            '}',
            `return ${result};`,
          ],
        ),
        checks: [[[[1, 2, 3, 4]], even ? [2, 4] : [1, 3]]],
      };
    },
  },
  {
    id: 'mapArithmetic',
    make(v) {
      const [list, item, k, add] = [v.list(), v.of('item', 'n', 'x'), v.int(2, 12), v.of(true, false)];
      return {
        name: add ? v.of('addToAll', 'increaseAll', 'shiftAll') : v.of('multiplyAll', 'scaleAll', 'scale'),
        doc: add ? `Adds ${k} to every number in a list.` : `Multiplies every number in a list by ${k}.`,
        params: [list],
        body: [`return ${list}.map((${item}) => ${item} ${add ? '+' : '*'} ${k});`],
        checks: [[[[1, 2]], add ? [1 + k, 2 + k] : [k, 2 * k]]],
      };
    },
  },
  {
    id: 'mapFunction',
    make(v) {
      const [list, item] = [v.list(), v.of('item', 'n', 'x')];
      const [name, what, code, result] = v.of(
        ['squareAll', 'the squares of', `${item} * ${item}`, [1, 4, 9]],
        ['doubleAll', 'the doubles of', `2 * ${item}`, [2, 4, 6]],
        ['negateAll', 'the negatives of', `-${item}`, [-1, -2, -3]],
        ['halveAll', 'the halves of', `${item} / 2`, [0.5, 1, 1.5]],
        ['cubeAll', 'the cubes of', `${item} * ${item} * ${item}`, [1, 8, 27]],
      ) as [string, string, string, number[]];
      return {
        name,
        doc: `${v.returns()} ${what} all numbers in a list.`,
        params: [list],
        body: [`return ${list}.map((${item}) => ${code});`],
        checks: [[[[1, 2, 3]], result]],
      };
    },
  },
  {
    id: 'takeOrDrop',
    make(v) {
      const [list, n, take] = [v.list(), v.of('count', 'n', 'size'), v.of(true, false)];
      return {
        name: take ? v.of('take', 'takeFirst', 'firstItems') : v.of('drop', 'skip', 'dropFirst'),
        doc: take
          ? `Returns the first ${n} items of a list.`
          : `Returns a list without its first ${n} items.`,
        params: [list, n],
        body: [take ? `return ${list}.slice(0, ${n});` : `return ${list}.slice(${n});`],
        checks: [[[[1, 2, 3], 2], take ? [1, 2] : [3]]],
      };
    },
  },
  {
    id: 'unique',
    make(v) {
      const [list, item, result] = [v.list(), v.item(), v.of('result', 'seen', 'output')];
      return {
        name: v.of('unique', 'uniqueItems', 'removeDuplicates', 'distinct'),
        doc: v.of('Removes duplicates from a list.', 'Returns the different items of a list.'),
        params: [list],
        body: v.of(
          [`return [...new Set(${list})];`],
          [
            `const ${result} = [];`,
            `for (const ${item} of ${list}) {`,
            `  if (!${result}.includes(${item})) ${result}.push(${item});`,
            '}',
            `return ${result};`,
          ],
        ),
        checks: [[[[1, 2, 1, 3, 2]], [1, 2, 3]]],
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
    id: 'zip',
    make(v) {
      const [a, b] = v.of(['left', 'right'], ['first', 'second'], ['keys', 'values']);
      return {
        name: v.of('zip', 'pairUp', 'zipLists'),
        doc: 'Pairs the items of two lists.',
        params: [a!, b!],
        body: [`return ${a}.map((item, i) => [item, ${b}[i]]);`],
        checks: [
          [
            [
              [1, 2],
              ['a', 'b'],
            ],
            [
              [1, 'a'],
              [2, 'b'],
            ],
          ],
        ],
      };
    },
  },
  {
    id: 'flatten',
    make(v) {
      const [lists, list] = v.of(['lists', 'list'], ['groups', 'group'], ['rows', 'row']);
      const result = v.of('result', 'flat', 'output');
      return {
        name: v.of('flatten', 'flattenLists', 'joinLists'),
        doc: v.of('Joins a list of lists into one list.', 'Flattens a list of lists.'),
        params: [lists!],
        body: v.of(
          [`return ${lists}.flat();`],
          [
            `const ${result} = [];`,
            `for (const ${list} of ${lists}) {`,
            `  ${result}.push(...${list});`,
            '}',
            `return ${result};`,
          ],
        ),
        checks: [[[[[1], [2, 3]]], [1, 2, 3]]],
      };
    },
  },
  {
    id: 'chunk',
    make(v) {
      const [list, size, chunks] = [v.list(), v.of('size', 'length'), v.of('chunks', 'groups', 'result')];
      return {
        name: v.of('chunk', 'splitIntoChunks', 'inGroups'),
        doc: `Splits a list into groups of a given ${size}.`,
        params: [list, size],
        body: [
          `const ${chunks} = [];`,
          `for (let i = 0; i < ${list}.length; i += ${size}) {`,
          `  ${chunks}.push(${list}.slice(i, i + ${size}));`,
          '}',
          `return ${chunks};`,
        ],
        checks: [
          [
            [[1, 2, 3], 2],
            [[1, 2], [3]],
          ],
        ],
      };
    },
  },
  {
    id: 'range',
    make(v) {
      const [start, end] = v.of(['start', 'end'], ['from', 'to'], ['first', 'last']);
      const result = v.of('result', 'numbers', 'list');
      return {
        name: v.of('range', 'numbersBetween', 'makeRange'),
        doc: `Returns the numbers from ${start} to ${end}.`,
        params: [start!, end!],
        body: [
          `const ${result} = [];`,
          `for (let i = ${start}; i <= ${end}; i++) {`,
          `  ${result}.push(i);`,
          '}',
          `return ${result};`,
        ],
        checks: [
          [
            [2, 5],
            [2, 3, 4, 5],
          ],
          [[3, 2], []],
        ],
      };
    },
  },
  {
    id: 'repeatValue',
    make(v) {
      const [item, n] = [v.item(), v.of('count', 'n', 'times')];
      return {
        name: v.of('repeat', 'fill', 'repeatItem'),
        doc: `Returns a list that holds the ${item} ${n} times.`,
        params: [item, n],
        body: [`return new Array(${n}).fill(${item});`],
        checks: [
          [
            ['a', 3],
            ['a', 'a', 'a'],
          ],
        ],
      };
    },
  },
  {
    id: 'sort',
    make(v) {
      const [list, up] = [v.list(), v.of(true, false)];
      return {
        name: up
          ? v.of('sortAscending', 'sortNumbers', 'sortUp')
          : v.of('sortDescending', 'sortDown', 'sortReverse'),
        doc: `Sorts numbers from ${up ? 'small to large' : 'large to small'}.`,
        params: [list],
        body: [`return [...${list}].sort((a, b) => ${up ? 'a - b' : 'b - a'});`],
        checks: [[[[10, 2, 33]], up ? [2, 10, 33] : [33, 10, 2]]],
      };
    },
  },
  {
    id: 'without',
    make(v) {
      const [list, item] = [v.of('items', 'list', 'array', 'numbers'), v.of('unwanted', 'value', 'target')];
      return {
        name: v.of('without', 'remove', 'removeItem'),
        doc: v.of('Returns a list without a value.', 'Removes a value from a list.'),
        params: [list, item],
        body: [`return ${list}.filter((item) => item !== ${item});`],
        checks: [[[[1, 2, 1], 1], [2]]],
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
    id: 'compact',
    make(v) {
      const list = v.list();
      return {
        name: v.of('compact', 'removeEmpty', 'keepFilled'),
        doc: 'Removes empty values from a list.',
        params: [list],
        body: [`return ${list}.filter(Boolean);`],
        checks: [[[[0, 1, '', 'a', null]], [1, 'a']]],
      };
    },
  },
  {
    id: 'rotate',
    make(v) {
      const [list, left] = [v.list(), v.of(true, false)];
      return {
        name: left ? v.of('rotateLeft', 'moveFirstToEnd') : v.of('rotateRight', 'moveLastToFront'),
        doc: left
          ? 'Moves the first item of a list to the end.'
          : 'Moves the last item of a list to the front.',
        params: [list],
        body: [
          left
            ? `return [...${list}.slice(1), ${list}[0]];`
            : `return [...${list}.slice(-1), ...${list}.slice(0, -1)];`,
        ],
        checks: [[[[1, 2, 3]], left ? [2, 3, 1] : [3, 1, 2]]],
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
    id: 'setOperation',
    make(v) {
      const [a, b] = v.of(['a', 'b'], ['left', 'right'], ['first', 'second']);
      const [name, doc, code, result] = v.of(
        [
          'intersection',
          'Returns the items that are in both lists.',
          `${a}.filter((item) => ${b}.includes(item))`,
          [2],
        ],
        [
          'difference',
          'Returns the items of the first list that are not in the second.',
          `${a}.filter((item) => !${b}.includes(item))`,
          [1],
        ],
        [
          'union',
          'Returns all items of two lists, each once.',
          `[...new Set([...${a}, ...${b}])]`,
          [1, 2, 3],
        ],
        ['concat', 'Joins two lists.', `[...${a}, ...${b}]`, [1, 2, 2, 3]],
      ) as [string, string, string, number[]];
      return {
        name,
        doc,
        params: [a!, b!],
        body: [`return ${code};`],
        checks: [
          [
            [
              [1, 2],
              [2, 3],
            ],
            result,
          ],
        ],
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
  {
    id: 'swap',
    make(v) {
      const [list, result] = [v.list(), v.of('result', 'copy', 'output')];
      return {
        name: v.of('swap', 'swapItems', 'exchange'),
        doc: 'Swaps two items of a list.',
        params: [list, 'i', 'j'],
        body: [
          `const ${result} = [...${list}];`,
          `${result}[i] = ${list}[j];`,
          `${result}[j] = ${list}[i];`,
          `return ${result};`,
        ],
        checks: [
          [
            [[1, 2, 3], 0, 2],
            [3, 2, 1],
          ],
        ],
      };
    },
  },
  {
    id: 'partition',
    make(v) {
      const [list, item, k] = [v.list(), v.of('item', 'n', 'x'), v.int(0, 15)];
      return {
        name: v.of('partition', 'splitList', 'splitAt'),
        doc: `Splits numbers into those up to ${k} and those above.`,
        params: [list],
        body: [
          `const low = ${list}.filter((${item}) => ${item} <= ${k});`,
          `const high = ${list}.filter((${item}) => ${item} > ${k});`,
          'return [low, high];',
        ],
        checks: [[[[k, k + 1, k - 1]], [[k, k - 1], [k + 1]]]],
      };
    },
  },
];
