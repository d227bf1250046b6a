import { Kysely, sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { createPostgresqlDialect } from '../../../src/state/databases/postgresql-dialect.ts';
import { StateUnavailableError } from '../../../src/state/state-errors.ts';
import type { Tables } from '../../../src/state/tables.ts';

/** A pool of node-postgres that fails where it is told to. */
function openOver({
  connect = () => {},
  query = fail(new Error('unused')),
}: {
  connect?: () => void;
  query?: () => never;
}) {
  const pool = {
    options: {},
    async connect() {
      connect();
      return { query, release: () => {} };
    },
    end: async () => {},
  };
  return new Kysely<Tables>({ dialect: createPostgresqlDialect(pool) });
}

function fail(error: unknown): () => never {
  return () => {
    throw error;
  };
}

const ask = (queries: Kysely<Tables>) => sql`select 1`.execute(queries);
describe('createPostgresqlDialect', () => {
  it.each(['Connection terminated unexpectedly', 'Verbindung unerwartet beendet', ''])(
    'takes what node-postgres raises without a code for a lost connection, whatever it says: %s',
    async (message) => {
      const cause = new Error(message);
      await expect(ask(openOver({ query: fail(cause) }))).rejects.toMatchObject({
        code: 'STATE_UNAVAILABLE',
        message: 'the state database is not available',
        cause,
      });
      await expect(ask(openOver({ connect: fail(cause) }))).rejects.toBeInstanceOf(StateUnavailableError);
    },
  );

  it('tells it in a transaction too', async () => {
    const queries = openOver({ query: fail(new Error('délai dépassé')) });
    const work = queries
      .transaction()
      .execute((transaction) => transaction.selectFrom('tenants').selectAll().execute());
    await expect(work).rejects.toBeInstanceOf(StateUnavailableError);
  });

  it('leaves an error with a code as it is', async () => {
    const refusal = Object.assign(new Error('Connection terminated unexpectedly'), { code: '42P01' });
    await expect(ask(openOver({ query: fail(refusal) }))).rejects.toBe(refusal);
  });

  it('leaves a bug as it is', async () => {
    const bug = new TypeError('timeout exceeded when trying to connect');
    await expect(ask(openOver({ query: fail(bug) }))).rejects.toBe(bug);
  });
});
