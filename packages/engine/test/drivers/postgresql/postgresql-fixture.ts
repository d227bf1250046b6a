import pg from 'pg';
import { inject } from 'vitest';
import type {} from '../../../../../test/support/databases.ts';
import type { DatabaseValue, DriverPool, PoolOptions, RunOptions, Statement } from '../../../src/drivers/driver.ts';
import { PostgresqlDriver } from '../../../src/drivers/postgresql/postgresql-driver.ts';
import { plainStatement } from '../../support/plain-statement.ts';
import { within } from '../../support/within.ts';
import { createTestDialer, POOL_OPTIONS, targetFromUrl } from '../driver-fixture.ts';

export const inTime = () => within(10_000);

/** Null where the tests run without PostgreSQL. */
export const postgresUrl = inject('postgresUrl');

/** Pools on the shared server that `closeAll` closes; `query` speaks to the server past them. */
export function createPostgresqlFixture() {
  const pools: DriverPool[] = [];
  const target = () => targetFromUrl('postgresql', postgresUrl ?? '');
  return {
    open(options: Partial<PoolOptions> = {}, credentials = target().credentials): DriverPool {
      const pool = new PostgresqlDriver().createPool(
        { ...target(), credentials },
        { ...POOL_OPTIONS, ...options },
        createTestDialer(),
      );
      pools.push(pool);
      return pool;
    },
    async query(text: string, values: unknown[] = []): Promise<unknown[][]> {
      const client = new pg.Client({ connectionString: postgresUrl ?? '' });
      await client.connect();
      try {
        return (await client.query({ text, values, rowMode: 'array' })).rows;
      } finally {
        await client.end();
      }
    },
    async closeAll(): Promise<void> {
      await Promise.all(pools.splice(0).map((pool) => pool.close(0)));
    },
  };
}

export function readStatement(text: string, overrides: Partial<Omit<Statement, 'text'>> = {}): Statement {
  return plainStatement(text, { access: 'read', ...overrides });
}

export async function readOne(
  pool: DriverPool,
  statement: Statement,
  parameters: readonly DatabaseValue[] = [],
  options: RunOptions = inTime(),
): Promise<unknown> {
  return (await pool.run(statement, parameters, options)).rows[0]?.[0];
}

/** Column by which a read tells whether it ran on a lane. */
export const ON_LANE = "current_setting('statement_timeout') = '25ms' AS on_lane";

/** Runs a read with that column at its end until it shares a lane; returns the row. */
export async function bringOnLane(
  pool: DriverPool,
  statement: Statement,
  parameters: readonly DatabaseValue[],
): Promise<readonly unknown[]> {
  for (let attempt = 0; attempt < 2_000; attempt += 1) {
    const [row] = (await pool.run(statement, parameters, inTime())).rows;
    if (row?.at(-1) === true) return row;
    // On a busy machine the first trial may take long; another comes seconds later.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('No lane was opened');
}
