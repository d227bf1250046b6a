import type { DatabaseKind } from '../catalogue/database-catalogue.ts';
import type { FindingCode } from '../findings/finding-codes.ts';
import type { DataActionAccess } from '../wire/data-action-limits.ts';
import { findMisplacedInto } from './misplaced-into.ts';
import { SQL_DIALECTS } from './sql-dialect.ts';
import { isCalled, type StatementPart } from './statement-parts.ts';
import { isHarmfulFunction, isWritingFunction } from './statement-words.ts';

export interface AccessProblem {
  readonly code: Extract<FindingCode, 'STATEMENT_WRITES' | 'STATEMENT_FORBIDDEN'>;
  readonly message: string;
}

/**
 * Judges whether a statement does no more than its access says. Null when it is fine. `parts` are one statement. A
 * first line only: a read also runs in a session that refuses writes, or is rolled back.
 */
export function judgeAccess(
  parts: readonly StatementPart[],
  kind: DatabaseKind,
  access: DataActionAccess,
): AccessProblem | null {
  const { readFirstWords, writeFirstWords } = SQL_DIALECTS[kind];
  const words = access === 'read' ? readFirstWords : writeFirstWords;
  const first = parts.find(({ text }) => text !== '(');
  const problem =
    first?.type !== 'word' || !words.includes(first.text)
      ? `must begin with ${words.join(', ')}${access === 'read' ? ' to read' : ''}`
      : (findHarm(parts, kind) ?? (access === 'read' ? findWrite(parts, kind) : null));
  if (problem === null) return null;
  return { code: access === 'read' ? 'STATEMENT_WRITES' : 'STATEMENT_FORBIDDEN', message: problem };
}

type Rule = (parts: readonly StatementPart[], index: number, kind: DatabaseKind) => string | null;

/** What no data action may do. */
function findHarm(parts: readonly StatementPart[], kind: DatabaseKind): string | null {
  return (
    applyRules([callsHarmfulFunction, callsPackage, assignsVariable, runsText], parts, kind) ??
    findMisplacedInto(parts, kind)
  );
}

/** What a statement that reads may not do. */
function findWrite(parts: readonly StatementPart[], kind: DatabaseKind): string | null {
  return applyRules([changesRows, locksRows, advancesSequence, callsWritingFunction], parts, kind);
}

function applyRules(rules: readonly Rule[], parts: readonly StatementPart[], kind: DatabaseKind): string | null {
  for (const index of parts.keys()) {
    for (const rule of rules) {
      const problem = rule(parts, index, kind);
      if (problem !== null) return problem;
    }
  }
  return null;
}

const ROW_CHANGES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);
const QUERY_HINTS: ReadonlySet<string> = new Set(['JOIN', 'UNION']);

/** Reserved words for SQL Server; elsewhere a name may be one of them, so only the places of a verb count. */
const changesRows: Rule = (parts, index, kind) => {
  const { type, text } = parts[index] ?? NO_PART;
  if (type !== 'word' || !ROW_CHANGES.has(text)) return null;
  const previous = parts[index - 1]?.text;
  const next = parts[index + 1] ?? NO_PART;
  if (previous === '.' || (text === 'MERGE' && QUERY_HINTS.has(next.text))) return null;
  const isVerb = previous === '(' || previous === ')' || previous === undefined;
  const isFollowed = next.type === 'word' || next.type === 'quoted' || (kind === 'oracle' && next.text === '(');
  return kind === 'sqlserver' || (isVerb && isFollowed) ? `must not ${text} to read` : null;
};

const LOCKING_HINTS: ReadonlySet<string> = new Set(['UPDLOCK', 'XLOCK', 'TABLOCKX']);

