import { renderTable, type TableColumn } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { neutralizeControls } from '../output/text.ts';
import { type SecretUse, showReference } from './secret-uses.ts';

const COLUMNS: readonly TableColumn<SecretUse>[] = [
  { title: 'CONNECTOR', cell: ({ connectorId }) => neutralizeControls(connectorId) },
  { title: 'MEMBER', cell: ({ member }) => member },
  { title: 'FILE', cell: ({ source }) => neutralizeControls(`${source.file}:${source.line}`) },
  { title: 'REFERENCE', cell: (use) => neutralizeControls(showReference(use)) },
  { title: 'WHY', cell: ({ check }) => neutralizeControls(check.message ?? ''), shrinks: true },
];

/** The references that lead to no value, each with its place and the reason. */
export function renderUnresolved(terminal: Terminal, uses: readonly SecretUse[]): string {
  return renderTable(terminal, COLUMNS, uses);
}
