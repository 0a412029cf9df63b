// The borders between the folders of src/, as the linter enforces them: every import from every folder into every other
// is written into a small tree of its own and linted there with the repository's configuration.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** a: what a may import at run time. Nothing else. */
const layers: Record<string, string[]> = {
  lib: [],
  tokenizer: ['lib'],
  data: ['tokenizer', 'lib'],
  ops: ['lib', 'tf'],
  gpu: ['ops', 'lib', 'tf'],
  model: ['ops', 'lib', 'tf'],
  train: ['model', 'ops', 'gpu', 'data', 'lib', 'tf'],
  generate: ['model', 'ops', 'gpu', 'tokenizer', 'lib', 'tf'],
  inspect: ['model', 'ops', 'gpu', 'lib', 'tf'],
  tasks: ['tokenizer', 'data', 'lib'],
  eval: ['generate', 'tasks', 'data', 'lib'],
  formats: ['lib'],
  store: ['formats', 'lib'],
  state: ['lib', 'react', 'zustand'],
  ui: ['state', 'lib', 'react', 'zustand'],
};
const packages: Record<string, string> = {
  tf: '@tensorflow/tfjs-core',
  react: 'react',
  zustand: 'zustand',
  comlink: 'comlink',
  node: 'node:fs',
};
const targets = [...Object.keys(layers), ...Object.keys(packages)];

/** Imports that the table does not hold: file, statements, and how many of them are forbidden. */
const cases: [file: string, statements: string, forbidden: number][] = [
  ['src/ui/a1.ts', `import type { A } from '../workers/api.ts'; export type B = A;`, 0],
  ['src/ui/a2.ts', `import { modelPresets } from '../model/config.ts'; export const a = modelPresets;`, 0],
  ['src/ui/panels/a3.ts', `import { a } from '../../train/config.ts'; export const b = a;`, 0],
  ['src/ui/panels/a4.ts', `import { a } from '../../train/trainer.ts'; export const b = a;`, 1],
  ['src/ui/a5.ts', `import type { A } from '../train/trainer.ts'; export type B = A;`, 0],
  ['src/ui/a6.ts', `export const a = () => import('../model/gpt.ts');`, 1],
  ['src/ui/a7.ts', `export * from '../ops/index.ts';`, 1],
  ['src/ui/a8.ts', `import { a } from '../workers/client.ts'; export const b = a;`, 1],
  ['src/state/b1.ts', `import { a } from '../workers/client.ts'; export const b = a;`, 0],
  ['src/state/b2.ts', `import '../workers/model.worker.ts';`, 1],
  ['src/state/b3.ts', `import { a } from '../model/config.ts'; export const b = a;`, 0],
  ['src/state/b4.ts', `import { a } from '../model/gpt.ts'; export const b = a;`, 1],
  ['src/formats/c1.ts', `import type { A } from '../model/config.ts'; export type B = A;`, 0],
  ['src/formats/c4.ts', `import { a } from '../model/config.ts'; export const b = a;`, 0],
  ['src/formats/c5.ts', `import { a } from '../tokenizer/tokenizer.ts'; export const b = a;`, 0],
  ['src/formats/c6.ts', `import { a } from '../tokenizer/bpe.ts'; export const b = a;`, 1],
  ['src/model/config.ts', `import '../lib/units.ts'; import './gpt.ts'; import '@tensorflow/tfjs-core';`, 2],
  ['src/train/config.ts', `import '../lib/units.ts'; import '../model/config.ts';`, 0],
  ['src/train/deep/config.ts', `import '../../model/config.ts'; import '@tensorflow/tfjs-core';`, 0],
  ['src/data/c2.ts', `import type { A } from '../model/config.ts'; export type B = A;`, 1],
  ['src/lib/c3.ts', `import '../workers/client.ts';`, 1],
  ['src/workers/d.worker.ts', `import '../model/gpt.ts'; import './model/deep.ts'; import 'comlink';`, 0],
  ['src/workers/e.worker.ts', `import '../state/runStore.ts';`, 1],
  ['src/workers/model/e1.ts', `import '../../ui/App.tsx';`, 1],
  ['src/workers/model/e2.ts', `import '../../train/trainer.ts'; import '@tensorflow/tfjs-core';`, 0],
  ['src/workers/model/e3.ts', `import 'react';`, 1],
  ['src/workers/client.ts', `import './workerHandle.ts'; import 'comlink'; import '../lib/errors.ts';`, 0],
  ['src/workers/f1.ts', `import '../model/gpt.ts';`, 1],
  ['src/workers/f2.ts', `import './text/tokenizing.ts';`, 1],
  ['src/workers/f3.ts', `import './model.worker.ts';`, 1],
  ['src/workers/api.ts', `import { a } from '../data/types.ts'; export type B = typeof a;`, 1],
  ['tests/ops/g1.test.ts', `import '../../src/ops/index.ts'; import 'node:fs';`, 0],
];

const named = (depth: string, target: string) =>
  packages[target] ?? `${depth === '' ? '..' : '../..'}/${target}/thing.ts`;
const tableFile = (folder: string, depth: string, target: string) =>
  `src/${folder}/${depth}uses-${target}.ts`;

/** What the linter said, by file. */
let reports: Map<string, string[]>;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glassbox-layers-'));
  const write = async (file: string, text: string) => {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), `${text}\n`);
  };
  await copyFile(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  for (const [file, statements] of cases) await write(file, statements);
  for (const from of Object.keys(layers))
    for (const depth of ['', 'deep/'])
      for (const target of targets)
        if (from !== target)
          await write(
            tableFile(from, depth, target),
            `import { a } from '${named(depth, target)}';\nexport const b = a;`,
          );
  const oxlint = [
    join(root, 'node_modules/oxlint/bin/oxlint'),
    '-c',
    '.oxlintrc.json',
    '-f',
    'json',
    'src',
    'tests',
  ];
  const output = await new Promise<string>((resolve) =>
    execFile(process.execPath, oxlint, { cwd: folder, maxBuffer: 2 ** 26 }, (_, stdout) => resolve(stdout)),
  );
  reports = new Map();
  const { diagnostics } = JSON.parse(output) as {
    diagnostics: { code: string; filename: string; message: string; help?: string }[];
  };
  for (const { code, filename, message, help } of diagnostics) {
    if (!code.includes('no-restricted-imports')) continue;
    const file = filename.replaceAll('\\', '/');
    reports.set(file, [...(reports.get(file) ?? []), `${message} ${help ?? ''}`]);
  }
});
afterAll(() => rm(folder, { recursive: true }));

describe('the layers', () => {
  test.each(Object.keys(layers))(
    '%s/ may import what its row of the table names, and nothing else',
    (from) => {
      for (const depth of ['', 'deep/']) {
        const others = targets.filter((target) => target !== from);
        const allowed = others.filter((target) => !reports.has(tableFile(from, depth, target)));
        expect(allowed.toSorted()).toEqual(layers[from]?.toSorted());
      }
    },
  );

  test.each(cases)('%s: of %s, forbidden are %i', (file, _, forbidden) => {
    expect(reports.get(file) ?? []).toHaveLength(forbidden);
  });

  test('a forbidden import is answered with what to do instead', () => {
    expect(reports.get('src/ui/panels/a4.ts')?.join()).toContain('Ask the worker through workers/api.ts');
    expect(reports.get('src/workers/e.worker.ts')?.join()).toContain('send an event of workers/api.ts');
  });
});
