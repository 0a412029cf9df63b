/**
 * Cuts a long text into pieces that can serve as documents: at the end of a run of blank lines where there is one, else at
 * the end of a line, else anywhere but inside a character. The pieces joined are the text.
 */
export function cutText(text: string, pieceChars: number): string[] {
  const pieces: string[] = [];
  let from = 0;
  while (text.length - from > 1.5 * pieceChars) {
    // what remains is at least half a piece
    const latest = Math.min(text.length - Math.ceil(pieceChars / 2), from + 2 * pieceChars);
    const to = cutPoint(text, from + pieceChars, latest);
    pieces.push(text.slice(from, to));
    from = to;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return pieces;
}

/** The best place to cut in [from, to). */
function cutPoint(text: string, from: number, to: number): number {
  const part = text.slice(from, to);
  const blank = /\n(?:[ \t]*\r?\n)+/.exec(part);
  if (blank) return from + blank.index + blank[0].length;
  const lineEnd = part.indexOf('\n');
  if (lineEnd >= 0) return from + lineEnd + 1;
  return (text.charCodeAt(from) & 0xfc00) === 0xdc00 ? from + 1 : from;
}
