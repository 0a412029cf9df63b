import { describe, expect, test } from 'vitest';
import { WordCache } from '../../src/tokenizer/wordCache.ts';

describe('WordCache', () => {
  test('keeps a word in use while a hundred thousand others pass', () => {
    const cache = new WordCache();
    cache.set('used', [1]);
    cache.set('unused', [2]);
    for (let i = 0; i < 100_000; i++) {
      cache.set(`word${i}`, [i]);
      expect(cache.get('used')).toEqual([1]);
    }
    expect(cache.get('unused')).toBeUndefined();
    expect(cache.get('word99999')).toEqual([99_999]);
  });

  test('does not keep long words', () => {
    const cache = new WordCache();
    cache.set('x'.repeat(65), [1]);
    expect(cache.get('x'.repeat(65))).toBeUndefined();
  });
});
