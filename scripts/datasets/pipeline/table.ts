/** The table at the end of a build: what each set has become. */
import { formatBytes } from '../../../src/lib/units.ts';
import { bundledSummary } from '../../../src/data/bundled.ts';
import type { DatasetManifest } from '../../../src/data/types.ts';

export function datasetTable(sets: readonly DatasetManifest[]): string {
  const rows = sets.map((set) => {
    const { documents, textBytes } = bundledSummary(set);
    const files = Object.values(set.splits).flatMap(({ shards }) => shards);
    const largest = set.packages.toSorted((a, b) => b.textBytes - a.textBytes)[0];
    const { validation, heldout } = set.brotliBitsPerByte;
    return [
      set.id,
      String(documents),
      formatBytes(textBytes),
      formatBytes(files.reduce((sum, { fileBytes }) => sum + fileBytes, 0)),
      String(set.packages.length),
      largest ? `${largest.name} ${((100 * largest.textBytes) / textBytes).toFixed(1)} %` : '–',
      `${validation.toFixed(2)}${heldout === undefined ? '' : ` / ${heldout.toFixed(2)}`}`,
      `${(100 * set.validationLinesInTraining).toFixed(1)} %`,
    ];
  });
  const head = [
    'set',
    'documents',
    'text',
    'files',
    'packages',
    'largest share',
    'brotli bits/byte (validation / held out)',
    'validation lines in training',
  ];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
