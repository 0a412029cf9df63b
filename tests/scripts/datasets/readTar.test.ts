import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readTarball } from '../../../scripts/datasets/packages/readTar.ts';
import { end, entry, tarball } from './tarballs.ts';

const read = (...parts: Buffer[]) =>
  readTarball(tarball(...parts)).map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]);

describe('readTarball()', () => {
  test('gives the files below the root folder, however that is named', () => {
    const big = 'x'.repeat(1025);
    expect(
      read(entry('package/a.js', 'let a;'), entry('node/lib/ä.md', big), entry('./package/e', '')),
    ).toEqual([
      ['a.js', 'let a;'],
      ['lib/ä.md', big],
      ['e', ''],
    ]);
  });

  test('reads long names of all three kinds', () => {
    const deep = `${'folder/'.repeat(20)}file.js`;
    const record = (text: string) => {
      const length = Buffer.byteLength(text) + 4; // two digits, a space, a line feed
      return `${length + (length > 99 ? 1 : 0)} ${text}\n`;
    };
    expect(
      read(
        entry('file.js', '1', { prefix: `package/${'folder/'.repeat(20).slice(0, -1)}` }),
        entry('././@LongLink', `package/${deep}\0`, { type: 'L' }),
        entry('package/cut', '2'),
        entry('PaxHeader', record('mtime=12345.6') + record(`path=package/ö/${deep}`), { type: 'x' }),
        entry('package/cut', '3'),
        entry('package/short', '4'),
      ),
    ).toEqual([
      [deep, '1'],
      [deep, '2'],
      [`ö/${deep}`, '3'],
      ['short', '4'],
    ]);
  });

  test('skips folders and links', () => {
    expect(
      read(
        entry('package/', '', { type: '5' }),
        entry('package/l', '', { type: '2' }),
        entry('package/a', '1'),
      ),
    ).toEqual([['a', '1']]);
  });

  test('stops at the end mark; what follows is nothing of ours', () => {
    expect(read(entry('package/a', '1'), end, entry('package/b', '2'))).toEqual([['a', '1']]);
  });

  test('refuses what is damaged, cut short or no gzip', () => {
    const whole = Buffer.concat([entry('package/a', 'x'.repeat(2000)), end]);
    const changed = Buffer.from(whole);
    changed[3]! ^= 1;
    expect(() => readTarball(gzipSync(changed))).toThrow(/header at byte 0 is damaged/);
    expect(() => readTarball(gzipSync(whole.subarray(0, 1500)))).toThrow(/cut short/);
    expect(() => readTarball(gzipSync(whole).subarray(0, 40))).toThrow(/unexpected end/i);
    expect(() => readTarball(Buffer.from('<!doctype html>'))).toThrow(/incorrect header/);
  });
});
