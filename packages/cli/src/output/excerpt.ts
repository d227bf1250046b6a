import { maskLine } from './mask-line.ts';
import type { Style } from './style.ts';
import { neutralizeControls } from './text.ts';

export interface ExcerptPosition {
  /** One-based. */
  readonly line: number;
  /** One-based. */
  readonly column: number;
}

const TAB = /\t/g;
const WIDEST = 160;
/** Nobody wrote a longer line by hand, and to look for credentials in one of megabytes takes minutes. */
const LONGEST_LINE = 10_000;
/** How much of a long line stays visible before the place that the caret marks. */
const LEAD = 40;

/**
 * The line a finding points at with a caret under the place, values that may be credentials masked. Only that one
 * line: its neighbours may hold a secret that nothing was wrong with. `lines` are those of the whole file.
 */
export function renderExcerpt(lines: readonly string[], position: ExcerptPosition, style: Style): string | null {
  const raw = lines[position.line - 1];
  if (raw === undefined || raw.length > LONGEST_LINE || raw.trim() === '') return null;
  const masked = maskLine(raw.replace(TAB, ' '));
  let text = neutralizeControls(masked.text.trimEnd());
  let caret = Math.min(masked.columnOf(position.column - 1), text.length);
  if (text.length > WIDEST && caret > LEAD) {
    const cut = caret - LEAD;
    text = `…${text.slice(cut + 1)}`;
    caret -= cut;
  }
  text = text.slice(0, WIDEST);
  const marked = Math.max(1, tokenLength(text.slice(caret)));
  const gutter = String(position.line);
  const bar = style.dim('|');
  return [
    `${style.dim(gutter)} ${bar} ${text}`,
    `${' '.repeat(gutter.length)} ${bar} ${' '.repeat(caret)}${style.bad('^'.repeat(marked))}`,
  ].join('\n');
}

function tokenLength(rest: string): number {
  return /^("[^"]*"|'[^']*'|[^,:}\]]+)/.exec(rest)?.[0].trimEnd().length ?? 1;
}
