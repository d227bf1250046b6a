import type { DatabaseKind } from '../database-catalogue.ts';

export interface SqlToken {
  readonly type: 'word' | 'quoted' | 'string' | 'number' | 'sign';
  /** Words in upper case; quoted names, strings and numbers are not kept. */
  readonly text: string;
}

const WORD = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$#\u0080-\uffff]*/y;
const NUMBER = /\d[\dA-Za-z_.]*/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;

/**
 * Cuts a statement into tokens the way its database does, without comments and without the content of quotes. Null
 * when the text can be read in more than one way (open quote, backslash in a string, nested or executable comment,
 * Oracle's `q''`): what we judge must be what the server runs.
 */
export function scanSql(text: string, kind: DatabaseKind): SqlToken[] | null {
  const tokens: SqlToken[] = [];
  let index = 0;
  while (index < text.length) {
    const character = text.charAt(index);
    if (character === '\0' || character === '\\') return null;
    if (/\s/.test(character)) {
      index += 1;
      continue;
    }
    const afterComment = skipComment(text, index, kind);
    if (afterComment === null) return null;
    if (afterComment !== index) {
      index = afterComment;
      continue;
    }
    const end = readToken(text, index, kind, tokens);
    if (end === null) return null;
    index = end;
  }
  return tokens;
}

/** The index after the comment that begins at `index`; `index` itself when none does; null when it is ambiguous. */
function skipComment(text: string, index: number, kind: DatabaseKind): number | null {
  const dashes = text.startsWith('--', index);
  // MySQL wants a space after the dashes, the others do not.
  if (dashes && kind === 'mysql' && !/^--(?:\s|$)/.test(text.slice(index, index + 3))) return null;
  if (dashes || (kind === 'mysql' && text.charAt(index) === '#')) {
    const lineEnd = text.slice(index).search(/[\n\r]/);
    return lineEnd < 0 ? text.length : index + lineEnd + 1;
  }
  if (!text.startsWith('/*', index)) return index;
  const end = text.indexOf('*/', index + 2);
  if (end < 0) return null;
  const comment = text.slice(index + 2, end);
  // PostgreSQL and SQL Server nest comments, MySQL and MariaDB run those that begin with ! or M!.
  return comment.includes('/*') || /^M?!/.test(comment) ? null : end + 2;
}

/** Appends the token at `index`; returns the index after it, or null when it is ambiguous. */
function readToken(text: string, index: number, kind: DatabaseKind, tokens: SqlToken[]): number | null {
  const character = text.charAt(index);
  const word = matchAt(WORD, text, index);
  if (word !== null) {
    const upper = word.toUpperCase();
    const end = index + word.length;
    if (kind === 'oracle' && (upper === 'Q' || upper === 'NQ') && text.charAt(end) === "'") return null;
    tokens.push({ type: 'word', text: upper });
    return end;
  }
  const number = matchAt(NUMBER, text, index);
  if (number !== null) {
    tokens.push({ type: 'number', text: '' });
    return index + number.length;
  }
  const closing = closingQuote(character, kind);
  if (closing !== null) {
    const end = skipQuoted(text, index, closing);
    if (end === null) return null;
    const isString = character === "'" || (character === '"' && kind === 'mysql');
    tokens.push({ type: isString ? 'string' : 'quoted', text: '' });
    return end;
  }
  const tag = kind === 'postgresql' && character === '$' ? matchAt(DOLLAR_TAG, text, index) : null;
  if (tag !== null) {
    const end = text.indexOf(tag, index + tag.length);
    if (end < 0) return null;
    tokens.push({ type: 'string', text: '' });
    return end + tag.length;
  }
  tokens.push({ type: 'sign', text: character });
  return index + 1;
}

function closingQuote(character: string, kind: DatabaseKind): string | null {
  if (character === "'" || character === '"') return character;
  if (character === '`' && kind === 'mysql') return '`';
  return character === '[' && kind === 'sqlserver' ? ']' : null;
}

/** A doubled closing quote stands for itself. A backslash means different things by server and setting: ambiguous. */
function skipQuoted(text: string, start: number, closing: string): number | null {
  for (let index = start + 1; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '\\' || character === '\0') return null;
    if (character !== closing) continue;
    if (text.charAt(index + 1) !== closing) return index + 1;
    index += 1;
  }
  return null;
}

function matchAt(pattern: RegExp, text: string, index: number): string | null {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0] ?? null;
}
