import type { DatabaseKind } from '../catalogue/database-catalogue.ts';
import type { StatementInput } from './compiled-statement.ts';
import type { StatementPart } from './statement-parts.ts';

/** Behind these stands a name, and a name can't be bound. */
const NAME_WANTED: ReadonlySet<string> = new Set(['JOIN', 'INTO', 'UPDATE', 'TABLE', 'CALL', 'EXEC', 'EXECUTE', 'AS']);
/** Behind these stands a literal for PostgreSQL and Oracle. */
const LITERAL_WANTED: ReadonlySet<string> = new Set(['DATE', 'TIME', 'TIMESTAMP', 'INTERVAL']);
const OPERANDS: ReadonlySet<string> = new Set(['word', 'quoted', 'string', 'number', 'parameter', 'placeholder']);
const CLOSING: ReadonlySet<string> = new Set([')', ']']);

/**
 * Says why a parameter can't stand where it does. Null when it can, as far as the tokens tell.
 * @param isInBrackets whether it stands in square brackets
 */
export function findMisplacement(
  parts: readonly StatementPart[],
  index: number,
  field: StatementInput,
  kind: DatabaseKind,
  isInBrackets: boolean,
): string | null {
  const part = parts[index];
  const previous = parts[index - 1];
  if (part === undefined || previous === undefined) return null;
  const isBehindOperand = OPERANDS.has(previous.type) || CLOSING.has(previous.text);
  if (isBehindOperand && previous.end === part.start) return 'needs white space or a sign before it';
  if (previous.type === 'string')
    return 'stands behind a text; for a colon that is a separator, write a space behind it';
  if (previous.text === '.' || (previous.type === 'word' && NAME_WANTED.has(previous.text))) {
    return 'stands in place of a name; only values are bound';
  }
  const wantsLiterals = kind === 'postgresql' || kind === 'oracle';
  if (wantsLiterals && previous.type === 'word' && LITERAL_WANTED.has(previous.text)) {
    return `stands in place of a literal; write cast(:${field.name} as ${previous.text.toLowerCase()})`;
  }
  if (kind === 'postgresql' && isBehindOperand && isInBrackets) {
    return 'could be the bound of an array slice; write a space behind a colon that is a separator';
  }
  return field.array === null || isSoleItem(parts, index) ? null : 'is an array, which stands alone: in (:name)';
}

function isSoleItem(parts: readonly StatementPart[], index: number): boolean {
  return parts[index - 2]?.text === 'IN' && parts[index - 1]?.text === '(' && parts[index + 1]?.text === ')';
}
