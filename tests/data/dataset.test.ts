import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutText } from '../../src/data/cutText.ts';
import { pageOf, summarize } from '../../src/data/dataset.ts';
import type { Document } from '../../src/data/types.ts';

const documentOf = (text: string, path = 'a.js'): Document => ({ path, license: 'MIT', text });

describe('pageOf()', () => {
  test('gives the asked page and cuts long texts, but no character', () => {
    const documents = [documentOf('first'), documentOf('ab😀cd'), documentOf('third')];
    expect(pageOf(documents, 1, 1, 3)).toEqual([documentOf('ab')]);
    expect(pageOf(documents, 1, 5, 4)).toEqual([documentOf('ab😀'), documentOf('thir')]);
    expect(pageOf(documents, 9, 5, 4)).toEqual([]);
  });
});

test('summarize() counts documents and bytes of every split', () => {
  const splits = {
    train: [documentOf('éé'), documentOf('x')],
    validation: [documentOf('abc')],
    heldout: [],
  };
  expect(
    summarize({ id: 'x', title: 'X', description: '', kind: 'own', warnings: [] }, splits),
  ).toMatchObject({
    documents: 3,
    textBytes: 8,
    trainBytes: 5,
    validationBytes: 3,
    heldoutBytes: 0,
  });
});

describe('cutText()', () => {
  test('gives pieces that join to the text, none tiny, none huge', () => {
    const line = fc.constantFrom('', '', 'let x = 1;', '  return "😀😀😀";\r', 'a'.repeat(90));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 200 }), fc.integer({ min: 20, max: 200 }), (lines, size) => {
        const text = lines.join('\n');
        const pieces = cutText(text, size);
        expect(pieces.join('')).toBe(text);
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(2 * size + 1);
          expect(piece.isWellFormed()).toBe(true);
          expect(piece.length).toBeGreaterThanOrEqual(Math.min(text.length, Math.floor(size / 2) - 1));
        }
      }),
    );
  });

  test('cuts at blank lines where there are some', () => {
    const paragraphs = Array.from({ length: 30 }, (_, i) => `Line one of ${i}.\r\nLine two.\r\n\r\n`);
    for (const piece of cutText(paragraphs.join(''), 100).slice(0, -1)) expect(piece).toMatch(/\r\n\r\n$/);
  });

  test('cuts a text without any line break too', () => {
    expect(cutText('x'.repeat(1000), 100).length).toBeGreaterThan(5);
  });
});
