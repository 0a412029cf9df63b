// A static file server for the built page, on this machine only. It sends no special header on purpose: what works here
// works from any static host. `--port 4173` (the next free one is taken), `--base /a/b/` serves below that path.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { isMain, root } from './lib/process.mjs';

const types = {
  '.css': 'text/css; charset=utf-8',
  '.gz': 'application/gzip', // without Content-Encoding: the page unpacks these itself
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/** The file that an address asks for, or undefined: outside the folder, hidden, or not there. */
export function fileFor(/** @type {string} */ url, /** @type {string} */ folder, base = '/') {
  let path;
  try {
    path = decodeURIComponent(new URL(`http://localhost${url}`).pathname);
  } catch {
    return undefined; // not an address, or a stray % sign
  }
  if (!path.startsWith(base) || path.includes('\0') || path.includes('/.')) return undefined;
  const name = path.slice(base.length);
  const file = normalize(join(folder, name === '' || name.endsWith('/') ? `${name}index.html` : name));
  if (!file.startsWith(normalize(folder + sep))) return undefined;
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined;
}

/**
 * Serves `folder` below `base` on the loopback address. The port is the first free one from `port` on (0: any).
 * @param {{ folder?: string, port?: number, base?: string }} [options]
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export function serve({ folder = join(root, 'dist'), port = 4173, base = '/' } = {}) {
  const server = createServer((request, response) => {
    const file =
      request.method === 'GET' || request.method === 'HEAD'
        ? fileFor(request.url ?? '/', folder, base)
        : undefined;
    if (!file) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
      return;
    }
    const type = types[/** @type {keyof typeof types} */ (extname(file))] ?? 'application/octet-stream';
    response.writeHead(200, {
      'content-type': type,
      'content-length': statSync(file).size,
      'cache-control': 'no-cache',
    });
    if (request.method === 'HEAD') response.end();
    else
      createReadStream(file)
        .on('error', () => response.destroy())
        .pipe(response);
  });
  return new Promise((resolve, reject) => {
    let attempts = 20;
    server.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code !== 'EADDRINUSE' || --attempts === 0) return reject(error);
      server.listen(++port, '127.0.0.1');
    });
    server.on('listening', () => {
      const address = /** @type {import('node:net').AddressInfo} */ (server.address());
      const close = () => {
        server.close();
        server.closeAllConnections();
      };
      resolve({ url: `http://localhost:${address.port}${base}`, close });
    });
    server.listen(port, '127.0.0.1');
  });
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { port: { type: 'string' }, base: { type: 'string' } } });
  const { url } = await serve({ port: Number(values.port ?? 4173), base: values.base });
  console.log(`Serving dist/ at ${url}`);
}
