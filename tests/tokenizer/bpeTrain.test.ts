import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CancelledError, TokenizerError } from '../../src/lib/errors.ts';
import { trainBpe } from '../../src/tokenizer/bpeTrain.ts';
import type { PreTokenizerName } from '../../src/tokenizer/tokenizer.ts';
import { HARD_STRINGS, javascript, sourceFiles } from './corpora.ts';
import { naiveEncode, naiveTrain } from './naiveBpe.ts';

const text = (tokenizer: { tokenBytes(id: number): Uint8Array }, id: number) =>
  new TextDecoder().decode(tokenizer.tokenBytes(id));

/** What a text supports, as the error of a too large vocabulary says it. */
async function supported(documents: string[], preTokenizer: PreTokenizerName): Promise<number> {
  const error: unknown = await trainBpe(documents, { vocabSize: 8192, preTokenizer }).catch(
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(TokenizerError);
  return Number(/at most (\d+) tokens/.exec((error as Error).message)?.[1]);
}

describe('trainBpe()', () => {
  test('learns the merges of the worked example', async () => {
    const tokenizer = await trainBpe(['aaabdaaabac'], { vocabSize: 260, preTokenizer: 'gpt-2' });
    expect(tokenizer.merges).toEqual([
      [97, 97],
      [97, 98],
      [256, 257],
    ]);
    expect([256, 257, 258].map((id) => text(tokenizer, id))).toEqual(['aa', 'ab', 'aaab']);
    expect(tokenizer.endOfText).toBe(259);
    expect(text(tokenizer, 259)).toBe('<|endoftext|>');
    expect(tokenizer.encode('aaabdaaabac')).toEqual([258, 100, 258, 97, 99]);
  });

  const corpora: Record<string, () => string[]> = {
    JavaScript: () => javascript(30_000),
    'type declarations': () => sourceFiles('comlink', 30_000),
    prose: () => sourceFiles('zustand', 20_000).filter((_, i) => i % 2 === 0),
    'difficult strings, each three times': () => Object.values(HARD_STRINGS).flatMap((s) => [s, s, `${s}!`]),
    'runs of equal characters': () => [
      'aaaaaaa aaaaa aaaaaaaaaaa',
      '=======',
      '       x',
      'ababababab abababa',
    ],
  };
  for (const preTokenizer of ['gpt-2', 'qwen2'] as const)
    test.each(Object.keys(corpora))(
      `${preTokenizer}: learns what recounting everything learns from %s`,
      async (name) => {
        const documents = corpora[name]!();
        const expected = naiveTrain(documents, 250, preTokenizer);
        expect(expected.length).toBeGreaterThan(3);
        const { merges } = await trainBpe(documents, { vocabSize: 257 + expected.length, preTokenizer });
        expect(merges).toEqual(expected);
      },
    );

  test('learns what recounting everything learns, to the last pair, from any small text', async () => {
    const smallText = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.array(smallText, { minLength: 1, maxLength: 4 }), async (documents) => {
        const expected = naiveTrain(documents, 200, 'gpt-2');
        expect(await supported(documents, 'gpt-2')).toBe(257 + expected.length);
        const tokenizer = await trainBpe(documents, {
          vocabSize: 257 + expected.length,
          preTokenizer: 'gpt-2',
        });
        expect(tokenizer.merges).toEqual(expected);
        for (const document of documents)
          expect(tokenizer.encode(document)).toEqual(naiveEncode(document, expected, 'gpt-2'));
      }),
      { numRuns: 300 },
    );
  });

  test('gives the same vocabulary again', async () => {
    const documents = javascript(100_000);
    const config = { vocabSize: 700, preTokenizer: 'qwen2' } as const;
    const [first, second] = [await trainBpe(documents, config), await trainBpe(documents, config)];
    expect(second.merges).toEqual(first.merges);
  });

  test('257 tokens are the bytes', async () => {
    const tokenizer = await trainBpe(['anything'], { vocabSize: 257, preTokenizer: 'qwen2' });
    expect(tokenizer).toMatchObject({ kind: 'byte', vocabSize: 257, endOfText: 256, merges: [] });
  });

  test('learns no token that goes from one document into the next', async () => {
    const documents = Array.from({ length: 50 }, () => 'b');
    documents.push('aaaa');
    await expect(trainBpe(documents, { vocabSize: 300, preTokenizer: 'gpt-2' })).rejects.toThrow(
      'at most 258',
    );
  });

  test('survives a text that is one letter a million times, and makes no token above 256 bytes', async () => {
    const documents = ['a'.repeat(1_000_000)];
    const most = await supported(documents, 'gpt-2');
    expect(most).toBe(257 + 8); // 2, 4, 8, ... 256
    const tokenizer = await trainBpe(documents, { vocabSize: most, preTokenizer: 'gpt-2' });
    expect(tokenizer.tokenBytes(most - 2).length).toBe(256);
  });

  test('counts lone surrogates as U+FFFD', async () => {
    const config = { vocabSize: 259, preTokenizer: 'gpt-2' } as const;
    const broken = await trainBpe(['\ud800\ud800'], config);
    expect(broken.merges).toEqual((await trainBpe(['\ufffd\ufffd'], config)).merges);
  });
});

