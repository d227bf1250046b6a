import Table from 'cli-table3';
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

const GAP = 2;
const SHRUNK_MINIMUM = 12;

/** A borderless table, no wider than the terminal: the shrinking column is cut with an ellipsis. */
export function renderTable<Row>(terminal: Terminal, columns: readonly TableColumn<Row>[], rows: readonly Row[]) {
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((line) => (line[index] ?? '').length)),
  );
  const total = widths.reduce((sum, width) => sum + width, 0) + GAP * (columns.length - 1);
  const shrinking = columns.findIndex((column) => column.shrinks === true);
  if (total > terminal.columns && shrinking !== -1) {
    const room = (widths[shrinking] ?? 0) - (total - terminal.columns);
    widths[shrinking] = Math.max(SHRUNK_MINIMUM, room);
  }
  const table = new Table({
    head: columns.map((column) => terminal.style.dim(column.title)),
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    colAligns: columns.map((column) => (column.alignRight === true ? 'right' : 'left')),
  });
  for (const [rowIndex, row] of rows.entries()) {
    table.push(
      columns.map((column, index) => {
        const text = truncateText(cells[rowIndex]?.[index] ?? '', widths[index] ?? 0);
        return column.paint === undefined ? text : column.paint(text, row);
      }),
    );
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const BORDERLESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
