import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, describe, inject } from 'vitest';
import type {} from '../../../../test/support/state-database.ts';
import { openStateDatabase, type StateDatabaseOptions } from '../../src/state/databases/open-state-database.ts';
import type { StateDatabase, StateDialect } from '../../src/state/state-database.ts';

/** A place for one state database, empty at first; opening it again finds what was stored. */
export interface StatePlace {
  readonly options: StateDatabaseOptions;
  open(options?: Partial<StateDatabaseOptions>): Promise<StateDatabase>;
}

export interface StateHarness {
  readonly dialect: StateDialect;
  /** A fresh, empty place; everything opened in it is closed and the place removed after the test. */
  createPlace(): Promise<StatePlace>;
  /** Opens a fresh, empty state database. */
  open(): Promise<StateDatabase>;
}

/**
 * Runs one suite on SQLite and on PostgreSQL. For `*.state.test.ts` only: the PostgreSQL comes from the global set-up
 * of the `state` project.
 *
 * ```ts
 * describeOnBothStates('connector store', (state) => {
 *   it('keeps what it is given', async () => {
 *     const database = await state.open();
 * ```
 */
export function describeOnBothStates(name: string, suite: (state: StateHarness) => void): void {
  describe(`${name} on SQLite`, () => suite(createHarness('sqlite')));
  describe(`${name} on PostgreSQL`, () => suite(createHarness('postgresql')));
}

/** The SQLite half alone, for unit tests that need a real state database. Call it inside a `describe`. */
export function useSqliteState(): StateHarness {
  return createHarness('sqlite');
}

function createHarness(dialect: StateDialect): StateHarness {
  const cleanups: Array<() => Promise<void>> = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  const createPlace = async (): Promise<StatePlace> => {
    const dataDir = await mkdtemp(join(tmpdir(), 'dip-state-'));
    cleanups.push(() => rm(dataDir, { recursive: true, force: true }));
    const databaseUrl = dialect === 'postgresql' ? await createSchema(cleanups) : undefined;
    const options = { dataDir, databaseUrl };
    return {
      options,
      async open(overrides = {}) {
        const database = await openStateDatabase({ ...options, ...overrides });
        let closed: Promise<void> | undefined;
        const close = database.close.bind(database);
        database.close = () => {
          closed ??= close();
          return closed;
        };
        cleanups.push(() => database.close());
        return database;
      },
    };
  };
  return { dialect, createPlace, open: async () => (await createPlace()).open() };
}

/** A schema of its own for each place: as separate as a database, and made in milliseconds. */
async function createSchema(cleanups: Array<() => Promise<void>>): Promise<string> {
  const adminUrl = inject('statePostgresUrl');
  const schema = `state_${randomBytes(6).toString('hex')}`;
  await runAsAdmin(adminUrl, `create schema ${schema}`);
  cleanups.push(() => runAsAdmin(adminUrl, `drop schema ${schema} cascade`));
  const url = new URL(adminUrl);
  url.searchParams.set('options', `-c search_path=${schema}`);
  return url.href;
}

async function runAsAdmin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
