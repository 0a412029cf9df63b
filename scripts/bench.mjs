// `npm run bench` compares engines on the same training steps (bench/engines.browser.ts); `npm run bench -- tokenizer 4 2048`
// runs another measurement, `npm run bench -- --list` names them. A file of bench/ exports bench(...args: string[]), which
// prints what it found; `--json FILE` keeps what it returns, and `mistakes` in that make this command fail. NAME.ts runs in
// Node, NAME.browser.ts in a page of the test browser: on the software adapter, or with --gpu on the GPU of this machine.
// `npm run bench -- --node` runs bench/node/main.ts on Dawn, without a browser.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BROWSER_ARGS, ensureBrowser } from './browser.mjs';
import { dawnEnvironment } from './dawn.mjs';
import { root, run } from './lib/process.mjs';
import { ensureDependencies } from './setup.mjs';

async function runInNode(/** @type {string} */ file, /** @type {string[]} */ args) {
  const { runnerImport } = await import('vite'); // Node 20 cannot read TypeScript itself
  const { module } = await runnerImport(join(root, 'bench', file), { configFile: false, logLevel: 'error' });
  return module.bench(...args);
}

async function runInBrowser(
  /** @type {string} */ file,
  /** @type {string[]} */ args,
  /** @type {boolean} */ gpu,
) {
  const { createServer } = await import('vite');
  const { chromium } = await import('playwright');
  const server = await createServer({
    root,
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0, watch: null }, // files edited meanwhile must not reload the page
    // Bundles what the file imports beforehand: a dependency discovered late would reload the page in mid-measurement.
    optimizeDeps: { entries: [`bench/${file}`, 'bench/**/*.worker.ts', 'src/workers/*.worker.ts'] },
  });
  const flags = gpu ? BROWSER_ARGS.filter((flag) => !flag.startsWith('--use-webgpu-adapter')) : BROWSER_ARGS;
  const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: flags });
  try {
    await server.listen();
    const page = await browser.newPage();
    page.on('console', (message) => console.log(message.text()));
    const blank = `${server.resolvedUrls?.local[0]}bench.html`;
    await page.route(blank, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<title>bench</title>' }),
    );
    await page.goto(blank);
    return await page.evaluate(async ({ url, args }) => (await import(url)).bench(...args), {
      url: `/bench/${file}`,
      args,
    });
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Bundles bench/node/main.ts and runs it in a process of its own, whose driver must be known before it starts. */
async function runOnDawn(/** @type {string[]} */ args) {
  const { bundle } = await import('./bundle.mjs');
  const env = await dawnEnvironment();
  if (env) return (await run(process.execPath, [await bundle('bench/node/main.ts'), ...args], { env })).code;
  console.error(
    'bench: Dawn finds no GPU. Install its Vulkan driver, or a Chromium: that brings one of its own.',
  );
  return 1;
}

await ensureDependencies();
if (process.argv[2] === '--node') process.exit(await runOnDawn(process.argv.slice(3)));
const options = /** @type {const} */ ({
  gpu: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  json: { type: 'string' },
  // of the comparison, passed on
  engines: { type: 'string' },
  configs: { type: 'string' },
  steps: { type: 'string' },
});
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const { gpu, list, json, ...passedOn } = values;
const [name = 'engines', ...rest] = positionals;
const args = [...rest, ...Object.entries(passedOn).map(([key, value]) => `--${key}=${value}`)];
const files = readdirSync(join(root, 'bench')).filter((file) => file.endsWith('.ts'));
const file = [`${name}.browser.ts`, `${name}.ts`].find((candidate) => files.includes(candidate));
if (list || !file) {
  if (!file) console.error(`bench: there is no bench/${name}.ts or bench/${name}.browser.ts.`);
  for (const file of files) {
    const question =
      readFileSync(join(root, 'bench', file), 'utf8').match(/^\/[/*]+\s+(?:\*\s*)?(.+)$/m)?.[1] ?? '';
    console.log(`${file.replace(/(\.browser)?\.ts$/, '').padEnd(20)} ${question}`);
  }
  process.exitCode = file ? 0 : 1;
} else {
  const inBrowser = file.endsWith('.browser.ts');
  const result = inBrowser ? await runInBrowser(file, args, gpu) : await runInNode(file, args);
  if (json) writeFileSync(json, `${JSON.stringify(result, null, 1)}\n`);
  for (const mistake of result?.mistakes ?? []) console.error(`bench: ${mistake}`);
  if (result?.mistakes?.length > 0) process.exitCode = 1;
}
