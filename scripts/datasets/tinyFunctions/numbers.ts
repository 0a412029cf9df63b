/** Families about numbers. */
import type { Family } from './family.ts';

/** 2 -> "two": constants are written as words in sentences and names. */
const WORDS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];
const upper = (word: string) => word[0]!.toUpperCase() + word.slice(1);

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
  {
    id: 'factorial',
    make(v) {
      const n = v.of('n', 'number', 'value');
      const result = v.of('result', 'product', 'total');
      return {
        name: 'factorial',
        doc: `${v.returns()} the factorial of ${v.of('a number', n)}.`,
        params: [n],
        body: [
          `let ${result} = 1;`,
          `for (let i = 2; i <= ${n}; i++) {`,
          `  ${result} *= i;`,
          '}',
          `return ${result};`,
        ],
        checks: [
          [[0], 1],
          [[5], 120],
        ],
      };
    },
  },
  {
    id: 'sumTo',
    make(v) {
      const [n, sum] = [v.of('n', 'limit', 'last', 'end'), v.of('sum', 'total', 'result')];
      return {
        name: v.of('sumTo', 'sumUpTo', 'sumOfFirst'),
        doc: `${v.returns()} the sum of all numbers from 1 to ${n}.`,
        params: [n],
        body: [
          `let ${sum} = 0;`,
          `for (let i = 1; i <= ${n}; i++) {`,
          `  ${sum} += i;`,
          '}',
          `return ${sum};`,
        ],
        checks: [
          [[4], 10],
          [[1], 1],
        ],
      };
    },
  },
  {
    id: 'fibonacci',
    make(v) {
      const [a, b] = v.of(['a', 'b'], ['previous', 'current']);
      const n = v.of('n', 'index');
      return {
        name: v.of('fibonacci', 'fib'),
        doc: `${v.returns()} the Fibonacci number at ${v.of('a position', n)}.`,
        params: [n],
        body: [
          `let ${a} = 0;`,
          `let ${b} = 1;`,
          `for (let i = 0; i < ${n}; i++) {`,
          `  [${a}, ${b}] = [${b}, ${a} + ${b}];`,
          '}',
          `return ${a};`,
        ],
        checks: [
          [[0], 0],
          [[1], 1],
          [[10], 55],
        ],
      };
    },
  },
  {
    id: 'gcd',
    make(v) {
      const [a, b] = v.of(['a', 'b'], ['x', 'y'], ['m', 'n']);
      return {
        name: v.of('gcd', 'greatestCommonDivisor'),
        doc: `${v.returns()} the greatest common divisor of two numbers.`,
        params: [a!, b!],
        body: [`while (${b} !== 0) {`, `  [${a}, ${b}] = [${b}, ${a} % ${b}];`, '}', `return ${a};`],
        checks: [
          [[12, 18], 6],
          [[7, 5], 1],
        ],
      };
    },
  },
  {
    id: 'digitSum',
    make(v) {
      const [n, sum] = [v.of('n', 'number', 'value'), v.of('sum', 'total')];
      return {
        name: v.of('sumOfDigits', 'digitSum', 'sumDigits'),
        doc: `${v.returns()} the sum of the digits of a number.`,
        params: [n],
        body: [
          `let ${sum} = 0;`,
          `while (${n} > 0) {`,
          `  ${sum} += ${n} % 10;`,
          `  ${n} = Math.floor(${n} / 10);`,
          '}',
          `return ${sum};`,
        ],
        checks: [
          [[123], 6],
          [[0], 0],
        ],
      };
    },
  },
  {
    id: 'countDigits',
    make(v) {
      const n = v.number();
      return {
        name: v.of('countDigits', 'digitCount', 'numberOfDigits'),
        doc: v.of('Counts the digits of a number.', 'Returns how many digits a number has.'),
        params: [n],
        body: [`return String(${n}).length;`],
        checks: [
          [[123], 3],
          [[7], 1],
        ],
      };
    },
  },
  {
    id: 'isPrime',
    make(v) {
      const n = v.of('n', 'number', 'value');
      return {
        name: v.of('isPrime', 'isPrimeNumber'),
        doc: v.of('Checks whether a number is prime.', 'Tells if the number is a prime number.'),
        params: [n],
        body: [
          `if (${n} < 2) return false;`,
          `for (let i = 2; i * i <= ${n}; i++) {`,
          `  if (${n} % i === 0) return false;`,
          '}',
          'return true;',
        ],
        checks: [
          [[2], true],
          [[9], false],
          [[13], true],
          [[1], false],
        ],
      };
    },
  },
  {
    id: 'temperature',
    make(v) {
      const toFahrenheit = v.of(true, false);
      const n = toFahrenheit ? v.of('celsius', 'degrees') : v.of('fahrenheit', 'degrees');
      return {
        name: toFahrenheit
          ? v.of('celsiusToFahrenheit', 'toFahrenheit')
          : v.of('fahrenheitToCelsius', 'toCelsius'),
        doc: `Converts degrees ${toFahrenheit ? 'Celsius to Fahrenheit' : 'Fahrenheit to Celsius'}.`,
        params: [n],
        body: [toFahrenheit ? `return (${n} * 9) / 5 + 32;` : `return ((${n} - 32) * 5) / 9;`],
        checks: toFahrenheit
          ? [
              [[100], 212],
              [[0], 32],
            ]
          : [
              [[212], 100],
              [[32], 0],
            ],
      };
    },
  },
  {
    id: 'convertUnits',
    make(v) {
      const [from, to, k] = v.of(
        ['minutes', 'seconds', 60],
        ['hours', 'minutes', 60],
        ['days', 'hours', 24],
        ['weeks', 'days', 7],
        ['meters', 'centimeters', 100],
        ['kilometers', 'meters', 1000],
        ['kilograms', 'grams', 1000],
        ['years', 'months', 12],
      ) as [string, string, number];
      return {
        name: v.of(`${from}To${upper(to)}`, `convert${upper(from)}To${upper(to)}`),
        doc: `Converts ${from} to ${to}.`,
        params: [from],
        body: [`return ${from} * ${k};`],
        checks: [
          [[2], 2 * k],
          [[0], 0],
        ],
      };
    },
  },
  {
    id: 'percentOf',
    make(v) {
      const [whole, k] = [v.of('price', 'amount', 'total', 'value'), v.of(5, 10, 20, 25, 50)];
      return {
        name: v.of('percentOf', 'takePercent', `percent${k}`),
        doc: `${v.returns()} ${k} percent of ${v.of('a', 'the')} ${whole}.`,
        params: [whole],
        body: [`return (${whole} * ${k}) / 100;`],
        checks: [
          [[200], 2 * k],
          [[0], 0],
        ],
      };
    },
  },
  {
    id: 'rectangle',
    make(v) {
      const area = v.of(true, false);
      const [a, b] = v.of(['width', 'height'], ['length', 'width']);
      return {
        name: area
          ? v.of('rectangleArea', 'areaOfRectangle')
          : v.of('rectanglePerimeter', 'perimeterOfRectangle'),
        doc: `${v.returns()} the ${area ? 'area' : 'perimeter'} of a rectangle.`,
        params: [a!, b!],
        body: [area ? `return ${a} * ${b};` : `return 2 * (${a} + ${b});`],
        checks: [[[3, 4], area ? 12 : 14]],
      };
    },
  },
  {
    id: 'roundTo',
    make(v) {
      const [n, k] = [v.number(), v.of(10, 100, 1000)];
      const digits = Math.log10(k);
      return {
        name: v.of('roundTo', 'roundNumber', 'roundOff'),
        doc: `Rounds a number to ${digits} ${digits === 1 ? 'digit' : 'digits'} after the point.`,
        params: [n],
        body: [`return Math.round(${n} * ${k}) / ${k};`],
        checks: [
          [[1.23456], Math.round(1.23456 * k) / k],
          [[2], 2],
        ],
      };
    },
  },
];
