/** Writes tarballs like those of npm, for tests. */
import { gzipSync } from 'node:zlib';

/** One entry: header and content, padded to blocks of 512 bytes. */
export function entry(name: string, content: string, { type = '0', prefix = '' } = {}): Buffer {
  const body = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  header.write(prefix, 345, 155);
  header.write('        ', 148);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}
export const end = Buffer.alloc(1024);
export const tarball = (...parts: Buffer[]) => gzipSync(Buffer.concat([...parts, end]));
