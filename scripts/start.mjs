// `npm start`: everything from a fresh clone to the page at an address. The second time nothing is left to do but serve.
import { serve } from './serve.mjs';
import { ensureBuild, ensureDatasets, ensureDependencies } from './setup.mjs';

try {
  await ensureDependencies();
  await ensureDatasets();
  await ensureBuild();
  const { url } = await serve();
  console.log(`\n  Glassbox is at ${url}   (Ctrl+C stops it)\n`);
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
