import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { openStateDatabase } from '../../../src/state/databases/open-state-database.ts';
import type { Migration } from '../../../src/state/migration.ts';
import { initialSchema } from '../../../src/state/migrations/0001-initial-schema.ts';
import { ALL_MIGRATIONS } from '../../../src/state/migrations/all-migrations.ts';
import type { StateDatabase } from '../../../src/state/state-database.ts';
import { type Logger, silentLogger } from '../../../src/util/logger.ts';
import { describeOnBothStates, useSqliteState } from '../../support/state-databases.ts';

const addTenant = (state: StateDatabase, tenantId: string, createdAt = 1) =>
  state.transaction((transaction) =>
    transaction.insertInto('tenants').values({ tenant_id: tenantId, created_at: createdAt }).execute(),
  );

const tenantIds = async (state: StateDatabase) => {
  const rows = await state.queries.selectFrom('tenants').select('tenant_id').orderBy('tenant_id').execute();
  return rows.map((row) => row.tenant_id);
};

describeOnBothStates('state database', (state) => {
  it('keeps what a transaction committed when it is opened again', async () => {
    const place = await state.createPlace();
    const first = await place.open();
    await addTenant(first, 'acme', 1_790_000_000_123);
    await first.close();
    const second = await place.open();
    const row = await second.queries.selectFrom('tenants').selectAll().executeTakeFirstOrThrow();
    expect(row).toEqual({ tenant_id: 'acme', created_at: 1_790_000_000_123 });
  });

  it('keeps nothing of a transaction that rejects', async () => {
    const database = await state.open();
    const failing = database.transaction(async (transaction) => {
      await transaction.insertInto('tenants').values({ tenant_id: 'gone', created_at: 1 }).execute();
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await tenantIds(database)).toEqual([]);
  });

  it('does not show a read outside what an open transaction has not committed', async () => {
    const database = await state.open();
    await database.transaction(async (transaction) => {
      await transaction.insertInto('tenants').values({ tenant_id: 'later', created_at: 1 }).execute();
      expect(await tenantIds(database)).toEqual([]);
    });
    expect(await tenantIds(database)).toEqual(['later']);
  });

  it('loses no step of 30 concurrent read-then-write transactions on one key', async () => {
    const database = await state.open();
    await addTenant(database, 'counter', 0);
    const increment = () =>
      database.transaction(async (transaction) => {
        const row = await transaction
          .selectFrom('tenants')
          .select('created_at')
          .where('tenant_id', '=', 'counter')
          .executeTakeFirstOrThrow();
        await transaction
          .updateTable('tenants')
          .set({ created_at: row.created_at + 1 })
          .where('tenant_id', '=', 'counter')
          .execute();
      });
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, increment));
    const committed = outcomes.filter((outcome) => outcome.status === 'fulfilled').length;
    const row = await database.queries.selectFrom('tenants').selectAll().executeTakeFirstOrThrow();
    expect(row.created_at).toBe(committed);
    expect(committed).toBe(30);
  });

  it('lets one of two concurrent creations of a key win and shows it to the other', async () => {
    const database = await state.open();
    const createOnce = () =>
      database.transaction(async (transaction) => {
        const known = await transaction
          .selectFrom('tenants')
          .selectAll()
          .where('tenant_id', '=', 'same')
          .executeTakeFirst();
        if (known !== undefined) return 'found';
        await transaction.insertInto('tenants').values({ tenant_id: 'same', created_at: 1 }).execute();
        return 'created';
      });
    const results = await Promise.all(Array.from({ length: 8 }, createOnce));
    expect(results.filter((result) => result === 'created')).toHaveLength(1);
  });

  it('deletes health with its connector and refuses health of an unknown one', async () => {
    const database = await state.open();
    const health = { status: 'PENDING', consecutive_failures: 0, updated_at: 1 };
    const orphan = database.transaction((transaction) =>
      transaction
        .insertInto('connector_health')
        .values({ connector_id: 'none', ...health })
        .execute(),
    );
    await expect(orphan).rejects.toThrow();
    await database.transaction(async (transaction) => {
      await transaction
        .insertInto('connectors')
        .values({
          connector_id: 'c1',
          tenant_id: 'default',
          connector_type: 'DATABASE_MYSQL',
          body: '{}',
          revision: 1,
          paused: 0,
          created_at: 1,
          updated_at: 1,
        })
        .execute();
      await transaction
        .insertInto('connector_health')
        .values({ connector_id: 'c1', ...health })
        .execute();
      await transaction.deleteFrom('connectors').where('connector_id', '=', 'c1').execute();
    });
    expect(await database.queries.selectFrom('connector_health').selectAll().execute()).toEqual([]);
  });

  it('applies each migration once when 20 openings race', async () => {
    const place = await state.createPlace();
    const opened = await Promise.all(Array.from({ length: 20 }, () => place.open()));
    const { rows } = await sql<{ version: number }>`select version from dip_schema`.execute(opened[0]!.queries);
    expect(rows.map((row) => row.version)).toEqual(ALL_MIGRATIONS.map((migration) => migration.version));
    await Promise.all(opened.map((database) => database.close()));
  });

  it('applies only the migrations that are missing', async () => {
    const place = await state.createPlace();
    await (await place.open()).close();
    const ran: string[] = [];
    const next: Migration = {
      version: ALL_MIGRATIONS.length + 1,
      name: 'next',
      async up(transaction) {
        ran.push('next');
        await transaction.schema.createTable('next_table').addColumn('id', 'text').execute();
      },
    };
    await (await place.open({ migrations: [...ALL_MIGRATIONS, next] })).close();
    await (await place.open({ migrations: [...ALL_MIGRATIONS, next] })).close();
    expect(ran).toEqual(['next']);
  });

  it('brings a state of the first release up to date and keeps what is in it', async () => {
    const place = await state.createPlace();
    const released = await place.open({ migrations: [initialSchema] });
    await addTenant(released, 'acme', 7);
    await expect(sql`select * from data_actions`.execute(released.queries)).rejects.toThrow();
    await released.close();
    const database = await place.open();
    expect(await tenantIds(database)).toEqual(['acme']);
    const { rows } = await sql<{ name: string }>`select name from dip_schema order by version`.execute(
      database.queries,
    );
    expect(rows.map(({ name }) => name)).toEqual(['initial schema', 'data actions']);
    for (const table of ['data_actions', 'data_action_versions', 'idempotent_executions'] as const) {
      expect(await database.queries.selectFrom(table).selectAll().execute()).toEqual([]);
    }
  });

  it('keeps one row for each key of a write, and takes the versions of an action along with it', async () => {
    const database = await state.open();
    const execution = {
      tenant_id: 'acme',
      action_id: 'order',
      key_hash: 'k',
      request_hash: 'r',
      state: 'running',
      engine_id: 'e',
      created_at: 1,
      lease_until: 2,
      expires_at: 3,
    } as const;
    const begin = () =>
      database.transaction((transaction) =>
        transaction.insertInto('idempotent_executions').values(execution).execute(),
      );
    await begin();
    await expect(begin()).rejects.toThrow();
    await database.transaction(async (transaction) => {
      await transaction
        .insertInto('data_actions')
        .values({
          ...{ action_id: 'order', tenant_id: 'acme', connector_id: 'db-1', revision: 1, latest_version: 1 },
          ...{ created_at: 1, updated_at: 1 },
        })
        .execute();
      await transaction
        .insertInto('data_action_versions')
        .values({ action_id: 'order', version: 1, body: '{}', created_at: 1, created_by: 'client-1' })
        .execute();
      await transaction.deleteFrom('data_actions').where('action_id', '=', 'order').execute();
    });
    expect(await database.queries.selectFrom('data_action_versions').selectAll().execute()).toEqual([]);
    expect(await database.queries.selectFrom('idempotent_executions').select('answer').execute()).toEqual([
      { answer: null },
    ]);
  });

  it('leaves no trace of a migration that fails', async () => {
    const place = await state.createPlace();
    const failing: Migration = {
      version: ALL_MIGRATIONS.length + 1,
      name: 'failing',
      async up(transaction) {
        await transaction.schema.createTable('half').addColumn('id', 'text').execute();
        throw new RangeError('half way');
      },
    };
    await expect(place.open({ migrations: [...ALL_MIGRATIONS, failing] })).rejects.toThrow('half way');
    const database = await place.open();
    await expect(sql`select * from half`.execute(database.queries)).rejects.toThrow();
  });

  it('refuses a schema that a newer engine made', async () => {
    const place = await state.createPlace();
    const newer: Migration = { version: 99, name: 'from the future', up: async () => {} };
    await (await place.open({ migrations: [...ALL_MIGRATIONS, newer] })).close();
    await expect(place.open()).rejects.toMatchObject({ name: 'StateUnusableError', code: 'STATE_SCHEMA_TOO_NEW' });
  });

  it('answers a ping', async () => {
    const database = await state.open();
    await expect(database.ping()).resolves.toBeUndefined();
  });
});

