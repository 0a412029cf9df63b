import { describe, expect, test } from 'vitest';
import { utf8LengthOf } from '../../src/data/dataset.ts';
import { decodeText } from '../../src/data/decodeText.ts';
import {
  OWN_LIMIT_BYTES,
  OWN_MIN_CHARS,
  ownDataset,
  type OwnText,
  readOwnFiles,
} from '../../src/data/own.ts';
import { DataError } from '../../src/lib/errors.ts';
import { createRng } from '../../src/lib/rng.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const file = (name: string, ...parts: (string | Uint8Array<ArrayBuffer>)[]): OwnText => ({
  name,
  content: new Blob(parts),
});
const paragraphs = (count: number) =>
  Array.from({ length: count }, (_, i) => `function f${i}(x) {\n  return x + ${i};\n}\n`).join('\n');

describe('decodeText()', () => {
  test('reads UTF-8 with and without a byte order mark', () => {
    expect(decodeText(utf8('naïve 😀\n'))).toEqual({ text: 'naïve 😀\n' });
    expect(decodeText(utf8('\uFEFFnaïve 😀\n'))).toEqual({ text: 'naïve 😀\n' });
  });

  test('reads UTF-16 of both byte orders by its mark', () => {
    const text = 'zwölf 😀\r\n';
    const units = [...Array(text.length + 1).keys()].map((i) => `\uFEFF${text}`.charCodeAt(i));
    const bytesOf = (swap: boolean) =>
      Uint8Array.from(units.flatMap((u) => (swap ? [u >> 8, u & 255] : [u & 255, u >> 8])));
    expect(decodeText(bytesOf(false))).toEqual({ text });
    expect(decodeText(bytesOf(true))).toEqual({ text });
  });

  test('keeps line ends as they are', () => {
    expect(decodeText(utf8('a\r\nb\nc\r'))).toEqual({ text: 'a\r\nb\nc\r' });
  });

  test('refuses what contains zero bytes', () => {
    expect(decodeText(Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]))).toEqual({
      problem: 'is not text: it contains zero bytes',
    });
  });

  test('refuses random bytes and other encodings', () => {
    const rng = createRng(1);
    const noise = Uint8Array.from({ length: 2000 }, () => 1 + rng.int(255));
    expect(decodeText(noise)).toEqual({ problem: expect.stringContaining('not UTF-8 text') });
  });

  test('refuses control characters in bulk', () => {
    const bytes = Uint8Array.from({ length: 500 }, (_, i) => (i % 4 ? 97 : 1));
    expect(decodeText(bytes)).toEqual({ problem: expect.stringContaining('control characters') });
  });

  test('keeps a text with one odd byte and says so', () => {
    const bytes = Uint8Array.from([...utf8('x'.repeat(200)), 0xe9, ...utf8(' and \uFFFD itself')]);
    expect(decodeText(bytes)).toEqual({
      text: `${'x'.repeat(200)}\uFFFD and \uFFFD itself`,
      warning: expect.stringMatching(/^has 1 byte sequences? that/),
    });
  });

  test('says when nothing is in it', () => {
    expect(decodeText(new Uint8Array())).toEqual({ problem: 'is empty' });
    expect(decodeText(utf8(' \r\n\t'))).toEqual({ problem: 'has nothing but white space' });
  });
});

