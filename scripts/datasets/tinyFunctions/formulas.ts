/** Families about numbers with a formula or a loop: factorials, primes, digits, units. */
import type { Family } from './family.ts';
import { upper } from './words.ts';

export const formulaFamilies: Family[] = [
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
