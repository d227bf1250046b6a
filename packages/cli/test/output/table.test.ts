import { describe, expect, it } from 'vitest';
import { renderTable } from '../../src/output/table.ts';
import { createFakeTerminal } from '../support/fake-terminal.ts';

const COLUMNS = [
  { title: 'ID', cell: (row: readonly [string, number]) => row[0], shrinks: true },
  { title: 'REV', cell: (row: readonly [string, number]) => String(row[1]), alignRight: true },
];

describe('renderTable', () => {
  it('aligns columns and leaves no space at the end of a line', () => {
    const table = renderTable(
      createFakeTerminal(),
      [...COLUMNS, { title: 'NOTE', cell: () => '' }],
      [
        ['a', 1],
        ['long-id', 1234],
      ],
    );
    expect(table).toBe('ID        REV  NOTE\na           1\nlong-id  1234');
  });

  it('cuts the shrinking column to fit the terminal', () => {
    const table = renderTable(createFakeTerminal({ columns: 40 }), COLUMNS, [['x'.repeat(60), 1]]);
    expect(table.split('\n')[1]).toBe(`${'x'.repeat(34)}…    1`);
  });

  it('colours a cell without its padding', () => {
    const paint = (text: string) => `<${text}>`;
    const table = renderTable(
      createFakeTerminal(),
      [
        { title: 'STATUS', cell: () => 'UP', paint },
        { title: 'X', cell: () => 'x' },
      ],
      [1],
    );
    expect(table.split('\n')[1]).toBe('<UP>      x');
  });
});
