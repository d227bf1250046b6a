import type { DatabaseKind } from '../catalogue/database-catalogue.ts';
import type { Finding } from '../findings/finding.ts';
import type { FindingCode } from '../findings/finding-codes.ts';
import { holdsSecondStatement } from './second-statement.ts';
import { haveBalancedParentheses, listStatementParts, type StatementPart } from './statement-parts.ts';
import { tokenizeSql } from './tokenize-sql.ts';

export type StatementReading =
  | {
      /** One statement, without the semicolon at its end. */
      readonly parts: readonly StatementPart[];
      /** The text to send, in which `parts` have their places. */
      readonly text: string;
      readonly finding: null;
    }
  | { readonly parts: null; readonly finding: Finding };

/** Reads a statement as its database does, and sees to it that it is one. */
export function readStatement(statement: string, kind: DatabaseKind): StatementReading {
  const { tokens, problem } = tokenizeSql(statement, kind);
  if (tokens === null) {
    return refuse('STATEMENT_UNREADABLE', `${problem.message} (${toPlace(statement, problem.index)})`);
  }
  const all = listStatementParts(statement, tokens);
  const semicolon = all.at(-1)?.text === ';' ? all.at(-1) : undefined;
  const parts = semicolon === undefined ? all : all.slice(0, -1);
  const last = parts.at(-1);
  if (last === undefined) return refuse('STATEMENT_UNREADABLE', 'holds no statement');
  if (!haveBalancedParentheses(parts)) return refuse('STATEMENT_UNREADABLE', 'the parentheses do not match');
  if (holdsSecondStatement(parts, kind)) return refuse('STATEMENT_STACKED', 'must be exactly one statement');
  const rest = statement.slice(semicolon?.start ?? last.end).replace(/^;/, '');
  // SQL Server wants its MERGE ended by a semicolon; for Oracle one is an error, and nobody else needs it.
  const end = kind === 'sqlserver' && parts.some(({ text }) => text === 'MERGE') ? ';' : '';
  return { parts, text: statement.slice(0, semicolon?.start ?? last.end) + end + rest, finding: null };
}

function refuse(code: FindingCode, message: string): StatementReading {
  return { parts: null, finding: { code, severity: 'error', path: '/statement', message } };
}

function toPlace(text: string, index: number): string {
  const before = text.slice(0, index).split('\n');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}
