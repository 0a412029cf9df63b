/** Rows of measure.ts as an aligned table, with the speed relative to the engines that everybody knows. */
import { LOSS_TOLERANCE, type Row } from './measure.ts';

/** Engines that the others are compared with, where they ran. */
const YARDSTICKS = ['jax-webgpu', 'tfjs-webgpu'];

const ms = (value: number) => value.toFixed(value < 100 ? 1 : 0);
const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);

/** Heading and text of each column after the name. */
function columns(rows: Row[]): [string, (row: Row) => string][] {
  const yardsticks = rows.filter((row) => YARDSTICKS.includes(row.engine) && row.steps > 0);
  const onGpu = (value: (row: Row) => string) => (row: Row) => (row.gpuBytes > 0 ? value(row) : '-');
  return [
    ['steps', ({ steps }) => String(steps)],
    ['ms/step', ({ medianMs }) => ms(medianMs)],
    ['min', ({ minMs }) => ms(minMs)],
    ['tokens/s', ({ tokensPerSecond }) => tokensPerSecond.toFixed(0)],
    ['first ms', ({ firstMs }) => ms(firstMs)],
    ['JS ms', ({ jsMs }) => ms(jsMs)],
    ['dispatches', onGpu(({ dispatches }) => String(dispatches))],
    ['submits', onGpu(({ submits }) => String(submits))],
    ['buffers', onGpu(({ buffers }) => String(buffers))],
    ['bind groups', onGpu(({ bindGroups }) => String(bindGroups))],
    ['GPU MB', onGpu(({ gpuBytes }) => megabytes(gpuBytes))],
    ['losses', lossVerdict],
    ...yardsticks.map((yardstick): [string, (row: Row) => string] => [
      `x ${yardstick.engine}`,
      ({ medianMs }) => (yardstick.medianMs / medianMs).toFixed(2),
    ]),
  ];
}

function lossVerdict({ lossDifference: difference }: Row): string {
  if (Number.isNaN(difference)) return 'unchecked';
  return `${difference <= LOSS_TOLERANCE ? 'equal' : 'WRONG'} (${difference.toExponential(0)})`;
}

/** The rows of one workload. */
export function table(rows: Row[]): string {
  const shown = columns(rows);
  const lines = [['engine', ...shown.map(([heading]) => heading)]];
  for (const row of rows)
    lines.push([row.engine, ...(row.failure ? [] : shown.map(([, text]) => text(row)))]);
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  return lines
    .map((line, i) => {
      const failure = rows[i - 1]?.failure?.split('\n')[0];
      const cells = line.map((cell, c) => (c === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[c]!)));
      return [...cells, ...(failure ? [failure] : [])].join('  ');
    })
    .join('\n');
}
