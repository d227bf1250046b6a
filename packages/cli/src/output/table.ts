import type { Terminal } from './terminal.ts';
import { truncateText } from './text.ts';

export interface TableColumn<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly alignRight?: boolean;
  /** Colours the finished cell; the width is measured before. */
  readonly paint?: (text: string, row: Row) => string;
  /** The column that gives way when the terminal is narrow. */
  readonly shrinks?: boolean;
}

const GAP = '  ';
const SHRUNK_MINIMUM = 12;

/** A borderless table, no wider than the terminal: the shrinking column is cut with an ellipsis. Linear in its rows. */
export function renderTable<Row>(
  terminal: Terminal,
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
): string {
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  const widths = columns.map(({ title }, index) =>
    cells.reduce((widest, line) => Math.max(widest, (line[index] ?? '').length), title.length),
  );
  const total = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (columns.length - 1);
  const shrinking = columns.findIndex((column) => column.shrinks === true);
  if (total > terminal.columns && shrinking !== -1) {
    const room = (widths[shrinking] ?? 0) - (total - terminal.columns);
    widths[shrinking] = Math.max(SHRUNK_MINIMUM, room);
  }
  const place = (text: string, index: number, paint: (text: string) => string): string => {
    const width = widths[index] ?? 0;
    const cut = truncateText(text, width);
    const padding = ' '.repeat(width - cut.length);
    return columns[index]?.alignRight === true ? `${padding}${paint(cut)}` : `${paint(cut)}${padding}`;
  };
  const head = columns.map(({ title }, index) => place(title, index, terminal.style.dim));
  const body = rows.map((row, rowIndex) =>
    columns.map(({ paint }, index) =>
      place(cells[rowIndex]?.[index] ?? '', index, (text) => paint?.(text, row) ?? text),
    ),
  );
  return [head, ...body].map((line) => line.join(GAP).trimEnd()).join('\n');
}
