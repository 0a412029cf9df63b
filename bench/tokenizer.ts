/**
 * Time of learning a BPE vocabulary and of encoding with it, on the javascript corpus: `npm run bench -- tokenizer [MB]
 * [vocabulary] [pre-tokenizer]`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ensureDatasets } from '../scripts/setup.mjs';
import type { Document } from '../src/data/types.ts';
import { trainBpe } from '../src/tokenizer/bpeTrain.ts';
import type { PreTokenizerName } from '../src/tokenizer/tokenizer.ts';

const FOLDER = 'public/datasets/javascript';

function readCode(wantedBytes: number): { documents: string[]; bytes: number } {
  const documents: string[] = [];
  let bytes = 0;
  for (const name of readdirSync(FOLDER)
    .filter((file) => file.startsWith('train'))
    .toSorted())
    for (const line of gunzipSync(readFileSync(`${FOLDER}/${name}`))
      .toString()
      .split('\n')
      .filter(Boolean)) {
      if (bytes >= wantedBytes) return { documents, bytes };
      const { text } = JSON.parse(line) as Document;
      documents.push(text);
      bytes += Buffer.byteLength(text);
    }
  return { documents, bytes };
}

export async function bench(megabytes = '4', size = '2048', name: PreTokenizerName = 'qwen2'): Promise<void> {
  await ensureDatasets();
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
