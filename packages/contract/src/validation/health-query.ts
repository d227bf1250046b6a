import type { DatabaseKind } from '../catalogue/database-catalogue.ts';
import type { FindingCode } from '../findings/finding-codes.ts';
import { SQL_DIALECTS } from '../statement/sql-dialect.ts';
import { listStatementParts, type StatementPart } from '../statement/statement-parts.ts';
import { isHarmfulFunction, isWaitingFunction, isWritingFunction } from '../statement/statement-words.ts';
import { type SqlToken, tokenizeSql } from '../statement/tokenize-sql.ts';

export interface HealthQueryProblem {
  readonly code: FindingCode;
  readonly message: string;
}

/** Words that, outside quotes, make or hide a change, a lock, a call or a second statement. */
const WRITE_WORDS: ReadonlySet<string> = new Set(
  (
    'INSERT UPDATE DELETE MERGE UPSERT TRUNCATE DROP ALTER CREATE RENAME GRANT REVOKE DENY CALL EXEC EXECUTE DO COPY LOAD ' +
    'LOCK UNLOCK INTO OUTFILE DUMPFILE SET RESET DISCARD BEGIN COMMIT ROLLBACK SAVEPOINT DECLARE VACUUM ANALYZE REINDEX ' +
    'CLUSTER REFRESH NOTIFY LISTEN UNLISTEN PREPARE DEALLOCATE HANDLER KILL SHUTDOWN RECONFIGURE DBCC BACKUP RESTORE ' +
    'BULK WAITFOR OPENROWSET OPENQUERY OPENDATASOURCE PRAGMA ATTACH DETACH USE GO PRINT RAISERROR THROW GOTO IF WHILE ' +
    'SYNONYM FLASHBACK PURGE COMMENT AUDIT NOAUDIT EXPLAIN IMPORT INSTALL UNINSTALL CHECKPOINT SECURITY REASSIGN NEXTVAL ' +
    'PROCEDURE'
  ).split(' '),
);

const WRITE_PACKAGES = /^(?:DBMS_|UTL_|OWA_|XP_|SP_|APEX_)/;

const SET_OPERATORS: ReadonlySet<string> = new Set(['UNION', 'ALL', 'DISTINCT', 'EXCEPT', 'INTERSECT', 'MINUS', 'AS']);

/**
 * Judges a health query: exactly one statement that reads. Null when it is fine. A first line only: the engine also
 * runs it in a session that refuses writes wherever the database has one.
 */
export function findHealthQueryProblem(query: string, kind: DatabaseKind): HealthQueryProblem | null {
  const { tokens } = tokenizeSql(query, kind);
  if (tokens === null || tokens.some((token) => isDoubtful(query, token))) {
    return { code: 'HEALTH_QUERY_UNREADABLE', message: 'the query can be read in more than one way; write it plainly' };
  }
  const statement = withoutTrailingSemicolon(listStatementParts(query, tokens));
  if (statement.some((token) => token.text === ';') || holdsSecondSelect(statement)) {
    return { code: 'HEALTH_QUERY_STACKED', message: 'the query must be exactly one statement' };
  }
  const first = statement.find((token) => token.text !== '(');
  if (first === undefined || first.type !== 'word' || !SQL_DIALECTS[kind].readFirstWords.includes(first.text)) {
    return writes(`the query must begin with ${SQL_DIALECTS[kind].readFirstWords.join(', ')}`);
  }
  return findWrite(statement);
}

function findWrite(tokens: readonly StatementPart[]): HealthQueryProblem | null {
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1]?.text;
    if (token.type === 'quoted' && next === '(') return writes('the query must not call a function by a quoted name');
    if (token.text === ':=') return writes('the query must not assign a variable');
    if (token.type !== 'word') continue;
    const { text } = token;
    if (WRITE_WORDS.has(text) || WRITE_PACKAGES.test(text)) return writes(`the query must not hold ${text}`);
    if (text === 'FOR' && (next === 'SHARE' || next === 'NO' || next === 'KEY')) {
      return writes('the query must not lock rows');
    }
    if (text === 'NEXT' && next === 'VALUE') return writes('the query must not advance a sequence');
    if (next === '(' && isUnfit(text)) {
      return writes(`the query must not call ${text}`);
    }
  }
  return null;
}

/** SQL Server takes several statements without a semicolon between them. */
function holdsSecondSelect(tokens: readonly StatementPart[]): boolean {
  let depth = 0;
  let selects = 0;
  let previous = '';
  for (const { type, text } of tokens) {
    if (text === '(') depth += 1;
    else if (text === ')') depth -= 1;
    else if (type === 'word' && text === 'SELECT' && depth === 0 && !SET_OPERATORS.has(previous)) selects += 1;
    previous = text;
  }
  return selects > 1;
}

function withoutTrailingSemicolon(tokens: readonly StatementPart[]): readonly StatementPart[] {
  return tokens.at(-1)?.text === ';' ? tokens.slice(0, -1) : tokens;
}

function isUnfit(name: string): boolean {
  return isWritingFunction(name) || isHarmfulFunction(name) || isWaitingFunction(name);
}

/**
 * What a server reads in one way and a person may read in another. Nobody needs it for a health query: a backslash
 * between quotes, a comment in a comment, Oracle's `q''`.
 */
function isDoubtful(query: string, { type, start, end }: SqlToken): boolean {
  if (type === 'space' || type === 'word') return false;
  const text = query.slice(start, end);
  if (type === 'comment') return text.startsWith('/*') && text.includes('/*', 2);
  return text.includes('\\') || /^n?q'/i.test(text);
}

function writes(message: string): HealthQueryProblem {
  return { code: 'HEALTH_QUERY_WRITES', message };
}
