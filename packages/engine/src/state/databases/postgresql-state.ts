import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, sql } from 'kysely';
import pg from 'pg';
import type { Logger } from '../../util/logger.ts';
import { type Migration, migrate } from '../migration.ts';
import type { StateDatabase, StateTransaction } from '../state-database.ts';
import { sqlCodeOf } from '../state-errors.ts';
import type { Tables } from '../tables.ts';
import { createPostgresqlDialect } from './postgresql-dialect.ts';

/** Any number will do as long as every engine uses the same: the key of the advisory lock that migrations hold. */
const MIGRATION_LOCK = 4_713_095_521;
const INT8_OID = 20;
const MAX_CONNECTIONS = 10;
const MAX_ATTEMPTS = 10;
const SERIALIZATION_CODES: ReadonlySet<string> = new Set(['40001', '40P01']);
const UNIQUE_VIOLATION = '23505';

/** Opens the shared state: one PostgreSQL database that several engines use. */
export async function openPostgresqlState(
  databaseUrl: string,
  migrations: readonly Migration[],
  logger: Logger,
): Promise<StateDatabase> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: MAX_CONNECTIONS,
    application_name: 'dip-engine',
    connectionTimeoutMillis: 5_000,
    query_timeout: 15_000,
    statement_timeout: 10_000,
    lock_timeout: 8_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    types: { getTypeParser: (oid, format) => (oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // Without listeners the loss of a connection is an unhandled 'error' event, which ends the process. The pool listens
  // to idle connections only: one that is lost between two statements of a transaction needs a listener of its own.
  pool.on('error', (error) =>
    logger.warn({ sqlState: sqlCodeOf(error) }, 'an idle connection to the state database was lost'),
  );
  pool.on('connect', (client) => void client.on('error', () => {}));
  const queries = new Kysely<Tables>({ dialect: createPostgresqlDialect(pool) });
  try {
    await queries
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (transaction) => {
        await sql`set local lock_timeout = 0`.execute(transaction);
        await sql`set local statement_timeout = 0`.execute(transaction);
        await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(transaction);
        await migrate(transaction, 'postgresql', migrations, Date.now());
      });
  } catch (error) {
    await queries.destroy();
    throw error;
  }
  return new PostgresqlState(queries);
}

class PostgresqlState implements StateDatabase {
  readonly dialect = 'postgresql';
  readonly queries: Kysely<Tables>;

  constructor(queries: Kysely<Tables>) {
    this.queries = queries;
  }

  async transaction<Result>(work: (transaction: StateTransaction) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.queries.transaction().setIsolationLevel('serializable').execute(work);
      } catch (error) {
        if (!isWorthRepeating(error, attempt)) throw error;
        // Two transactions that collided collide again when both come back after the same time.
        await sleep(Math.random() * Math.min(100, 4 * 2 ** attempt));
      }
    }
  }

  async ping(): Promise<void> {
    await sql`select 1`.execute(this.queries);
  }

  async close(): Promise<void> {
    await this.queries.destroy();
  }
}

/**
 * A transaction that lost against another is run again. Two that insert the same key can also surface as a unique
 * violation; once more, the work reads the row that the other made.
 */
function isWorthRepeating(error: unknown, attempt: number): boolean {
  const code = sqlCodeOf(error);
  if (code === undefined || attempt >= MAX_ATTEMPTS) return false;
  return SERIALIZATION_CODES.has(code) || (code === UNIQUE_VIOLATION && attempt === 1);
}
