import type { Statement } from '../driver.ts';

/**
 * `query`: Oracle itself lets it change nothing. `dml`: can be undone. `other`: blocks, calls, DDL and session
 * control, which may commit by themselves, so that neither a read-only transaction nor a rollback holds them.
 */
export type OracleStatementKind = 'query' | 'dml' | 'other';

const QUERIES: ReadonlySet<string> = new Set(['SELECT', 'WITH']);
const CHANGES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);
const WORD = /[a-z]+/iy;
const SKIPPED = /[\s(]+|--[^\n]*/y;
/** Every lock that a query can take is asked for with this word (FOR UPDATE), which cannot be written otherwise. */
const MAY_LOCK = /\bupdate\b/i;

export function kindOfStatement(text: string): OracleStatementKind {
  const word = firstWord(text);
  if (QUERIES.has(word)) return 'query';
  return CHANGES.has(word) ? 'dml' : 'other';
}

/** Whether a query may open a transaction by locking what it reads. */
export function mayLock({ text }: Statement): boolean {
  return MAY_LOCK.test(text);
}

/** The first word behind spaces, comments and brackets, in capitals; empty when there is none. */
function firstWord(text: string): string {
  let at = 0;
  for (;;) {
    if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2);
      if (end < 0) return '';
      at = end + 2;
      continue;
    }
    SKIPPED.lastIndex = at;
    if (!SKIPPED.test(text)) break;
    at = SKIPPED.lastIndex;
  }
  WORD.lastIndex = at;
  return WORD.exec(text)?.[0].toUpperCase() ?? '';
}
