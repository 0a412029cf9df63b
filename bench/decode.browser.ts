/** How fast does a model write? Tokens per second after a prompt, through plans and eagerly on tfjs's wasm. */
import { generateTokens } from '../src/generate/generate.ts';
import { PlanGenerator } from '../src/generate/planGenerate.ts';
import { Arenas, layoutArenas } from '../src/gpu/arenas.ts';
import { isSoftwareAdapter, openDevice } from '../src/gpu/device.ts';
import { targetFor } from '../src/gpu/target.ts';
import { MODEL_PRESETS, type ModelConfig, type ModelPreset, parameterSpecs } from '../src/model/config.ts';
import { initialValues, parametersFrom } from '../src/model/gpt.ts';
import { startBackend } from '../src/workers/model/backends.ts';

const NEW_TOKENS = 64;
const options = { temperature: 0.8, topK: 40, topP: 0.95, seed: 1, maxNewTokens: NEW_TOKENS };

/** Milliseconds to the first token and between tokens. */
async function time(stream: AsyncGenerator<number>): Promise<{ firstMs: number; perTokenMs: number }> {
  const started = performance.now();
  let firstMs = 0;
  let count = 0;
  for await (const _token of stream) if (count++ === 0) firstMs = performance.now() - started;
  return { firstMs, perTokenMs: (performance.now() - started - firstMs) / (count - 1) };
}

export async function bench(presets = 'nano,micro', contexts = '64,256'): Promise<void> {
  const { device, info } = await openDevice();
  const target = { ...targetFor(info, device.features, isSoftwareAdapter(info)), effort: 'quick' as const };
  await startBackend('wasm');
  console.log('preset  context  engine  first token ms  ms/token  tokens/s');
  for (const preset of presets.split(',') as ModelPreset[])
    for (const context of contexts.split(',').map(Number)) {
      const model: ModelConfig = {
        ...MODEL_PRESETS[preset],
        vocabSize: 2048,
        blockSize: context + NEW_TOKENS,
      };
      const values = initialValues(model, 1);
      const prompt = Array.from({ length: context }, (_, i) => (i * 37) % 2048);
      const layout = layoutArenas([...parameterSpecs(model)].map(([name, { shape }]) => [name, shape]));
      const arenas = new Arenas(device, layout, ['parameters']);
      for (const [name, data] of values) arenas.write('parameters', name, data);
      const generator = await PlanGenerator.create(device, arenas, model, target);
      const params = parametersFrom(model, (name) => values.get(name)!);
      const engines: [string, () => AsyncGenerator<number>][] = [
        ['plan', () => generator.tokens(prompt, options)],
        ['wasm', () => generateTokens(params, model, prompt, options)],
      ];
      for (const [name, start] of engines) {
        await time(start()); // warm
        const { firstMs, perTokenMs } = await time(start());
        console.log(
          preset.padEnd(6),
          String(context).padStart(8),
          ` ${name}  `,
          firstMs.toFixed(0).padStart(15),
          perTokenMs.toFixed(2).padStart(9),
          (1000 / perTokenMs).toFixed(0).padStart(9),
        );
      }
      generator.dispose();
      arenas.dispose();
      for (const p of params.values()) p.dispose();
    }
}