describe('trainBpe() refuses', () => {
  test('a vocabulary larger than the text supports, and says how large it may be', async () => {
    await expect(trainBpe(['abcabc'], { vocabSize: 1024, preTokenizer: 'gpt-2' })).rejects.toThrow(
      'this text supports at most 259 tokens, got 1024: after 2 merges no pair of tokens occurs twice. Choose 259 or fewer',
    );
    await expect(trainBpe([], { vocabSize: 258, preTokenizer: 'gpt-2' })).rejects.toThrow(
      'at most 257 tokens',
    );
  });

  test.each([256, 8193, 300.5, NaN, -1])('a vocabulary of %d tokens', async (vocabSize) => {
    await expect(trainBpe(['abab'], { vocabSize, preTokenizer: 'gpt-2' })).rejects.toThrow(
      /expected a whole number from 257 .* to 8192, got /,
    );
  });
});

describe('trainBpe() while it works', () => {
  const documents = javascript(2_000_000);

  test('tells progress from 0 to all, never backwards, and lets other tasks run', async () => {
    const seen: [number, number][] = [];
    let tasks = 0;
    const timer = setInterval(() => tasks++, 5);
    const onProgress = (done: number, total: number) => seen.push([done, total]);
    await trainBpe(documents, { vocabSize: 4096, preTokenizer: 'qwen2' }, { onProgress });
    clearInterval(timer);
    const total = seen[0]![1];
    expect(seen[0]).toEqual([0, total]);
    expect(seen.at(-1)).toEqual([total, total]);
    seen.forEach(([done], i) => expect(done).toBeGreaterThanOrEqual(seen[i - 1]?.[0] ?? 0));
    expect(seen.length).toBeGreaterThan(3);
    expect(tasks).toBeGreaterThan(1);
  });

  test('hears a message that arrives meanwhile, and stops', async () => {
    const { port1, port2 } = new MessageChannel();
    let isStopped = false;
    port1.addEventListener('message', () => (isStopped = true));
    port1.start();
    const reported: number[] = [];
    const training = trainBpe(
      [...documents, ...documents, ...documents],
      { vocabSize: 8192, preTokenizer: 'qwen2' },
      { onProgress: (done, total) => reported.push(done / total), shouldStop: () => isStopped },
    );
    port2.postMessage('stop');
    await expect(training).rejects.toBeInstanceOf(CancelledError);
    port1.close();
    expect(reported.length).toBeLessThanOrEqual(4); // heard at the first or second pause
    expect(reported.at(-1)).toBeLessThan(1);
  });
});
