/** Families about one or two numbers: arithmetic and comparisons. */
import type { Family } from './family.ts';
import { upper, WORDS } from './words.ts';

export const numberFamilies: Family[] = [
  {
    id: 'addConstant',
    make(v) {
      const [k, n] = [v.int(1, 12), v.number()];
      return {
        name: `add${upper(WORDS[k]!)}`,
        doc: v.of(`Adds ${k} to a number.`, `Returns the number plus ${k}.`),
        params: [n],
        body: [`return ${n} + ${k};`],
        checks: [
          [[0], k],
          [[10], 10 + k],
          [[-3], k - 3],
        ],
      };
    },
  },
  {
    id: 'subtractConstant',
    make(v) {
      const [k, n] = [v.int(1, 12), v.number()];
      return {
        name: `subtract${upper(WORDS[k]!)}`,
        doc: v.of(`Subtracts ${k} from a number.`, `Returns the number minus ${k}.`),
        params: [n],
        body: [`return ${n} - ${k};`],
        checks: [
          [[0], -k],
          [[20], 20 - k],
        ],
      };
    },
  },
  {
    id: 'multiplyConstant',
    make(v) {
      const [k, n] = [v.int(2, 12), v.number()];
      return {
        name: `multiplyBy${upper(WORDS[k]!)}`,
        doc: v.of(`Multiplies a number by ${k}.`, `Returns ${k} times the number.`),
        params: [n],
        body: [`return ${n} * ${k};`],
        checks: [
          [[1], k],
          [[7], 7 * k],
          [[-2], -2 * k],
        ],
      };
    },
  },
  {
    id: 'power',
    make(v) {
      const [n, square] = [v.number(), v.of(true, false)];
      return {
        name: square ? v.of('square', 'squareOf', 'squared') : v.of('cube', 'cubeOf', 'cubed'),
        doc: `${v.returns()} the ${square ? 'square' : 'cube'} of a number.`,
        params: [n],
        body: [`return ${square ? `${n} * ${n}` : `${n} * ${n} * ${n}`};`],
        checks: square
          ? [
              [[5], 25],
              [[-3], 9],
            ]
          : [
              [[2], 8],
              [[-3], -27],
            ],
      };
    },
  },
  {
    id: 'parity',
    make(v) {
      const [n, even] = [v.number(), v.of(true, false)];
      return {
        name: even ? v.of('isEven', 'evenNumber') : v.of('isOdd', 'oddNumber'),
        doc: v.of(
          `Checks whether a number is ${even ? 'even' : 'odd'}.`,
          `Tells if the number is ${even ? 'even' : 'odd'}.`,
        ),
        params: [n],
        body: [`return ${n} % 2 ${even ? '===' : '!=='} 0;`],
        checks: [
          [[4], even],
          [[7], !even],
          [[0], even],
        ],
      };
    },
  },
  {
    id: 'isDivisible',
    make(v) {
      const [k, n] = [v.int(3, 12), v.number()];
      return {
        name: `isDivisibleBy${upper(WORDS[k]!)}`,
        doc: v.of(`Checks whether a number is divisible by ${k}.`, `Tells if ${k} divides the number.`),
        params: [n],
        body: [`return ${n} % ${k} === 0;`],
        checks: [
          [[3 * k], true],
          [[3 * k + 1], false],
        ],
      };
    },
  },
  {
    id: 'signTest',
    make(v) {
      const [n, positive] = [v.number(), v.of(true, false)];
      const word = positive ? 'Positive' : 'Negative';
      return {
        name: `is${word}`,
        doc: `Checks whether a number is ${word.toLowerCase()}.`,
        params: [n],
        body: [`return ${n} ${positive ? '>' : '<'} 0;`],
        checks: [
          [[3], positive],
          [[-3], !positive],
          [[0], false],
        ],
      };
    },
  },
  {
    id: 'largerOfTwo',
    make(v) {
      const [larger, [a, b]] = [
        v.of(true, false),
        v.of(['a', 'b'], ['x', 'y'], ['first', 'second'], ['left', 'right']),
      ];
      return {
        name: larger ? v.of('larger', 'maxOfTwo', 'greater') : v.of('smaller', 'minOfTwo', 'lesser'),
        doc: `${v.returns()} the ${larger ? 'larger' : 'smaller'} of two numbers.`,
        params: [a!, b!],
        body: [`return ${a} ${larger ? '>' : '<'} ${b} ? ${a} : ${b};`],
        checks: [
          [[2, 9], larger ? 9 : 2],
          [[9, 2], larger ? 9 : 2],
          [[4, 4], 4],
        ],
      };
    },
  },
  {
    id: 'largestOfThree',
    make(v) {
      const [f, word] = v.of(['max', 'largest'], ['min', 'smallest']);
      return {
        name: `${word}OfThree`,
        doc: `${v.returns()} the ${word} of three numbers.`,
        params: ['a', 'b', 'c'],
        body: [`return Math.${f}(a, Math.${f}(b, c));`],
        checks: [
          [[1, 5, 3], f === 'max' ? 5 : 1],
          [[7, 2, 2], f === 'max' ? 7 : 2],
        ],
      };
    },
  },
  {
    id: 'clamp',
    make(v) {
      const n = v.number();
      const [low, high] = v.of(['low', 'high'], ['min', 'max'], ['lower', 'upper']);
      return {
        name: v.of('clamp', 'limit', 'clampNumber'),
        doc: v.of('Keeps a number between two limits.', 'Limits a number to a range.'),
        params: [n, low!, high!],
        body: [`if (${n} < ${low}) return ${low};`, `if (${n} > ${high}) return ${high};`, `return ${n};`],
        checks: [
          [[5, 1, 9], 5],
          [[0, 1, 9], 1],
          [[12, 1, 9], 9],
        ],
      };
    },
  },
  {
    id: 'absolute',
    make(v) {
      const n = v.number();
      return {
        name: v.of('absolute', 'absoluteValue', 'magnitude'),
        doc: `${v.returns()} the absolute value of a number.`,
        params: [n],
        body: v.of([`return ${n} < 0 ? -${n} : ${n};`], [`return Math.abs(${n});`]),
        checks: [
          [[-4], 4],
          [[4], 4],
        ],
      };
    },
  },
  {
    id: 'averageOfTwo',
    make(v) {
      const [a, b] = v.of(['a', 'b'], ['x', 'y'], ['first', 'second']);
      return {
        name: v.of('averageOfTwo', 'midpoint', 'mean'),
        doc: `${v.returns()} the average of two numbers.`,
        params: [a!, b!],
        body: [`return (${a} + ${b}) / 2;`],
        checks: [
          [[2, 4], 3],
          [[-1, 1], 0],
        ],
      };
    },
  },
  {
    id: 'distanceOnLine',
    make(v) {
      const [a, b] = v.of(['a', 'b'], ['x', 'y'], ['start', 'end'], ['from', 'to']);
      return {
        name: v.of('difference', 'distance', 'gap'),
        doc: `${v.returns()} the distance between two numbers.`,
        params: [a!, b!],
        body: [`return Math.abs(${a} - ${b});`],
        checks: [
          [[2, 9], 7],
          [[9, 2], 7],
        ],
      };
    },
  },
  {
    id: 'inRange',
    make(v) {
      const [n, low] = [v.number(), v.int(0, 10)];
      const high = low + v.int(5, 20);
      return {
        name: v.of('isInRange', 'inRange', 'isWithin'),
        doc: `Checks whether a number is from ${low} to ${high}.`,
        params: [n],
        body: [`return ${n} >= ${low} && ${n} <= ${high};`],
        checks: [
          [[low], true],
          [[high], true],
          [[high + 1], false],
          [[low - 1], false],
        ],
      };
    },
  },
];
