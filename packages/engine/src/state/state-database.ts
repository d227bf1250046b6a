import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './tables.ts';

export type StateDialect = 'sqlite' | 'postgresql';
export type StateQueries = Kysely<Tables>;
export type StateTransaction = Transaction<Tables>;

/**
 * The engine's own database: embedded SQLite, or one PostgreSQL that several engines share. When it does not answer,
 * reads, transactions and `ping` reject with `StateUnavailableError`.
 */
export interface StateDatabase {
  readonly dialect: StateDialect;
  /** For reads outside a transaction. */
  readonly queries: StateQueries;
  /** Commits when `work` resolves, rolls back when it rejects. Serializable enough for read-then-write by key. */
  transaction<Result>(work: (transaction: StateTransaction) => Promise<Result>): Promise<Result>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
