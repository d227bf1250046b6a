import type Database from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { BoundedMap } from '../../util/bounded-map.ts';
import { Turnstile } from '../../util/turnstile.ts';
import { sqlCodeOf, toStateUnavailable } from '../state-errors.ts';

/** One way to ask the connection; `begin` is given because it must be retried while another process writes. */
export interface SqliteDialectOptions {
  readonly database: Database.Database;
  /** Whether the connection refuses writes by itself: then one is a bug of ours, and no database that is away. */
  readonly isForReads: boolean;
  /** Starts a transaction that holds the write lock from its first moment. */
  readonly begin: () => Promise<void>;
}

/**
 * Kysely over one better-sqlite3 connection, one user at a time. Kysely's own SQLite driver hands the connection to
 * everybody at once: a statement of one request would then run inside the open transaction of another. Everything that
 * SQLite raises is translated here, once.
 */
export function createSqliteDialect(options: SqliteDialectOptions): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SerialSqliteDriver(options),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class SerialSqliteDriver implements Driver {
  readonly #options: SqliteDialectOptions;
  readonly #connection: SqliteConnection;
  readonly #turnstile = new Turnstile();

  constructor(options: SqliteDialectOptions) {
    this.#options = options;
    this.#connection = new SqliteConnection(options);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#turnstile.enter();
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    this.#turnstile.leave();
  }

  async beginTransaction(): Promise<void> {
    try {
      await this.#options.begin();
    } catch (error) {
      throw toStateUnavailable(error) ?? error;
    }
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // SQLite has rolled back by itself after a full disk or an I/O error; a second rollback would hide that error.
    if (this.#options.database.inTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async destroy(): Promise<void> {
    this.#options.database.close();
  }
}

const STATEMENT_CACHE_SIZE = 500;

class SqliteConnection implements DatabaseConnection {
  readonly #database: Database.Database;
  readonly #isForReads: boolean;
  readonly #statements = new BoundedMap<Database.Statement<unknown[], unknown>>({ maxEntries: STATEMENT_CACHE_SIZE });

  constructor({ database, isForReads }: SqliteDialectOptions) {
    this.#database = database;
    this.#isForReads = isForReads;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      const statement = this.#prepare(query.sql);
      // The row type is Kysely's promise about its own SQL; no run-time value of it exists here.
      if (statement.reader) return { rows: statement.all(query.parameters) as Row[] };
      const { changes } = statement.run(query.parameters);
      return { rows: [], numAffectedRows: BigInt(changes) };
    } catch (error) {
      if (this.#isForReads && sqlCodeOf(error) === 'SQLITE_READONLY') throw error;
      throw toStateUnavailable(error) ?? error;
    }
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for the method; nobody streams from the state database.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new TypeError('the state database does not stream');
  }

  #prepare(sql: string): Database.Statement<unknown[], unknown> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare<unknown[], unknown>(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
