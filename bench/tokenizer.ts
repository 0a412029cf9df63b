/**
 * Time of learning a BPE vocabulary and of encoding with it, on the source files of an installed package (monaco-editor: code in
 * many files, so words repeat as they do in real corpora).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { trainBpe } from '../src/tokenizer/bpeTrain.ts';
import type { PreTokenizerName } from '../src/tokenizer/tokenizer.ts';

const SOURCE = 'node_modules/monaco-editor/esm/vs';

function readCode(wantedBytes: number): { documents: string[]; bytes: number } {
  const documents: string[] = [];
  let bytes = 0;
  for (const name of readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (!name.endsWith('.js') || bytes >= wantedBytes) continue;
    const content = readFileSync(join(SOURCE, name));
    if (content.length > 200_000) continue; // bundles and tables
    documents.push(content.toString('utf8'));
    bytes += content.length;
  }
  return { documents, bytes };
}

export async function bench(megabytes = '4', size = '2048', name: PreTokenizerName = 'qwen2'): Promise<void> {
  const { documents, bytes } = readCode(Number(megabytes) * 1e6);
  const vocabSize = Number(size);
  let longestMs = 0;
  let lastMs = performance.now();
  const start = lastMs;
  const tokenizer = await trainBpe(
    documents,
    { vocabSize, preTokenizer: name },
    {
      onProgress() {
        longestMs = Math.max(longestMs, performance.now() - lastMs);
        lastMs = performance.now();
      },
    },
  );
  const trainedMs = performance.now() - start;
  const mb = (bytes / 1e6).toFixed(2);
  console.log(
    `learn  ${mb} MB in ${documents.length} documents to ${vocabSize} tokens (${name}): ` +
      `${(trainedMs / 1000).toFixed(2)} s, longest time without giving way ${longestMs.toFixed(0)} ms`,
  );
  for (const pass of ['first', 'again']) {
    const encodeStart = performance.now();
    let tokens = 0;
    for (const document of documents) tokens += tokenizer.encode(document).length;
    const seconds = (performance.now() - encodeStart) / 1000;
    const rate = (bytes / 1e6 / seconds).toFixed(1);
    console.log(`encode ${pass}: ${rate} MB/s, ${(bytes / tokens).toFixed(3)} bytes per token`);
  }
}
