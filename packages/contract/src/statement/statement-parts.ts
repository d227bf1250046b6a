import type { SqlToken, SqlTokenType } from './tokenize-sql.ts';

/** A token that counts: no space, no comment. */
export interface StatementPart {
  readonly type: Exclude<SqlTokenType, 'space' | 'comment'>;
  /** Words in upper case; signs, parameters and placeholders as they stand; '' for the rest. */
  readonly text: string;
  /** Of words and quoted names: the name, in upper case. */
  readonly name: string | null;
  readonly start: number;
  readonly end: number;
}

const SPOKEN: ReadonlySet<SqlTokenType> = new Set(['sign', 'parameter', 'placeholder']);

export function listStatementParts(text: string, tokens: readonly SqlToken[]): StatementPart[] {
  const parts: StatementPart[] = [];
  for (const { type, start, end } of tokens) {
    if (type === 'space' || type === 'comment') continue;
    const slice = text.slice(start, end);
    if (type === 'word') parts.push({ type, text: slice.toUpperCase(), name: slice.toUpperCase(), start, end });
    else if (type === 'quoted') parts.push({ type, text: '', name: unquote(slice), start, end });
    else parts.push({ type, text: SPOKEN.has(type) ? slice : '', name: null, start, end });
  }
  return parts;
}

function unquote(slice: string): string {
  const closing = slice.charAt(slice.length - 1);
  return slice
    .slice(1, -1)
    .replaceAll(closing + closing, closing)
    .toUpperCase();
}

/** Whether a part names a member of what stands before it, as in `c.comment`. */
export function isMember(parts: readonly StatementPart[], index: number): boolean {
  const owner = parts[index - 2]?.type;
  return parts[index - 1]?.text === '.' && (owner === 'word' || owner === 'quoted');
}

export function haveBalancedParentheses(parts: readonly StatementPart[]): boolean {
  let depth = 0;
  for (const { text } of parts) {
    if (text === '(') depth += 1;
    else if (text === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** Whether a part is called: a name with an opening parenthesis behind it. */
export function isCalled(parts: readonly StatementPart[], index: number): boolean {
  return parts[index + 1]?.text === '(';
}
