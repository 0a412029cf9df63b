/** A fetched tarball -> its licence and the files that packages.json asks for, decoded. */
import { decodeText } from '../../../src/data/decodeText.ts';
import { isLicenseFile, isPermissive } from '../../../src/data/licenses.ts';
import type { PackageSource } from '../pipeline/harvest.ts';
import type { Pin } from './fetchPackages.ts';
import { noticesIn } from './notices.ts';
import { readTarball } from './readTar.ts';

/** An entry of packages.json. */
export interface PackagePin extends Pin {
  /** Files and folders (with "/") to take. */
  paths: string[];
  /** Of these, what to leave. */
  except?: string[];
  heldout?: boolean;
}

export interface OpenPackage {
  source: PackageSource;
  /** Sorted by path. */
  files: { path: string; text: string }[];
}

/** @throws {Error} when the licence is not permissive or its text is not in the tarball. */
export function openPackage(pin: PackagePin, tarball: Uint8Array): OpenPackage {
  const id = `${pin.name}@${pin.version}`;
  const all = readTarball(tarball).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const manifest = all.find(({ path }) => path === 'package.json');
  const { license } = JSON.parse(Buffer.from(manifest?.bytes ?? []).toString() || '{}') as {
    license?: unknown;
  };
  if (typeof license !== 'string' || !isPermissive(license))
    throw new Error(
      `${id}: its licence is ${JSON.stringify(license)}; only permissive ones can be passed on. Take another package.`,
    );
  const texts = all
    .filter(({ path }) => isLicenseFile(path))
    .map(({ bytes }) => Buffer.from(bytes).toString().trim());
  if (texts.length === 0) throw new Error(`${id}: its tarball has no licence text. Take another package.`);
  const startsWithAny = (path: string, starts: string[] = []) =>
    starts.some((start) => path.startsWith(start));
  const files = all.flatMap(({ path, bytes }) => {
    if (!startsWithAny(path, pin.paths) || startsWithAny(path, pin.except)) return [];
    const decoded = decodeText(bytes);
    return 'text' in decoded ? [{ path, text: decoded.text }] : [];
  });
  if (files.length === 0) throw new Error(`${id}: has no text files in ${pin.paths.join(', ')}.`);
  return {
    source: {
      name: pin.name,
      version: pin.version,
      integrity: pin.integrity,
      license,
      licenseText: [...texts, ...noticesIn(files, texts.join('\n'))].join('\n\n'),
      heldout: pin.heldout ?? false,
    },
    files,
  };
}
