import type { Statement } from '../driver.ts';

const STATELESS_COMMANDS: ReadonlySet<string> = new Set([
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
  'SHOW',
  'EXPLAIN',
]);
const READING_COMMANDS: ReadonlySet<string> = new Set(['SELECT', 'SHOW', 'EXPLAIN']);
/** Of these the server runs as much as is asked for; what changes data runs to its end whatever is asked for. */
const READS_ROW_BY_ROW = /^\s*(?:select|values|table|show|explain)\b/i;

/** How many rows the server is asked for: one more than are kept shows whether there are more; 0 stands for all. */
export function toRowLimit({ access, text, maxRows }: Statement): number {
  return access === 'read' || READS_ROW_BY_ROW.test(text) ? maxRows + 1 : 0;
}

/** Whether a command, by its tag, leaves no state in the session; after any other the session is not shared. */
export function leavesSessionAlone(command: string): boolean {
  return STATELESS_COMMANDS.has(command);
}

/** Whether the count in a command's tag is of rows that were read, not changed. */
export function isReading(command: string): boolean {
  return READING_COMMANDS.has(command);
}
