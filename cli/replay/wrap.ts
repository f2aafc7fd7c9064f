/** Where the output is no terminal, and what every terminal has at least. */
const USUAL_WIDTH = 80;

/** Columns of the terminal. */
export function widthOf({ columns }: { readonly columns?: number }): number {
  return columns && columns > 0 ? columns : USUAL_WIDTH;
}

/**
 * Breaks a text at its blanks into lines of at most `width`; a longer word has a line of its own. The text must be
 * without colours.
 */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const fits = rest.lastIndexOf(' ', width);
    const at = fits > 0 ? fits : rest.indexOf(' ', width);
    if (at === -1) break;
    lines.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return [...lines, rest];
}

/** The lines below the first begin under where it does, `margin` columns from the left; less where a word needs it. */
export function hang(text: string, margin: number, width: number): string {
  const [first = '', ...rest] = wrap(text, Math.max(1, width - margin));
  const indented = rest.map((line) => {
    const room = Math.max(0, width - line.length);
    return ' '.repeat(Math.min(margin, room)) + line;
  });
  return [first, ...indented].join('\n');
}
