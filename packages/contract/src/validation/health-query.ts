import type { DatabaseKind } from '../database-catalogue.ts';
import type { FindingCode } from '../finding-codes.ts';
import { type SqlToken, scanSql } from './sql-scanner.ts';

export interface HealthQueryProblem {
  readonly code: FindingCode;
  readonly message: string;
}

const FIRST_WORDS: Readonly<Record<DatabaseKind, readonly string[]>> = {
  postgresql: ['SELECT', 'WITH', 'VALUES', 'SHOW', 'TABLE'],
  mysql: ['SELECT', 'WITH', 'VALUES', 'SHOW', 'TABLE'],
  sqlserver: ['SELECT', 'WITH'],
  oracle: ['SELECT', 'WITH'],
};

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

/** Functions that change, wait, lock, read files or dial out; a trailing `*` is a prefix. */
const WRITE_FUNCTIONS: readonly string[] = (
  'PG_SLEEP* PG_TERMINATE_* PG_CANCEL_* PG_RELOAD_* PG_ROTATE_* PG_READ_* PG_LS_* PG_STAT_FILE PG_STAT_RESET* PG_FILE_* ' +
  'PG_ADVISORY_* PG_TRY_ADVISORY_* PG_SWITCH_* PG_CREATE_* PG_DROP_* PG_COPY_* PG_LOGICAL_* PG_REPLICATION_* PG_NOTIFY ' +
  'PG_PROMOTE PG_BACKUP_* PG_START_* PG_STOP_* PG_EXPORT_* PG_IMPORT_* PG_WAL_REPLAY_* PG_LOG_* LO_* LOWRITE DBLINK* ' +
  'NEXTVAL SETVAL SET_CONFIG TXID_CURRENT PG_CURRENT_XACT_ID QUERY_TO_XML* TABLE_TO_XML* CURSOR_TO_XML* DATABASE_TO_XML* ' +
  'SCHEMA_TO_XML* SLEEP BENCHMARK LOAD_FILE GET_LOCK RELEASE_LOCK RELEASE_ALL_LOCKS MASTER_POS_WAIT SOURCE_POS_WAIT ' +
  'WAIT_FOR_EXECUTED_GTID_SET WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS SYS_EXEC SYS_EVAL UDF_* LAST_INSERT_ID HTTPURITYPE ' +
  'DBURITYPE XDBURITYPE ENCRYPTBYPASSPHRASE'
).split(' ');
const WRITE_PACKAGES = /^(?:DBMS_|UTL_|OWA_|XP_|SP_|APEX_)/;

const SET_OPERATORS: ReadonlySet<string> = new Set(['UNION', 'ALL', 'DISTINCT', 'EXCEPT', 'INTERSECT', 'MINUS', 'AS']);

/**
 * Judges a health query: exactly one statement that reads. Null when it is fine. A first line only: the engine also
 * runs it in a session that refuses writes wherever the database has one.
 */
export function findHealthQueryProblem(query: string, kind: DatabaseKind): HealthQueryProblem | null {
  const tokens = scanSql(query, kind);
  if (tokens === null) {
    return { code: 'HEALTH_QUERY_UNREADABLE', message: 'the query can be read in more than one way; write it plainly' };
  }
  const statement = withoutTrailingSemicolon(tokens);
  if (statement.some((token) => token.text === ';') || holdsSecondSelect(statement)) {
    return { code: 'HEALTH_QUERY_STACKED', message: 'the query must be exactly one statement' };
  }
  const first = statement.find((token) => token.text !== '(');
  if (first === undefined || first.type !== 'word' || !FIRST_WORDS[kind].includes(first.text)) {
    return writes(`the query must begin with ${FIRST_WORDS[kind].join(', ')}`);
  }
  return findWrite(statement);
}

function findWrite(tokens: readonly SqlToken[]): HealthQueryProblem | null {
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1]?.text;
    if (token.type === 'quoted' && next === '(') return writes('the query must not call a function by a quoted name');
    if (token.text === ':' && next === '=') return writes('the query must not assign a variable');
    if (token.type !== 'word') continue;
    const { text } = token;
    if (WRITE_WORDS.has(text) || WRITE_PACKAGES.test(text)) return writes(`the query must not hold ${text}`);
    if (text === 'FOR' && (next === 'SHARE' || next === 'NO' || next === 'KEY')) {
      return writes('the query must not lock rows');
    }
    if (text === 'NEXT' && next === 'VALUE') return writes('the query must not advance a sequence');
    if (next === '(' && WRITE_FUNCTIONS.some((name) => matches(name, text))) {
      return writes(`the query must not call ${text}`);
    }
  }
  return null;
}

/** SQL Server takes several statements without a semicolon between them. */
function holdsSecondSelect(tokens: readonly SqlToken[]): boolean {
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

function withoutTrailingSemicolon(tokens: readonly SqlToken[]): readonly SqlToken[] {
  return tokens.at(-1)?.text === ';' ? tokens.slice(0, -1) : tokens;
}

function matches(name: string, text: string): boolean {
  return name.endsWith('*') ? text.startsWith(name.slice(0, -1)) : text === name;
}

function writes(message: string): HealthQueryProblem {
  return { code: 'HEALTH_QUERY_WRITES', message };
}
