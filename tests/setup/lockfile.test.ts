// The lockfile installs the same packages everywhere, from whichever registry a machine uses, and runs none of their code.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const text = readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8');
interface LockedPackage {
  version?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  optionalDependencies?: Record<string, string>;
}
const { '': _self, ...packages } = (JSON.parse(text) as { packages: Record<string, LockedPackage> }).packages;

describe('package-lock.json', () => {
  test('names no address of a registry', () => {
    expect(text.match(/"resolved": "http[^"]*"/g) ?? []).toEqual([]);
  });

  test('pins every package by version and integrity', () => {
    const loose = Object.entries(packages).filter(([, { version, integrity }]) => !version || !integrity);
    expect(loose.map(([path]) => path)).toEqual([]);
    expect(Object.keys(packages).length).toBeGreaterThan(50);
  });

  test('holds the builds for every system, without which npm ci refuses the whole file', () => {
    const optional = Object.values(packages).flatMap((entry) =>
      Object.keys(entry.optionalDependencies ?? {}),
    );
    const missing = optional.filter(
      (name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)),
    );
    expect(missing).toEqual([]);
  });

  test('holds no package that needs its install script', () => {
    // never run (ignore-scripts), and not missed: macOS does without fsevents; webgpu's clears a quarantine mark there
    const notNeeded = ['fsevents', 'node_modules/webgpu'];
    const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(
      scripted.map(([path]) => path).filter((path) => !notNeeded.some((name) => path.endsWith(name))),
    ).toEqual([]);
  });

  test('belongs to exact versions in package.json', () => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
    ) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      expect(`${name}@${packages[`node_modules/${name}`]?.version}`).toBe(`${name}@${version}`);
  });
});
