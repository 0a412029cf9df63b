// The file server behind `npm start` and the end-to-end tests, asked over real connections.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { serve } from '../../scripts/serve.mjs';

let parent: string;
let folder: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'glassbox-serve-'));
  folder = join(parent, 'dist');
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(parent, 'secret.txt'), 'not for you');
  await writeFile(join(parent, 'dist-secret.txt'), 'nor this');
  await writeFile(join(folder, 'index.html'), '<title>page</title>');
  await writeFile(join(folder, '.hidden'), 'nor this');
  await writeFile(join(folder, 'assets/a b.js'), 'export {}');
  for (const name of ['x.wasm', 'x.gz', 'x.json', 'x.unknown']) await writeFile(join(folder, name), name);
});
afterAll(() => rm(parent, { recursive: true }));

async function open(base = '/') {
  const server = await serve({ folder, port: 0, base });
  onTestFinished(server.close);
  return server.url;
}

/** Asks for a path exactly as written; fetch() would tidy it first. */
function get(url: string, path: string): Promise<{ status: number; type: string | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: new URL(url).port, path }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], text }),
      );
    })
      .on('error', reject)
      .end();
  });
}

describe('serve()', () => {
  test('answers with the page and its files, each with its type', async () => {
    const url = await open();
    expect(await get(url, '/')).toEqual({
      status: 200,
      type: 'text/html; charset=utf-8',
      text: '<title>page</title>',
    });
    expect((await get(url, '/assets/a%20b.js?v=1')).type).toBe('text/javascript; charset=utf-8');
    expect((await get(url, '/x.wasm')).type).toBe('application/wasm');
    expect((await get(url, '/x.json')).type).toBe('application/json');
    expect((await get(url, '/x.unknown')).type).toBe('application/octet-stream');
  });

  test('sends packed files as they are, and no header that a static host would not', async () => {
    const response = await fetch(`${await open()}x.gz`);
    expect(response.headers.get('content-type')).toBe('application/gzip');
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(response.headers.get('cross-origin-opener-policy')).toBeNull();
    expect(await response.text()).toBe('x.gz');
  });

  test('serves below a path, and nothing beside it', async () => {
    const url = await open('/a/b/');
    expect(url).toMatch(/\/a\/b\/$/);
    expect((await get(url, '/a/b/')).text).toBe('<title>page</title>');
    expect((await get(url, '/a/b/x.json')).status).toBe(200);
    expect((await get(url, '/x.json')).status).toBe(404);
    expect((await get(url, '/')).status).toBe(404);
  });

  test.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '//secret.txt',
    '/../dist-secret.txt',
    '/.hidden',
    '/%00',
    '/%',
    '/assets',
    '/missing.js',
  ])('does not answer %s with a file', async (path) => {
    expect(await get(await open(), path)).toMatchObject({ status: 404, text: 'Not found\n' });
  });

  test('takes the next port when one is taken, and frees it when closed', async () => {
    const first = await open();
    const port = Number(new URL(first).port);
    const second = await serve({ folder, port });
    expect(Number(new URL(second.url).port)).toBeGreaterThan(port);
    expect((await fetch(second.url)).status).toBe(200);
    second.close();
    await expect(fetch(second.url)).rejects.toThrow('fetch failed');
  });
});
