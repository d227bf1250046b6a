import type { Terminal } from './terminal.ts';

/**
 * Writes a result as JSON or YAML when the reader asked for that.
 * @returns false when the format is `table`, so that the caller draws it.
 */
export async function printStructured(terminal: Terminal, value: unknown): Promise<boolean> {
  if (terminal.format === 'json') {
    terminal.result(JSON.stringify(value, null, 2));
    return true;
  }
  if (terminal.format === 'yaml') {
    const { stringify } = await import('yaml');
    // Through JSON first: YAML would write anchors for shared objects and class instances by their fields.
    terminal.result(stringify(JSON.parse(JSON.stringify(value)), { lineWidth: 0 }).trimEnd());
    return true;
  }
  return false;
}
