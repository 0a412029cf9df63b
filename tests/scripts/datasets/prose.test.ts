import { describe, expect, test } from 'vitest';
import { changelog, notEnglish, proseOfFile } from '../../../scripts/datasets/docs/documents.ts';
import { proseOfMarkdown } from '../../../scripts/datasets/docs/markdown.ts';
import { proseOfComment, proseOfTypings } from '../../../scripts/datasets/docs/typings.ts';

describe('proseOfMarkdown()', () => {
  test.each([
    ['code blocks', 'Before.\n\n```js\nlet a = 1;\n```\n\nAfter.', 'Before.\n\nAfter.'],
    ['code blocks in lists and quotes', '- One\n\n  ~~~\n  x\n  ~~~\n- Two', '- One\n\n- Two'],
    ['a block in a longer fence', 'One.\n\n````md\n```js\nx\n```\n````\n\nTwo.', 'One.\n\nTwo.'],
    ['a block that is never closed', 'Before.\n\n```js\nlet a = 1;', 'Before.'],
    [
      'indented code',
      'Like this:\n\n    run(this);\n\n    and(that);\n\nDone now.',
      'Like this:\n\nDone now.',
    ],
    [
      'code that nothing marks',
      "Use it so.\n\nconst text = make()\n  .setLabel('Hi')\n  .setText('x');\n\nrun(text);\n\nDone (by now);\nor not.",
      'Use it so.\n\nDone (by now);\nor not.',
    ],
    ['tables', 'Before.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nAfter.', 'Before.\n\nAfter.'],
    [
      'links',
      'See [the guide](https://a.b/c_(d)) and [this][ref].\n\n[ref]: https://x.y',
      'See the guide and this.',
    ],
    ['pictures', '[![badge](a.svg)](https://x.y) Words here.', 'Words here.'],
    [
      'HTML',
      '<p align="center">Some <b>bold</b> words &amp; <code>code</code></p>',
      'Some bold words & `code`',
    ],
    ['comments', 'Before <!-- hidden\nlines --> after.', 'Before  after.'],
    ['front matter', '---\ntitle: x\n---\n\nText here.', 'Text here.'],
    [
      'headings with nothing below',
      '# Title\n\nText.\n\n## Usage\n\n```\nx\n```\n\n## More',
      '# Title\n\nText.',
    ],
  ])('handles %s', (_, markdown, prose) => expect(proseOfMarkdown(markdown)).toBe(prose));

  test('keeps what is indented inside a list', () => {
    const list = '- One\n\n    More of one.\n\n- Two';
    expect(proseOfMarkdown(list)).toBe(list);
  });

  test('keeps a comparison and an odd entity as they are', () => {
    expect(proseOfMarkdown('If a < b and c > d, &foo; stays.')).toBe('If a < b and c > d, &foo; stays.');
  });

  test('ends quickly on text made to confuse it', () => {
    const startMs = performance.now();
    for (const part of ['```\n', '[', '![', '<a', '&#1', '(((', '| ', '    x\n\n', '<pre>'])
      proseOfMarkdown(part.repeat(5000));
    expect(performance.now() - startMs).toBeLessThan(5000);
  });
});

describe('proseOfComment()', () => {
  test('writes tags as words and drops examples, types and bare names', () => {
    const comment = `
     * Opens a file, see {@link close} and {@link read | reading}.
     *
     * @param {string} path - The path of the file.
     * @param [mode='r'] How it is opened.
     * @param flags
     * @returns {Promise<File>} The open file.
     * @throws RangeError
     * @deprecated since 2.0, use \`openFile\`.
     * @since 1.0
     * @example
     * open('a');
     *
     * and this;
     * @remarks Works on all systems.
     `;
    expect(proseOfComment(comment)).toBe(
      [
        'Opens a file, see close and reading.',
        '`path`: The path of the file.',
        '`mode`: How it is opened.',
        'Returns: The open file.',
        'Deprecated: since 2.0, use `openFile`.',
        'Works on all systems.',
      ].join('\n\n'),
    );
  });

  test('an address with an at sign is no tag', () => {
    expect(proseOfComment('* Write to a@b.c or use the `@types` folder.')).toBe(
      'Write to a@b.c or use the `@types` folder.',
    );
  });
});

describe('proseOfTypings()', () => {
  test('takes the doc comments of a file in order, and only those with a sentence', () => {
    const source = `/**
 * Copyright of somebody. Permission is hereby granted to everybody to do as they like.
 */

/** The first one is about all that follows. */
interface A {
  /** Short. */
  a: string; // no
  /** The second one says what it does. */
  b(): void;
}
/**/ /***/ `;
    expect(proseOfTypings(source)).toEqual([
      'The first one is about all that follows.',
      'The second one says what it does.',
    ]);
  });
});

describe('proseOfFile()', () => {
  const sentence = (i: number) =>
    `This is the sentence number ${'abcdefghij'[i % 10]!.repeat(1 + i / 10)} of them all.`;

  test('cuts the comments of large typings into pieces', () => {
    const source = Array.from({ length: 300 }, (_, i) => `/** ${sentence(i)} */`).join('\n');
    const pieces = proseOfFile('a.d.ts', source, new Set());
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.map(({ path }) => path).slice(0, 2)).toEqual(['a.d.ts#1', 'a.d.ts#2']);
    expect(
      pieces
        .map(({ text }) => text.trim())
        .join('\n\n')
        .split('\n\n'),
    ).toHaveLength(300);
  });

  test('takes each paragraph once, of all files', () => {
    const known = new Set<string>();
    proseOfFile('a.d.ts', `/** ${sentence(1)} */`, known);
    const [again] = proseOfFile('b.md', `# Title\n\n${sentence(1)}\n\n${sentence(2)}`, known);
    expect(again).toEqual({ path: 'b.md', text: `# Title\n\n${sentence(2)}\n` });
  });
});

describe('rules about prose', () => {
  test('changelogs are told by name', () => {
    for (const path of ['CHANGELOG.md', 'docs/HISTORY.md', 'Release-Notes.md'])
      expect(changelog(path, '')).toBeDefined();
    for (const path of ['docs/exchange.md', 'README.md', 'history/guide.md'])
      expect(changelog(path, '')).toBeUndefined();
  });

  test('English sentences are told from lists and other languages', () => {
    expect(notEnglish('', 'The function returns the value that was set by the caller.')).toBeUndefined();
    expect(notEnglish('', 'Die Funktion gibt den Wert zurück, der zuvor gesetzt wurde.')).toBe(
      'not English sentences',
    );
    expect(notEnglish('', 'alpha beta gamma delta epsilon zeta eta theta')).toBe('not English sentences');
    expect(notEnglish('', 'この関数は値を返します')).toBe('not English sentences');
  });
});
