/** Texts that the tokenizer tests share: real source files of installed packages, and strings made to be difficult. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Source files of a package, in order of name, until there are `length` characters. */
export function sourceFiles(folder: string, length: number): string[] {
  const texts: string[] = [];
  let sum = 0;
  for (const name of readdirSync(join('node_modules', folder), {
    recursive: true,
    encoding: 'utf8',
  }).toSorted()) {
    if (!/\.(js|ts|mjs|md)$/.test(name) || sum >= length) continue;
    const text = readFileSync(join('node_modules', folder, name), 'utf8').slice(0, length - sum);
    texts.push(text);
    sum += text.length;
  }
  return texts;
}

export const javascript = (length: number): string[] => sourceFiles('react-dom/cjs', length);

/** No string here holds the name of the special token. */
export const HARD_STRINGS: Record<string, string> = {
  empty: '',
  'one space': ' ',
  'trailing spaces': 'let x = 1;   ',
  'leading spaces': '    return x;',
  'spaces before a newline': 'a   \n   b',
  'carriage returns': 'if (a) {\r\n\treturn 1;\r\n\r\n}\r\n',
  'lone carriage return': 'a\rb\r\rc',
  tabs: '\t\t\tfoo\tbar \t baz',
  digits: 'x1 = 3.14159e-10; y = 0xFF; 1_000_000 १२३ ½ Ⅷ',
  contractions: "I'm you're he'll SHE'LL WE'VE 'TIS don't 'sx 'S 'Ve'D it''s",
  'long s contraction': "'ſ 'ſoft",
  chinese: '你好，世界。这是一个测试',
  japanese: 'こんにちは、世界！カタカナ ﾊﾝｶｸ',
  korean: '안녕하세요 세계',
  arabic: 'مرحبا بالعالم ١٢٣',
  'emoji with joiners': '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇩🇪 ❤️',
  'combining marks': 'e\u0301 n\u0303o a\u0308\u0323',
  'no-break spaces': 'a\u00a0b\u00a0\u00a0c \u202f d\u2003e\u3000f',
  'byte order mark': '\ufeffa \ufeff b',
  'next line': 'a\u0085b \u0085 c',
  'line separators': 'a\u2028b\u2029c\u000bd\u000ce',
  'zero bytes': 'a\0b\0\0',
  'private use': '\ue000\uf8ff\u{10ffff}\u{100000}',
  'template literal': '`${a.b?.c ?? "d"}` // => \\u{1F600} \'q\'',
  operators: 'a>>>=b&&=c||=d??=e**f!==g===h',
  regexp: '/^(?:\\p{L}|[^\\s"\'])+$/giu.test(x)',
  'long run of one letter': 'a'.repeat(300),
  'long run of spaces': ' '.repeat(300) + 'x',
  'newlines in a run': '\n\n\n\n  \n\n\t\n',
  'lone surrogates': 'a\ud800b\udc00\ud83dc \udfff',
  'parts of special names': '<|endoftext| > <|endoftext <endoftext> |> <||>',
  'names of object members': '__proto__ constructor toString hasOwnProperty',
};

export const LOOK_ALIKE = 'a<|endoftext|>b';
