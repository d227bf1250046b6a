import { open } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, sql } from 'kysely';
import { systemClock } from '../../util/clock.ts';
import { makeFolder } from '../../util/make-folder.ts';
import { type Migration, migrate } from '../migration.ts';
import type { StateDatabase, StateTransaction } from '../state-database.ts';
import { StateUnusableError, sqlCodeOf, toStateUnavailable } from '../state-errors.ts';
import type { Tables } from '../tables.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';

const FILE_NAME = 'state.db';
const SYNCHRONOUS_FULL = 2;
/** How long a writer waits for the write lock of another process (a command next to a running engine). */
const WRITE_LOCK_WAIT_MS = 10_000;
const WRITE_LOCK_RETRY_MS = 5;

/**
 * Opens the embedded state: one file, one connection that writes and one that reads. The reader sees the last commit
 * and never waits for a transaction, which WAL mode allows.
 * @throws StateUnusableError `STATE_NOT_DURABLE` when SQLite does not keep `synchronous=FULL`
 */
export async function openSqliteState(dataDir: string, migrations: readonly Migration[]): Promise<StateDatabase> {
  try {
    await makeFolder(dataDir);
    const path = join(dataDir, FILE_NAME);
    // SQLite would make it readable by all; its log and index take over the mode of the file.
    await (await open(path, 'a', 0o600)).close();
    const writer = await whileLocked(() => connect(path));
    try {
      return await openOver(path, writer, migrations);
    } catch (error) {
      writer.close();
      throw error;
    }
  } catch (error) {
    throw toStateUnavailable(error) ?? error;
  }
}

async function openOver(
  path: string,
  writer: Database.Database,
  migrations: readonly Migration[],
): Promise<StateDatabase> {
  const begin = (): Promise<void> => whileLocked(() => void writer.exec('begin immediate'));
  const writes = new Kysely<Tables>({ dialect: createSqliteDialect({ database: writer, isForReads: false, begin }) });
  await writes.transaction().execute((transaction) => migrate(transaction, 'sqlite', migrations, Date.now()));
  const reader = await whileLocked(() => connect(path));
  reader.pragma('query_only = on');
  const readOnly = async (): Promise<void> => void reader.exec('begin');
  return new SqliteState(
    writes,
    new Kysely<Tables>({ dialect: createSqliteDialect({ database: reader, isForReads: true, begin: readOnly }) }),
  );
}

class SqliteState implements StateDatabase {
  readonly dialect = 'sqlite';
  readonly queries: Kysely<Tables>;
  readonly #writes: Kysely<Tables>;

  constructor(writes: Kysely<Tables>, queries: Kysely<Tables>) {
    this.#writes = writes;
    this.queries = queries;
  }

  transaction<Result>(work: (transaction: StateTransaction) => Promise<Result>): Promise<Result> {
    return this.#writes.transaction().execute(work);
  }

  async ping(): Promise<void> {
    await sql`select 1`.execute(this.queries);
  }

  async close(): Promise<void> {
    await this.queries.destroy();
    await this.#writes.destroy();
  }
}

function connect(path: string): Database.Database {
  const database = new Database(path);
  try {
    // Waiting inside SQLite blocks the whole process, so it is kept short and the real waiting is done outside.
    database.pragma('busy_timeout = 50');
    database.pragma('journal_mode = WAL');
    // A database in WAL mode comes back from reopening at NORMAL, which may lose the last commits on power loss.
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = on');
    assertDurable(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function assertDurable(database: Database.Database): void {
  const synchronous = database.pragma('synchronous', { simple: true });
  const journalMode = database.pragma('journal_mode', { simple: true });
  if (synchronous !== SYNCHRONOUS_FULL || journalMode !== 'wal') {
    throw new StateUnusableError(
      'STATE_NOT_DURABLE',
      `SQLite stays at synchronous=${synchronous}, journal_mode=${journalMode}; it must be 2 (FULL) and wal`,
    );
  }
}

async function whileLocked<Result>(attempt: () => Result): Promise<Result> {
  const giveUpAt = systemClock.monotonicMs() + WRITE_LOCK_WAIT_MS;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      const locked = sqlCodeOf(error)?.startsWith('SQLITE_BUSY') === true;
      if (!locked || systemClock.monotonicMs() >= giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, WRITE_LOCK_RETRY_MS));
    }
  }
}
