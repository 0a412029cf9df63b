/** Families about the shape of lists: pairs, chunks, ranges, lists of lists, sets. */
import type { Family } from './family.ts';

export const listShapeFamilies: Family[] = [
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
