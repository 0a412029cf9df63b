/** Families about objects: keys, values, counting and grouping. */
import type { Family } from './family.ts';

export const objectFamilies: Family[] = [
  {
    id: 'getProperty',
    make(v) {
      const [object, key] = [
        v.object(),
        v.of('name', 'age', 'title', 'price', 'color', 'size', 'city', 'email'),
      ];
      return {
        name: `get${key[0]!.toUpperCase()}${key.slice(1)}`,
        doc: `Returns the ${key} of ${v.of('an object', 'a record')}.`,
        params: [object],
        body: v.of([`return ${object}.${key};`], [`const { ${key} } = ${object};`, `return ${key};`]),
        checks: [[[{ [key]: 7 }], 7]],
      };
    },
  },
  {
    id: 'hasKey',
    make(v) {
      const [object, key] = [v.object(), v.of('key', 'name', 'property')];
      return {
        name: v.of('hasKey', 'has', 'hasProperty'),
        doc: `Checks whether an object has a ${key}.`,
        params: [object, key],
        body: [`return ${key} in ${object};`],
        checks: [
          [[{ a: 1 }, 'a'], true],
          [[{ a: 1 }, 'b'], false],
        ],
      };
    },
  },
  {
    id: 'countKeys',
    make(v) {
      const object = v.object();
      return {
        name: v.of('countKeys', 'keyCount', 'sizeOf'),
        doc: 'Counts the keys of an object.',
        params: [object],
        body: [`return Object.keys(${object}).length;`],
        checks: [
          [[{ a: 1, b: 2 }], 2],
          [[{}], 0],
        ],
      };
    },
  },
  {
    id: 'sumValues',
    make(v) {
      const [object, sum] = [v.object(), v.of('sum', 'total', 'result')];
      return {
        name: v.of('sumValues', 'totalOfValues', 'addValues'),
        doc: `${v.returns()} the sum of all values of an object.`,
        params: [object],
        body: [
          `let ${sum} = 0;`,
          `for (const value of Object.values(${object})) {`,
          `  ${sum} += value;`,
          '}',
          `return ${sum};`,
        ],
        checks: [[[{ a: 1, b: 2 }], 3]],
      };
    },
  },
  {
    id: 'invert',
    make(v) {
      const [object, result] = [v.object(), v.of('result', 'inverted', 'output')];
      return {
        name: v.of('invert', 'swapKeysAndValues', 'flip'),
        doc: 'Swaps the keys and values of an object.',
        params: [object],
        body: [
          `const ${result} = {};`,
          `for (const [key, value] of Object.entries(${object})) {`,
          `  ${result}[value] = key;`,
          '}',
          `return ${result};`,
        ],
        checks: [[[{ a: 'x', b: 'y' }], { x: 'a', y: 'b' }]],
      };
    },
  },
  {
    id: 'pickKeys',
    make(v) {
      const [object, keys, result] = [v.object(), v.of('keys', 'names'), v.of('result', 'picked', 'output')];
      return {
        name: v.of('pick', 'pickKeys', 'selectKeys'),
        doc: `Returns an object with only the given ${keys}.`,
        params: [object, keys],
        body: [
          `const ${result} = {};`,
          `for (const key of ${keys}) {`,
          `  ${result}[key] = ${object}[key];`,
          '}',
          `return ${result};`,
        ],
        checks: [[[{ a: 1, b: 2 }, ['a']], { a: 1 }]],
      };
    },
  },
  {
    id: 'merge',
    make(v) {
      const [a, b] = v.of(['a', 'b'], ['left', 'right'], ['defaults', 'options'], ['first', 'second']);
      return {
        name: v.of('merge', 'mergeObjects', 'combine'),
        doc: 'Merges two objects into a new one.',
        params: [a!, b!],
        body: v.of([`return { ...${a}, ...${b} };`], [`return Object.assign({}, ${a}, ${b});`]),
        checks: [[[{ x: 1, y: 2 }, { y: 3 }], { x: 1, y: 3 }]],
      };
    },
  },
  {
    id: 'countBy',
    make(v) {
      const [list, counts] = [v.list(), v.of('counts', 'result', 'tally')];
      return {
        name: v.of('countItems', 'frequencies', 'tally'),
        doc: 'Counts how often each item occurs in a list.',
        params: [list],
        body: [
          `const ${counts} = {};`,
          `for (const item of ${list}) {`,
          `  ${counts}[item] = (${counts}[item] ?? 0) + 1;`,
          '}',
          `return ${counts};`,
        ],
        checks: [[[['a', 'b', 'a']], { a: 2, b: 1 }]],
      };
    },
  },
  {
    id: 'groupBy',
    make(v) {
      const [list, key, groups] = [v.list(), v.of('key', 'property', 'field'), v.of('groups', 'result')];
      return {
        name: v.of('groupBy', 'groupItems', 'groupByKey'),
        doc: `Groups the items of a list by a ${key}.`,
        params: [list, key],
        body: [
          `const ${groups} = {};`,
          `for (const item of ${list}) {`,
          `  const name = item[${key}];`,
          `  ${groups}[name] ??= [];`,
          `  ${groups}[name].push(item);`,
          '}',
          `return ${groups};`,
        ],
        checks: [
          [
            [
              [
                { k: 'a', n: 1 },
                { k: 'b', n: 2 },
              ],
              'k',
            ],
            { a: [{ k: 'a', n: 1 }], b: [{ k: 'b', n: 2 }] },
          ],
        ],
      };
    },
  },
  {
    id: 'mapValues',
    make(v) {
      const [object, k, result] = [v.object(), v.int(2, 12), v.of('result', 'output', 'scaled')];
      return {
        name: v.of('scaleValues', 'multiplyValues', 'mapValues'),
        doc: `Multiplies every value of an object by ${k}.`,
        params: [object],
        body: [
          `const ${result} = {};`,
          `for (const [key, value] of Object.entries(${object})) {`,
          `  ${result}[key] = value * ${k};`,
          '}',
          `return ${result};`,
        ],
        checks: [[[{ a: 1, b: 2 }], { a: k, b: 2 * k }]],
      };
    },
  },
  {
    id: 'toPairs',
    make(v) {
      const [object, there] = [v.object(), v.of(true, false)];
      return {
        name: there
          ? v.of('toPairs', 'pairsOf', 'toEntries')
          : v.of('fromPairs', 'pairsToObject', 'toObject'),
        doc: there ? 'Turns an object into a list of pairs.' : 'Turns a list of pairs into an object.',
        params: [there ? object : 'pairs'],
        body: [there ? `return Object.entries(${object});` : 'return Object.fromEntries(pairs);'],
        checks: there ? [[[{ a: 1 }], [['a', 1]]]] : [[[[['a', 1]]], { a: 1 }]],
      };
    },
  },
  {
    id: 'pluck',
    make(v) {
      const [list, key] = [v.list(), v.of('name', 'age', 'price', 'title', 'size')];
      return {
        name: v.of(
          `${key}s`,
          `all${key[0]!.toUpperCase()}${key.slice(1)}s`,
          `list${key[0]!.toUpperCase()}${key.slice(1)}s`,
        ),
        doc: `Returns the ${key} of every item in a list.`,
        params: [list],
        body: [`return ${list}.map((item) => item.${key});`],
        checks: [[[[{ [key]: 1 }, { [key]: 2 }]], [1, 2]]],
      };
    },
  },
];
