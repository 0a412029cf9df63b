import { describe, expect, test } from 'vitest';
import { isLicenseFile, isPermissive, licenseNamedIn } from '../../src/data/licenses.ts';

describe('isPermissive()', () => {
  test.each([
    'MIT',
    'ISC',
    'Apache-2.0',
    'BSD-3-Clause OR GPL-2.0',
    '(GPL-2.0 OR MIT)',
    'MIT AND ISC',
    '((MIT))',
  ])('takes %s', (expression) => expect(isPermissive(expression)).toBe(true));

  test.each([
    'GPL-3.0',
    'AGPL-3.0',
    'MIT AND GPL-2.0',
    'GPL-2.0 OR LGPL-3.0 AND MIT', // AND binds tighter
    'MIT AND (GPL-2.0 OR MPL-2.0)',
    'GPL-2.0 WITH Classpath-exception-2.0',
    'SEE LICENSE IN license.txt',
    'UNLICENSED',
    'mit',
    'MIT OR',
    '(MIT',
    'MIT)',
    'MIT ISC',
    '',
  ])('refuses "%s"', (expression) => expect(isPermissive(expression)).toBe(false));
});

describe('licenseNamedIn()', () => {
  test.each([
    ['/* SPDX-License-Identifier: BSD-2-Clause */', 'BSD-2-Clause'],
    ['// Released under the MIT license', 'MIT'],
    ['Permission is hereby granted, free of charge, to any person', 'MIT'],
    ['Licensed under the Apache License, Version 2.0', 'Apache-2.0'],
    ['Dual licensed under the MIT and GPL licenses.', 'GPL-3.0'], // the stricter one
    ['GNU Lesser General Public License', 'LGPL-3.0'],
    ['Copyright 2020 Somebody', undefined],
    ['// limits, permits, emits', undefined],
  ])('%s -> %s', (comment, name) => expect(licenseNamedIn(comment)).toBe(name));
});

describe('isLicenseFile()', () => {
  test('knows the usual names and nothing in folders', () => {
    const names = ['LICENSE', 'LICENCE.md', 'license.txt', 'COPYING', 'NOTICE', 'LICENSE-MIT', 'LICENSE.BSD'];
    expect(names.filter((name) => !isLicenseFile(name))).toEqual([]);
    const others = ['license.js', 'lib/LICENSE', 'licenses.json', 'README.md', 'LICENSING'];
    expect(others.filter(isLicenseFile)).toEqual([]);
  });
});
