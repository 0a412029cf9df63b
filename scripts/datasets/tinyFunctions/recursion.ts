/** Families that call themselves, and binary search. */
import type { Family } from './family.ts';

export const recursionFamilies: Family[] = [
  {
    id: 'factorialRecursive',
    make(v) {
      const [n, name] = [v.of('n', 'number', 'value'), v.of('factorial', 'fact')];
      return {
        name,
        doc: `${v.returns()} the factorial of ${v.of('a number', n)} by recursion.`,
        params: [n],
        body: v.of(
          [`if (${n} <= 1) return 1;`, `return ${n} * ${name}(${n} - 1);`],
          [`return ${n} <= 1 ? 1 : ${n} * ${name}(${n} - 1);`],
        ),
        checks: [
          [[5], 120],
          [[0], 1],
        ],
      };
    },
  },
  {
    id: 'fibonacciRecursive',
    make(v) {
      const [n, name] = [v.of('n', 'index', 'position'), v.of('fibonacci', 'fib')];
      return {
        name,
        doc: `${v.returns()} a Fibonacci number by recursion.`,
        params: [n],
        body: [`if (${n} < 2) return ${n};`, `return ${name}(${n} - 1) + ${name}(${n} - 2);`],
        checks: [
          [[10], 55],
          [[1], 1],
        ],
      };
    },
  },
  {
    id: 'powerRecursive',
    make(v) {
      const [base, exponent] = v.of(['base', 'exponent'], ['x', 'n'], ['a', 'b']);
      const name = v.of('power', 'raise', 'pow');
      return {
        name,
        doc: `Raises a number to a power by recursion.`,
        params: [base!, exponent!],
        body: [`if (${exponent} === 0) return 1;`, `return ${base} * ${name}(${base}, ${exponent} - 1);`],
        checks: [
          [[2, 10], 1024],
          [[3, 0], 1],
        ],
      };
    },
  },
  {
    id: 'sumRecursive',
    make(v) {
      const [list, name] = [v.list(), v.of('sum', 'sumAll', 'addAll')];
      return {
        name,
        doc: `${v.returns()} the sum of a list by recursion.`,
        params: [list],
        body: [`if (${list}.length === 0) return 0;`, `return ${list}[0] + ${name}(${list}.slice(1));`],
        checks: [
          [[[1, 2, 3]], 6],
          [[[]], 0],
        ],
      };
    },
  },
  {
    id: 'gcdRecursive',
    make(v) {
      const [a, b] = v.of(['a', 'b'], ['x', 'y'], ['m', 'n']);
      const name = v.of('gcd', 'commonDivisor');
      return {
        name,
        doc: `${v.returns()} the greatest common divisor by recursion.`,
        params: [a!, b!],
        body: [`return ${b} === 0 ? ${a} : ${name}(${b}, ${a} % ${b});`],
        checks: [[[12, 18], 6]],
      };
    },
  },
  {
    id: 'countdown',
    make(v) {
      const [n, name] = [v.of('n', 'start', 'from'), v.of('countdown', 'countDown')];
      return {
        name,
        doc: `Returns the numbers from ${n} down to 1.`,
        params: [n],
        body: [`if (${n} === 0) return [];`, `return [${n}, ...${name}(${n} - 1)];`],
        checks: [
          [[3], [3, 2, 1]],
          [[0], []],
        ],
      };
    },
  },
  {
    id: 'reverseRecursive',
    make(v) {
      const [text, name] = [v.text(), v.of('reverse', 'reverseText', 'backwards')];
      return {
        name,
        doc: 'Reverses a text by recursion.',
        params: [text],
        body: [`if (${text} === '') return '';`, `return ${name}(${text}.slice(1)) + ${text}[0];`],
        checks: [[['abc'], 'cba']],
      };
    },
  },
  {
    id: 'flattenDeep',
    make(v) {
      const [list, name] = [v.list(), v.of('flattenDeep', 'flattenAll', 'deepFlatten')];
      return {
        name,
        doc: 'Flattens nested lists of any depth.',
        params: [list],
        body: [
          `return ${list}.reduce((result, item) => {`,
          `  return result.concat(Array.isArray(item) ? ${name}(item) : item);`,
          '}, []);',
        ],
        checks: [[[[1, [2, [3]]]], [1, 2, 3]]],
      };
    },
  },
  {
    id: 'binarySearch',
    make(v) {
      const [list, target] = [v.of('items', 'list', 'sorted', 'numbers'), v.of('target', 'wanted', 'value')];
      const [low, high] = v.of(['low', 'high'], ['left', 'right'], ['start', 'end']);
      return {
        name: v.of('binarySearch', 'searchSorted', 'findSorted'),
        doc: 'Finds the position of a value in a sorted list, or -1.',
        params: [list, target],
        body: [
          `let ${low} = 0;`,
          `let ${high} = ${list}.length - 1;`,
          `while (${low} <= ${high}) {`,
          `  const middle = Math.floor((${low} + ${high}) / 2);`,
          `  if (${list}[middle] === ${target}) return middle;`,
          `  if (${list}[middle] < ${target}) ${low} = middle + 1;`,
          `  else ${high} = middle - 1;`,
          '}',
          'return -1;',
        ],
        checks: [
          [[[1, 3, 5, 7], 5], 2],
          [[[1, 3], 2], -1],
        ],
      };
    },
  },
];