const locksRows: Rule = (parts, index, kind) => {
  const { type, text } = parts[index] ?? NO_PART;
  if (type !== 'word') return null;
  const next = parts[index + 1]?.text;
  const isFor = text === 'FOR' && (next === 'UPDATE' || next === 'SHARE' || isForKey(next, parts[index + 2]?.text));
  const isShared = kind === 'mysql' && text === 'LOCK' && next === 'IN';
  const isHint = kind === 'sqlserver' && LOCKING_HINTS.has(text);
  return isFor || isShared || isHint ? 'must not lock rows to read' : null;
};

function isForKey(next: string | undefined, afterNext: string | undefined): boolean {
  return (next === 'NO' && afterNext === 'KEY') || (next === 'KEY' && afterNext === 'SHARE');
}

const advancesSequence: Rule = (parts, index, kind) => {
  const { type, text } = parts[index] ?? NO_PART;
  if (type !== 'word') return null;
  const isNextValue = text === 'NEXT' && parts[index + 1]?.text === 'VALUE' && parts[index + 2]?.text === 'FOR';
  const isMember = kind === 'oracle' && text === 'NEXTVAL' && parts[index - 1]?.text === '.';
  return isNextValue || isMember ? 'must not advance a sequence to read' : null;
};

const callsWritingFunction: Rule = (parts, index) => {
  const { name } = parts[index] ?? NO_PART;
  return name !== null && isCalled(parts, index) && isWritingFunction(name) ? `must not call ${name} to read` : null;
};

const callsHarmfulFunction: Rule = (parts, index) => {
  const { type, name } = parts[index] ?? NO_PART;
  if (name === null || !isCalled(parts, index)) return null;
  if (isHarmfulFunction(name)) return `must not call ${name}`;
  // U&"\0070g_..." spells a name in numbers.
  const isSpelled = type === 'quoted' && name.includes('\\') && parts[index - 1]?.text === '&';
  return isSpelled ? 'must not call a function by a name in escapes' : null;
};

const PACKAGE = /^(?:DBMS_|UTL_|OWA_|APEX_)/;
/** Packages that only compute. */
const PURE_PACKAGES: ReadonlySet<string> = new Set(
  'DBMS_LOB DBMS_RANDOM DBMS_CRYPTO UTL_RAW UTL_MATCH UTL_I18N UTL_ENCODE'.split(' '),
);

const callsPackage: Rule = (parts, index, kind) => {
  const { name } = parts[index] ?? NO_PART;
  if (kind !== 'oracle' || name === null || parts[index + 1]?.text !== '.') return null;
  return PACKAGE.test(name) && !PURE_PACKAGES.has(name) ? `must not use ${name}` : null;
};

/** A variable outlives the statement on a pooled connection. */
const assignsVariable: Rule = (parts, index, kind) =>
  kind === 'mysql' && parts[index]?.text === ':=' ? 'must not assign a variable' : null;

const TEXT_PROCEDURE =
  /^(?:XP_|SP_OA|SP_EXECUTESQL$|SP_EXECUTE$|SP_CONFIGURE$|SP_CURSOR|SP_PREP|SP_ADD|SP_DROP|SP_SEND_DBMAIL$)/;

/** `exec ('...')`, `exec :name` and procedures that run a text or reach beyond the database. */
const runsText: Rule = (parts, index, kind) => {
  const { type, text } = parts[index] ?? NO_PART;
  if (kind !== 'sqlserver' || type !== 'word' || (text !== 'EXEC' && text !== 'EXECUTE')) return null;
  let last = index + 1;
  if (parts[last]?.text === 'AS' || (parts[last]?.name ?? null) === null)
    return `must name the procedure behind ${text}`;
  while (parts[last + 1]?.text === '.') {
    last += 1;
    while (parts[last]?.text === '.') last += 1;
  }
  const procedure = parts[last]?.name ?? '';
  return TEXT_PROCEDURE.test(procedure) ? `must not run ${procedure}` : null;
};

const NO_PART: Pick<StatementPart, 'type' | 'text' | 'name'> = { type: 'sign', text: '', name: null };