describe('embedded state', () => {
  const state = useSqliteState();

  it('writes with synchronous=FULL in WAL mode, after reopening too', async () => {
    const place = await state.createPlace();
    for (let opening = 0; opening < 2; opening += 1) {
      const database = await place.open();
      const [synchronous, journal] = await database.transaction(async (transaction) => [
        await sql<{ synchronous: number }>`pragma synchronous`.execute(transaction),
        await sql<{ journal_mode: string }>`pragma journal_mode`.execute(transaction),
      ]);
      expect(synchronous.rows).toEqual([{ synchronous: 2 }]);
      expect(journal.rows).toEqual([{ journal_mode: 'wal' }]);
      await database.close();
    }
  });

  it('refuses a write outside a transaction', async () => {
    const database = await state.open();
    const write = database.queries.insertInto('tenants').values({ tenant_id: 'x', created_at: 1 }).execute();
    await expect(write).rejects.toThrow(/readonly/);
  });

  it('makes its folder and files readable by their owner alone', async () => {
    const place = await state.createPlace();
    const dataDir = join(place.options.dataDir, 'made');
    await place.open({ dataDir });
    const modes = [dataDir, join(dataDir, 'state.db'), join(dataDir, 'state.db-wal')].map(
      async (path) => (await stat(path)).mode & 0o777,
    );
    expect(await Promise.all(modes)).toEqual([0o700, 0o600, 0o600]);
  });

  it('waits for the write lock of another process without blocking this one', async () => {
    const place = await state.createPlace();
    const database = await place.open();
    const other = new Database(join(place.options.dataDir, 'state.db'));
    other.exec('begin immediate');
    const write = addTenant(database, 'patient');
    let turns = 0;
    const release = new Promise<void>((resolve) => {
      const turn = () => {
        turns += 1;
        if (turns === 3) resolve();
        else setImmediate(turn);
      };
      setImmediate(turn);
    });
    await release;
    other.exec('commit');
    other.close();
    await write;
    expect(await tenantIds(database)).toEqual(['patient']);
  });

  it('opens in 20 processes at once', async () => {
    const { dataDir } = (await state.createPlace()).options;
    const script = fileURLToPath(new URL('../../support/open-state.ts', import.meta.url));
    const runs = Array.from({ length: 20 }, () => promisify(execFile)(process.execPath, [script, dataDir]));
    const outputs = (await Promise.all(runs)).map((run) => run.stdout);
    expect(outputs).toEqual(Array.from({ length: 20 }, () => 'opened\n'));
  });
});

