/** Families that make another list of a list: filtered, mapped, cut, in another order. */
import type { Family } from './family.ts';

export const listFamilies: Family[] = [
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
];
