/**
 * Markdown -> the prose in it: headings, paragraphs and lists, without code blocks, tables, pictures, addresses and HTML. Works
 * line by line on the subset that documentation uses; it is no renderer.
 */

/** Code blocks between ``` or ~~~; one that is never closed goes on to the end. */
const FENCED = /^([ \t>]*)(`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?^[ \t>]*\2[`~]*[ \t]*$|[\s\S]*)/gm;

export function proseOfMarkdown(markdown: string): string {
  const text = markdown
    .replace(/^---\n[\s\S]*?\n---\n/, '') // front matter
    .replace(FENCED, '')
    .replace(/^[ \t]*\|.*\|?[ \t]*$/gm, '') // tables
    .replace(/^\s*\[[^\]]+\]:\s*\S+.*$/gm, ''); // addresses that links refer to
  return tidyProse(withoutIndentedCode(withoutMarkup(text)));
}

/** Links, pictures and HTML -> their words. */
export function withoutMarkup(text: string): string {
  return decodeEntities(
    text
      .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
      .replace(/<(pre|script|style|svg|table)\b[\s\S]*?<\/\1>/gi, '')
      .replace(/<\/?code>/gi, '`')
      .replace(/<(?:li|dt|dd)\b[^>]*>\s*/gi, '\n- ')
      .replace(
        /<(?:p|br|div|ul|ol|dl|h\d|note|important)\b[^>]*>|<\/(?:p|div|ul|ol|dl|h\d|note|important)>/gi,
        '\n',
      )
      .replace(/<\/?[a-z][^<>]*>/gi, '')
      .replace(/<https?:[^>\s]*>/g, '')
      .replace(/!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])/g, '') // pictures
      .replace(/\[([^\][]*)\](?:\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\])/g, '$1') // links
      .replace(/\[!(NOTE|TIP|WARNING|IMPORTANT|CAUTION)\]/g, ''),
  );
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' };

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code: string | undefined, name: string) =>
    code ? String.fromCodePoint(Math.min(Number(code), 0x10ffff)) : (ENTITIES[name] ?? whole),
  );
}

/** Blocks that are indented by four spaces after a blank line, outside of lists. */
function withoutIndentedCode(text: string): string {
  let inList = false;
  let inCode = false;
  let blank = true;
  return text
    .split('\n')
    .filter((line) => {
      if (line.trim() === '') return (blank = true);
      const indented = /^(?: {4}|\t)/.test(line);
      if (/^\s*(?:[-*+]|\d+[.)])\s/.test(line)) inList = !indented || inList;
      else if (!/^\s/.test(line)) inList = false;
      inCode = indented && !inList && (inCode || blank);
      blank = false;
      return !inCode;
    })
    .join('\n');
}

/** Code that nothing marks as such: a declaration, a chained call, a statement in brackets, an open or a closing brace. */
const CODE_LINE =
  /^\s*(?:(?:const|let|var) [\w$[{].*=|import .* from ['"]|return\b.*;$|\.\w+\(|\/\/ |[\])}]+[;,]*$|(?![-*+] |\d+[.)] ).*(?:[)\]'"];|[\w)>] \{)$)/;

function isCode(paragraph: string): boolean {
  const lines = paragraph.split('\n');
  return 2 * lines.filter((line) => CODE_LINE.test(line)).length > lines.length;
}

/** One blank line between paragraphs at most, no headings without a text, no paragraph without a word or of code. */
export function tidyProse(text: string): string {
  const paragraphs = text
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/^[ \t]{5,}(?![-*+\d])/gm, '') // continued lines, indented as in the source
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/^\n+/, ''))
    .filter((paragraph) => /\p{L}{2}/u.test(paragraph) && !isCode(paragraph));
  const kept = paragraphs.filter((paragraph, i) => {
    const level = headingLevel(paragraph);
    if (level === 0) return true;
    const next = paragraphs[i + 1];
    // a heading stays before a text or a heading of a lower rank
    return next !== undefined && (headingLevel(next) === 0 || headingLevel(next) > level);
  });
  return kept.join('\n\n').trim();
}

const headingLevel = (paragraph: string) =>
  paragraph.includes('\n') ? 0 : (/^#{1,6}(?=\s)/.exec(paragraph)?.[0].length ?? 0);
