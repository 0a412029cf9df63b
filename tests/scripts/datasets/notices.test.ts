import { describe, expect, test } from 'vitest';
import { noticesIn } from '../../../scripts/datasets/packages/notices.ts';

const LICENSE = 'MIT License\n\nCopyright (c) 2020 Ada Example\n\nPermission is hereby granted ...';
const foreign = '/*!\n * Copyright (c) 1999 Other Person\n *\n * Redistribution is permitted.\n */\nrun();\n';

describe('noticesIn()', () => {
  test('gives notices of other holders once, as plain text', () => {
    const files = ['a.js', 'b.mjs', 'c.d.ts'].map((path) => ({ path, text: foreign }));
    expect(noticesIn(files, LICENSE)).toEqual([
      'Copyright (c) 1999 Other Person\n\nRedistribution is permitted.',
    ]);
  });

  test('reads line comments too', () => {
    const text = '// Copyright 2001 Someone\n// MIT licensed.\nrun();\n';
    expect(noticesIn([{ path: 'a.js', text }], LICENSE)).toEqual(['Copyright 2001 Someone\nMIT licensed.']);
  });

  test.each([
    ['the holder of the licence', 'a.js', '// Copyright (c) 2020 Ada Example\nrun();\n'],
    [
      'a licence without a holder',
      'a.js',
      '// Licensed under MIT; the above copyright notice applies.\nrun();\n',
    ],
    ['a comment below the code', 'a.js', `run();\n${foreign}`],
    ['a file that is no code', 'a.md', foreign],
  ])('passes over %s', (_, path, text) => expect(noticesIn([{ path, text }], LICENSE)).toEqual([]));
});
