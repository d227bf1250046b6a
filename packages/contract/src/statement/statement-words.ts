/** Names of functions, separated by spaces. A trailing `*` is a prefix. */
class FunctionNames {
  readonly #names = new Set<string>();
  readonly #prefixes: string[] = [];

  constructor(list: string) {
    for (const name of list.split(' ')) {
      if (name.endsWith('*')) this.#prefixes.push(name.slice(0, -1));
      else this.#names.add(name);
    }
  }

  has(name: string): boolean {
    return this.#names.has(name) || this.#prefixes.some((prefix) => name.startsWith(prefix));
  }
}

/** Functions that change what a statement of a data action that writes may change. */
const WRITING = new FunctionNames(
  'NEXTVAL SETVAL TXID_CURRENT PG_CURRENT_XACT_ID PG_NOTIFY PG_ADVISORY_XACT_* PG_TRY_ADVISORY_XACT_* LAST_INSERT_ID ' +
    'ENCRYPTBYPASSPHRASE',
);

/** Functions that change the server or the session, read files, dial out, or run a text as a statement. */
const HARMFUL = new FunctionNames(
  'PG_TERMINATE_* PG_CANCEL_* PG_RELOAD_* PG_ROTATE_* PG_READ_* PG_LS_* PG_STAT_FILE PG_STAT_RESET* PG_FILE_* ' +
    'PG_ADVISORY_LOCK* PG_ADVISORY_UNLOCK* PG_TRY_ADVISORY_LOCK* PG_SWITCH_* PG_CREATE_* PG_DROP_* PG_COPY_* PG_LOGICAL_* ' +
    'PG_REPLICATION_* PG_PROMOTE PG_BACKUP_* PG_START_* PG_STOP_* PG_EXPORT_* PG_IMPORT_* PG_WAL_REPLAY_* PG_LOG_* LO_* ' +
    'LOWRITE DBLINK* SET_CONFIG QUERY_TO_XML* TABLE_TO_XML* CURSOR_TO_XML* DATABASE_TO_XML* SCHEMA_TO_XML* LOAD_FILE GET_LOCK ' +
    'RELEASE_LOCK RELEASE_ALL_LOCKS MASTER_POS_WAIT SOURCE_POS_WAIT WAIT_FOR_EXECUTED_GTID_SET ' +
    'WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS SYS_EXEC SYS_EVAL UDF_* HTTPURITYPE DBURITYPE XDBURITYPE OPENROWSET OPENQUERY ' +
    'OPENDATASOURCE',
);

/** Functions that only take time. A data action has a deadline for them, a health query none that short. */
const WAITING = new FunctionNames('PG_SLEEP* SLEEP BENCHMARK');

/** @param name in upper case */
export function isWritingFunction(name: string): boolean {
  return WRITING.has(name);
}

/** @param name in upper case */
export function isHarmfulFunction(name: string): boolean {
  return HARMFUL.has(name);
}

/** @param name in upper case */
export function isWaitingFunction(name: string): boolean {
  return WAITING.has(name);
}
