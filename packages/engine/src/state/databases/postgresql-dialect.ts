import { type CompiledQuery, type DatabaseConnection, type Dialect, PostgresDialect, type PostgresPool } from 'kysely';
import { StateUnavailableError, sqlCodeOf, toStateUnavailable } from '../state-errors.ts';

/**
 * Kysely over a pool of node-postgres. Everything it raises is translated here, once: the server's errors carry an
 * SQLSTATE and the network's an errno; for a connection that ended and for its own timeouts node-postgres has only
 * words, but an error without a code can come from nothing else here.
 */
export function createPostgresqlDialect(pool: PostgresPool): Dialect {
  return new PostgresDialect({
    pool: {
      options: pool.options,
      connect: () => pool.connect().catch(throwTranslated),
      end: () => pool.end(),
    },
    onCreateConnection: async (connection) => translateErrors(connection),
  });
}

function translateErrors(connection: DatabaseConnection): void {
  const execute = connection.executeQuery.bind(connection);
  connection.executeQuery = <Row>(query: CompiledQuery) => execute<Row>(query).catch(throwTranslated);
}

/** Only a plain `Error` is one of node-postgres: a `TypeError` is a bug of ours. */
function throwTranslated(error: unknown): never {
  const isPlain = error instanceof Error && Object.getPrototypeOf(error) === Error.prototype;
  if (isPlain && sqlCodeOf(error) === undefined) {
    throw new StateUnavailableError('the state database is not available', { cause: error });
  }
  throw toStateUnavailable(error) ?? error;
}
