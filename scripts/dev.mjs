// `npm run dev`: the page from its sources, reloaded on every change.
import { runTool } from './lib/process.mjs';
import { ensureDatasets, ensureDependencies } from './setup.mjs';

await ensureDependencies();
await ensureDatasets();
process.exitCode = (await runTool('vite', ['--host', '127.0.0.1', ...process.argv.slice(2)])).code;
