import type { ExecutionAnswer, Outcome } from '@dipswitch/contract';
import { answerEnvelopeSchema, FAILURE_OUTCOMES } from '@dipswitch/contract';
import { renderDetails } from './details.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { countOf, neutralizeControls } from './text.ts';

/** What to do about an outcome that is a failure. */
const NEXT_STEPS: Readonly<Partial<Record<Outcome, string>>> = {
  TIMEOUT: '`dip action stats ID` shows how long it takes otherwise, `dip action test ID` the plan of its statement.',
  UNAVAILABLE: '`dip health` tells why the database cannot be reached.',
  BUSY: 'As much is under way as its limits allow; `dip action stats ID` shows how long executions queue.',
  ERROR: '`dip action test ID` tells the class of the failure and the code of the database.',
};

export function isFailure({ outcome }: ExecutionAnswer): boolean {
  return FAILURE_OUTCOMES.has(outcome);
}

export function nextStepOf({ outcome }: ExecutionAnswer, actionId: string): string | null {
  return NEXT_STEPS[outcome]?.replace('ID', actionId).replace('ID', actionId) ?? null;
}

/** The outcome in one line: where the values come from, how many rows, and what was left out. */
export function renderOutcome(answer: ExecutionAnswer, style: Style): string {
  const { outcome, source, ageSeconds, rowCount, truncated } = answer;
  const paint = isFailure(answer) ? style.bad : outcome === 'NO_RECORDS' ? style.caution : style.good;
  const age = source === 'cache' || source === 'stale' ? `, ${ageSeconds} s old` : '';
  const cut = truncated ? style.caution(', truncated') : '';
  return `${paint(outcome)}  ${style.dim(`${source}${age}, ${countOf(rowCount, 'row')}`)}${cut}`;
}

/** The declared fields: of one row as a list, of several as a table. Empty where there are none. */
export function renderFields(terminal: Terminal, answer: ExecutionAnswer): string {
  const { rows } = answer;
  if (Array.isArray(rows)) return renderRows(terminal, rows);
  const fields = Object.entries(answer).filter(([name]) => !Object.hasOwn(answerEnvelopeSchema.shape, name));
  const pairs = fields.map(([name, value]) => [neutralizeControls(name), showValue(value)] as const);
  return pairs.length === 0 ? '' : renderDetails(pairs, terminal.style, terminal.columns);
}

function renderRows(terminal: Terminal, rows: readonly unknown[]): string {
  const records = rows.map((row) => new Map(typeof row === 'object' && row !== null ? Object.entries(row) : []));
  const names = [...new Set(records.flatMap((row) => [...row.keys()]))];
  if (names.length === 0) return '';
  const columns = names.map((name, index) => ({
    title: neutralizeControls(name),
    cell: (row: ReadonlyMap<string, unknown>) => showValue(row.get(name)),
    shrinks: index === names.length - 1,
  }));
  return renderTable(terminal, columns, records);
}

/** A dash is null: nothing was found, or nothing is stored. */
function showValue(value: unknown): string {
  if (value === null || value === undefined) return '-';
  return neutralizeControls(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('\n', ' ');
}