describe('readOwnFiles()', () => {
  test('leaves out what is no text, empty or a copy, and names each', async () => {
    const { files, warnings } = await readOwnFiles([
      file('a.js', 'let a = 1;\r\n'),
      file('photo.png', Uint8Array.from([137, 80, 78, 71, 0, 0])),
      file('void.txt'),
      file('copy of a.js', 'let a = 1;\r\n'),
      { name: 'pasted', content: 'some words' },
    ]);
    expect(files).toEqual([
      { name: 'a.js', text: 'let a = 1;\r\n' },
      { name: 'pasted', text: 'some words' },
    ]);
    expect(warnings).toEqual([
      'photo.png is not text: it contains zero bytes; it was left out.',
      'void.txt is empty; it was left out.',
      'copy of a.js is an exact copy of a.js; it was left out.',
    ]);
  });

  test('says what was wrong when nothing remains', async () => {
    const refused = readOwnFiles([
      file('a.bin', Uint8Array.from([0, 1, 2])),
      { name: 'pasted', content: ' ' },
    ]);
    await expect(refused).rejects.toBeInstanceOf(DataError);
    await expect(refused).rejects.toThrow(
      /^Nothing in this can be learned from\. a\.bin is not text.* pasted is empty.*Choose text/,
    );
    await expect(readOwnFiles([])).rejects.toThrow('There is no file to read.');
  });

  test('names the limit when it is too much, without reading it', async () => {
    const huge = new Blob(['x']);
    Object.defineProperty(huge, 'size', { value: OWN_LIMIT_BYTES + 1 });
    huge.arrayBuffer = () => Promise.reject(new Error('it was read'));
    await expect(readOwnFiles([{ name: 'huge.txt', content: huge }])).rejects.toThrow(
      /the page can hold 32\.0 MiB at a time\. Nothing was changed\./,
    );
  });

  test('leaves out a file that has gone since it was chosen', async () => {
    const gone = new Blob(['x']);
    gone.arrayBuffer = () => Promise.reject(new DOMException('The file was moved.', 'NotFoundError'));
    const { files, warnings } = await readOwnFiles([
      { name: 'gone.txt', content: gone },
      file('here.txt', 'here'),
    ]);
    expect(files).toHaveLength(1);
    expect(warnings).toEqual(['gone.txt could not be read (The file was moved.); it was left out.']);
  });

  test('makes pasted text with half a character well formed', async () => {
    const { files } = await readOwnFiles([{ name: 'pasted', content: 'a\ud83d b' }]);
    expect(files[0]!.text).toBe('a\uFFFD b');
  });
});

describe('ownDataset()', () => {
  const open = (files: { name: string; text: string }[]) =>
    ownDataset('own-1', '', { files, warnings: ['w'] });

  test('cuts one long text at blank lines and holds back about a twentieth', () => {
    const text = paragraphs(4000);
    const { splits, summary } = open([{ name: 'all.js', text }]);
    expect(splits.validation.length).toBeGreaterThan(0);
    const share = summary.validationBytes / summary.textBytes;
    expect(share).toBeGreaterThan(0.04);
    expect(share).toBeLessThan(0.11);
    const parts = [...splits.train, ...splits.validation].sort(
      (a, b) => Number(/part (\d+)/.exec(a.path)![1]) - Number(/part (\d+)/.exec(b.path)![1]),
    );
    expect(parts.map((part) => part.text).join('')).toBe(text);
    expect(summary).toMatchObject({
      id: 'own-1',
      title: 'all.js',
      kind: 'own',
      textBytes: text.length,
      warnings: ['w'],
    });
  });

  test('gives even the shortest text that it takes two sides', () => {
    for (const text of ['x'.repeat(OWN_MIN_CHARS), paragraphs(40), `${'y'.repeat(OWN_MIN_CHARS)}\n`]) {
      const { splits } = open([{ name: 'short.txt', text }]);
      expect(utf8LengthOf(splits.train)).toBeGreaterThan(0.5 * text.length);
      expect(utf8LengthOf(splits.validation)).toBeGreaterThan(0);
    }
  });

  test('refuses a text that is too short, with both numbers', () => {
    expect(() => open([{ name: 'tiny.txt', text: 'let x = 1;' }])).toThrow(
      `The text has 10 characters; at least ${OWN_MIN_CHARS} are needed`,
    );
  });

  test('keeps many files whole and never puts one on both sides', () => {
    const files = Array.from({ length: 60 }, (_, i) => ({
      name: `f${i}.js`,
      text: `// ${i}\n${paragraphs(30)}`,
    }));
    const { splits } = open(files);
    const paths = [...splits.train, ...splits.validation].map(({ path }) => path);
    expect(new Set(paths)).toEqual(new Set(files.map(({ name }) => name)));
    expect(paths).toHaveLength(60);
    expect(splits.validation.length).toBeGreaterThanOrEqual(2);
    expect(splits.validation.length).toBeLessThanOrEqual(8);
  });

  test('splits the same files the same way, whatever their order', () => {
    const files = Array.from({ length: 30 }, (_, i) => ({
      name: `f${i}.js`,
      text: `// ${i}\n${paragraphs(9)}`,
    }));
    const heldBack = (list: typeof files) => new Set(open(list).splits.validation.map(({ path }) => path));
    expect(heldBack(files.toReversed())).toEqual(heldBack(files));
  });

  test('cuts one giant among many small files', () => {
    const small = Array.from({ length: 40 }, (_, i) => ({
      name: `f${i}.js`,
      text: `// ${i}\n${paragraphs(3)}`,
    }));
    const { splits } = open([...small, { name: 'giant.js', text: paragraphs(3000) }]);
    expect(splits.train.filter(({ path }) => path.startsWith('giant.js (part')).length).toBeGreaterThan(5);
  });
});
