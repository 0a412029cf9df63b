import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { encodeJsonl, readShard } from '../../src/data/shards.ts';
import type { Document, ShardInfo } from '../../src/data/types.ts';
import { DataError } from '../../src/lib/errors.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

function infoOf(documents: Document[]): ShardInfo {
  const lines = encodeJsonl(documents);
  return {
    file: 'train-000.jsonl.gz',
    documents: documents.length,
    textBytes: documents.reduce((sum, { text }) => sum + bytesOf(text).length, 0),
    fileBytes: gzipSync(lines).length,
    sha256: createHash('sha256').update(lines).digest('hex'),
  };
}

const some: Document[] = [
  {
    path: 'a.js',
    package: 'a@1.0.0',
    license: 'MIT',
    text: 'let a = 1;\n\n// ä \u{1F600} \u2028 "quoted"\r\n',
  },
  { path: 'b.md', license: 'unknown', text: '' },
];

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('readShard()', () => {
  test('gives back what encodeJsonl was given, whatever is in it', async () => {
    const documents = fc.array(
      fc.record({
        path: fc.string({ unit: 'grapheme' }),
        license: fc.string(),
        text: fc.string({ unit: 'binary' }), // any code point, line ends and zeros among them
      }),
    );
    await fc.assert(
      fc.asyncProperty(documents, async (list) => {
        expect(await readShard(gzipSync(encodeJsonl(list)), infoOf(list))).toEqual(list);
      }),
      { numRuns: 50 },
    );
  });

  test('reads a file that the server has decompressed', async () => {
    expect(await readShard(bytesOf(encodeJsonl(some)), infoOf(some))).toEqual(some);
  });

  test('reads the empty shard', async () => {
    expect(await readShard(gzipSync(''), infoOf([]))).toEqual([]);
  });

  const packed = gzipSync(encodeJsonl(some));
  test.each([
    ['cut short', packed.subarray(0, packed.length - 9), /cannot be decompressed/],
    ['the gzip mark and nothing else', Uint8Array.of(0x1f, 0x8b), /cannot be decompressed/],
    ['another shard', gzipSync(encodeJsonl(some.slice(1))), /checksum differs/],
    ['a web page', bytesOf('<!doctype html>'), /checksum differs/],
    ['empty', new Uint8Array(), /checksum differs/],
  ])('refuses what is %s', async (_, bytes, reason) => {
    const refused = readShard(bytes, infoOf(some));
    await expect(refused).rejects.toBeInstanceOf(DataError);
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.toThrow(/train-000.jsonl.gz is damaged.*Reload the page/);
  });

  test('refuses one with a changed byte, wherever it is', async () => {
    const lines = bytesOf(encodeJsonl(some));
    for (let i = 0; i < lines.length; i += 7) {
      const changed = lines.slice();
      changed[i]! ^= 1;
      await expect(readShard(changed, infoOf(some))).rejects.toThrow(/checksum differs/);
    }
  });

  test('counts documents where a page without https has no checksums', async () => {
    vi.stubGlobal('crypto', {});
    expect(await readShard(packed, infoOf(some))).toEqual(some);
    await expect(readShard(packed, { ...infoOf(some), documents: 3 })).rejects.toThrow(
      /holds 2 documents, the manifest says 3/,
    );
  });
});
