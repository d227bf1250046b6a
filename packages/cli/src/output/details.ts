import type { Style } from './style.ts';
import { neutralizeControls, wrapText } from './text.ts';

/** Name and value, one pair a line, values aligned; long values wrap under themselves. */
export function renderDetails(rows: readonly (readonly [string, string])[], style: Style, columns: number): string {
  const nameWidth = Math.max(0, ...rows.map(([name]) => name.length));
  const indent = ' '.repeat(nameWidth + 2);
  return rows
    .map(([name, value]) => `${style.dim(name.padEnd(nameWidth))}  ${wrapText(value, columns - indent.length, indent)}`)
    .join('\n');
}

/** The text of a value that a server sent; a dash where it sent none. */
export function shown(value: string | number | null | undefined): string {
  return value === null || value === undefined || value === '' ? '-' : neutralizeControls(String(value));
}
