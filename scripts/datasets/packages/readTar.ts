/**
 * Files of an npm tarball, in memory: nothing is unpacked to disk. Reads what such tarballs consist of, POSIX ustar with pax
 * and GNU long names; links and folders are skipped.
 *
 * Source: POSIX.1-2017, "pax", ustar interchange format.
 */
import { gunzipSync } from 'node:zlib';

export interface TarFile {
  /** Below the one folder that every npm tarball has, with "/". */
  path: string;
  bytes: Uint8Array;
}

const BLOCK = 512;

/** @throws {Error} when it is not gzip, not a tarball, or cut short. */
export function readTarball(tgz: Uint8Array): TarFile[] {
  const tar = gunzipSync(tgz);
  const files: TarFile[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= tar.length;) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break; // the end mark
    checkSum(header, at);
    const size = octal(header, 124, 12);
    const content = tar.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw new Error(`tarball: cut short in a file of ${size} bytes at byte ${at}`);
    const type = String.fromCharCode(header[156]!);
    if (type === 'L') longName = text(content, 0, content.length);
    else if (type === 'x') longName = paxPath(content) ?? longName;
    else {
      if (type === '0' || type === '\0')
        files.push({ path: withoutRoot(longName ?? nameOf(header)), bytes: content });
      longName = undefined;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function checkSum(header: Uint8Array, at: number): void {
  // the sum of all bytes, with the field of the sum itself read as spaces
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (sum !== octal(header, 148, 8)) throw new Error(`tarball: the header at byte ${at} is damaged`);
}

const octal = (bytes: Uint8Array, from: number, length: number) =>
  Number.parseInt(text(bytes, from, length).trim() || '0', 8);

/** Up to the first zero. */
function text(bytes: Uint8Array, from: number, length: number): string {
  const end = bytes.indexOf(0, from);
  return Buffer.from(bytes.subarray(from, Math.min(from + length, end < 0 ? Infinity : end))).toString(
    'utf8',
  );
}

function nameOf(header: Uint8Array): string {
  const [name, prefix] = [text(header, 0, 100), text(header, 345, 155)];
  return prefix ? `${prefix}/${name}` : name;
}

/** "22 path=package/a.js\n": length, key, value; the length counts the whole record in bytes. */
function paxPath(content: Uint8Array): string | undefined {
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const length = Number(text(content, at, space - at));
    if (!(length > 0)) return undefined;
    const record = Buffer.from(content.subarray(space + 1, at + length - 1)).toString('utf8');
    if (record.startsWith('path=')) return record.slice('path='.length);
    at += length;
  }
  return undefined;
}

const withoutRoot = (path: string) => path.replace(/^(\.\/)?[^/]+\//, '');