describeOnBothStates('unavailable state', (state) => {
  it('is one error, whatever the database says', async () => {
    const place = await state.createPlace();
    const broken =
      state.dialect === 'sqlite'
        ? { dataDir: join(place.options.dataDir, 'file.txt', 'below') }
        : { databaseUrl: 'postgres://nobody@127.0.0.1:1/none' };
    if (state.dialect === 'sqlite') {
      await writeFile(join(place.options.dataDir, 'file.txt'), '');
    }
    await expect(place.open(broken)).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
  });
});

describe('shared state', () => {
  it('opens for a role that may not create anything, once the schema is up to date', async () => {
    const adminUrl = inject('statePostgresUrl');
    const role = `runtime_${randomBytes(4).toString('hex')}`;
    const admin = new pg.Client({ connectionString: adminUrl });
    await admin.connect();
    const url = new URL(adminUrl);
    url.searchParams.set('options', `-c search_path=${role}`);
    try {
      await admin.query(`create schema ${role}`);
      await (await openStateDatabase({ dataDir: '', databaseUrl: url.href })).close();
      await admin.query(`create role ${role} login password 'p'`);
      await admin.query(`grant usage on schema ${role} to ${role}`);
      await admin.query(`grant select, insert, update, delete on all tables in schema ${role} to ${role}`);
      url.username = role;
      url.password = 'p';
      const database = await openStateDatabase({ dataDir: '', databaseUrl: url.href });
      await addTenant(database, 'acme');
      expect(await tenantIds(database)).toEqual(['acme']);
      await database.close();
    } finally {
      await admin.query(`drop schema if exists ${role} cascade`);
      await admin.query(`drop role if exists ${role}`);
      await admin.end();
    }
  });

  it('survives the loss of its idle connections and works on', async () => {
    const adminUrl = inject('statePostgresUrl');
    const schema = `lost_${randomBytes(4).toString('hex')}`;
    const admin = new pg.Client({ connectionString: adminUrl });
    await admin.connect();
    const url = new URL(adminUrl);
    url.searchParams.set('options', `-c search_path=${schema}`);
    const lost = Promise.withResolvers<void>();
    const logger: Logger = { ...silentLogger, warn: () => lost.resolve() };
    try {
      await admin.query(`create schema ${schema}`);
      const database = await openStateDatabase({ dataDir: '', databaseUrl: url.href, logger });
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(database.queries);
      await admin.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await lost.promise;
      await addTenant(database, 'after');
      expect(await tenantIds(database)).toEqual(['after']);
      await database.close();
    } finally {
      await admin.query(`drop schema if exists ${schema} cascade`);
      await admin.end();
    }
  });

  it('tells a broken connection in the middle of a transaction as unavailable', async () => {
    const adminUrl = inject('statePostgresUrl');
    const schema = `cut_${randomBytes(4).toString('hex')}`;
    const admin = new pg.Client({ connectionString: adminUrl });
    await admin.connect();
    const url = new URL(adminUrl);
    url.searchParams.set('options', `-c search_path=${schema}`);
    try {
      await admin.query(`create schema ${schema}`);
      const database = await openStateDatabase({ dataDir: '', databaseUrl: url.href });
      const cut = database.transaction(async (transaction) => {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction);
        await admin.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
        await transaction.insertInto('tenants').values({ tenant_id: 'cut', created_at: 1 }).execute();
      });
      await expect(cut).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
      expect(await tenantIds(database)).toEqual([]);
      await database.close();
    } finally {
      await admin.query(`drop schema if exists ${schema} cascade`);
      await admin.end();
    }
  });
});
