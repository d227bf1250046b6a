/** A block of text (`|`) as it stands in a file, and the line that ends it. */
export interface TextBlock {
  readonly value: string;
  /** Where the line after the block starts. */
  readonly next: number;
  /** Lines that the block takes, the one of its bar not counted. */
  readonly lines: number;
}

/** The bar with what may follow it; `+` and a number for the indentation are for the full parser. */
const HEADER = /^\|(-?) *(?: #.*)?$/;

/**
 * Reads the block that `header`, the rest of a line from its bar on, opens: every line from `start` on that is indented
 * more than `column`. Null for what the full parser had better look at.
 */
export function readTextBlock(text: string, start: number, header: string, column: number): TextBlock | null {
  const mark = HEADER.exec(header);
  if (mark === null) return null;
  const lines: string[] = [];
  let indent = -1;
  let next = start;
  while (next < text.length) {
    const newline = text.indexOf('\n', next);
    // Without an end to its last line, the readers of YAML differ about the end of the text.
    if (newline < 0 || text.charCodeAt(newline - 1) === 13) return null;
    const line = text.slice(next, newline);
    // Not `trimStart`: to YAML a space alone is a space.
    const content = line.replace(/^ +/, '');
    const depth = line.length - content.length;
    if (indent < 0) {
      if (content === '' || depth <= column) return null;
      indent = depth;
    }
    if (content !== '' && depth < indent) {
      if (depth > column) return null;
      break;
    }
    // Spaces beyond the indentation of an empty line are text.
    if (content === '' && depth > indent) return null;
    lines.push(line.slice(indent));
    next = newline + 1;
  }
  if (indent < 0) return null;
  const taken = lines.length;
  while (lines.at(-1) === '') lines.pop();
  return { value: lines.join('\n') + (mark[1] === '-' ? '' : '\n'), next, lines: taken };
}
