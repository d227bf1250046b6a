import type { DatabaseKind } from '../catalogue/database-catalogue.ts';
import type { StatementPart } from './statement-parts.ts';

const CLAUSES: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'MERGE', 'RETURNING']);

/**
 * Looks for an INTO that is not that of INSERT or MERGE: `select ... into` makes a table, a file or a variable, and
 * `returning ... into` fills a parameter, which data actions do not have.
 */
export function findMisplacedInto(parts: readonly StatementPart[], kind: DatabaseKind): string | null {
  /** The clause that each open parenthesis is in; the innermost last. */
  const clauses: string[] = [''];
  for (const [index, { type, text }] of parts.entries()) {
    if (text === '(') clauses.push('');
    else if (text === ')') clauses.pop();
    if (type !== 'word' || parts[index - 1]?.text === '.') continue;
    const isOutput = text === 'OUTPUT' && kind === 'sqlserver';
    const isReplace = text === 'REPLACE' && kind === 'mysql' && parts[index + 1]?.text !== '(';
    if (CLAUSES.has(text) || isOutput || isReplace) clauses[clauses.length - 1] = text;
    const clause = text === 'INTO' ? clauses.at(-1) : undefined;
    if (clause === 'SELECT') return 'must not SELECT INTO';
    if (clause === 'RETURNING') return 'must not return INTO a parameter; name the columns behind RETURNING only';
  }
  return null;
}
