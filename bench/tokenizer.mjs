// How fast are vocabularies learned and texts encoded? `node bench/tokenizer.mjs [megabytes] [vocabSize] [preTokenizer]`
// The work is in tokenizer.ts; this file only lets Node read TypeScript.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const { module } = await runnerImport(fileURLToPath(new URL('./tokenizer.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'error',
});
await module.bench(...process.argv.slice(2));
