import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type {} from '../../../../../test/support/databases.ts';
import type { DriverPool } from '../../../src/drivers/driver.ts';
import { PostgresqlDriver } from '../../../src/drivers/postgresql/postgresql-driver.ts';
import { plainStatement } from '../../support/plain-statement.ts';
import { within } from '../../support/within.ts';
import { createTestDialer, POOL_OPTIONS, targetFromUrl } from '../driver-fixture.ts';

const url = inject('postgresUrl');
const inTime = () => within(5_000);
const pools: DriverPool[] = [];

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close(0);
});

function open(properties: Record<string, string> = {}): DriverPool {
  const target = { ...targetFromUrl('postgresql', url ?? ''), properties: new Map(Object.entries(properties)) };
  const pool = new PostgresqlDriver().createPool(target, { ...POOL_OPTIONS, maxConnections: 1 }, createTestDialer());
  pools.push(pool);
  return pool;
}

async function readOne(pool: DriverPool, statement: string): Promise<unknown> {
  return (await pool.run(plainStatement(statement), [], inTime())).rows[0]?.[0];
}

describe.skipIf(url === null)('a PostgreSQL session', () => {
  it.each([
    ['a setting', "SET application_name = 'leaked'", 'SHOW application_name'],
    ['an open transaction', 'BEGIN', 'SELECT now() = statement_timestamp()'],
    ['a temporary table', 'CREATE TEMPORARY TABLE leaked (a int)', "SELECT to_regclass('leaked')::text"],
  ])('is not shared after %s', async (_name, statement, question) => {
    const pool = open();
    const before = await readOne(pool, 'SELECT pg_backend_pid()');
    await pool.run(plainStatement(statement), [], inTime());
    expect(await readOne(pool, 'SELECT pg_backend_pid()')).not.toBe(before);
    expect(await readOne(pool, question)).not.toBe('leaked');
  });

  it('is shared after reading and writing', async () => {
    const pool = open();
    const before = await readOne(pool, 'SELECT pg_backend_pid()');
    await pool.run(plainStatement('SELECT 1'), [], inTime());
    await pool.run(plainStatement('UPDATE pg_description SET description = description WHERE false'), [], inTime());
    expect(await readOne(pool, 'SELECT pg_backend_pid()')).toBe(before);
  });

  it('takes the application name, the schema and read-only from the allow-listed properties', async () => {
    const pool = open({ ApplicationName: 'my-app', currentSchema: 'crm,pub"lic', readOnly: 'true' });
    expect(await readOne(pool, 'SHOW application_name')).toBe('my-app');
    expect(await readOne(pool, 'SHOW search_path')).toBe('"crm", "pub""lic"');
    await expect(pool.run(plainStatement('CREATE TABLE never (a int)'), [], inTime())).rejects.toMatchObject({
      kind: 'read-only',
      vendorCode: '25006',
    });
  });

  it('reads a backslash in a string as our tokenizer does, whatever the role is set to', async () => {
    const role = `dip_escapes_${process.pid}`;
    const admin = open();
    await admin.run(plainStatement(`CREATE ROLE ${role} LOGIN PASSWORD 'escapes'`), [], inTime());
    await admin.run(plainStatement(`ALTER ROLE ${role} SET standard_conforming_strings = off`), [], inTime());
    const { host } = new URL(url ?? '');
    const target = targetFromUrl('postgresql', `postgres://${role}:escapes@${host}/postgres`);
    const pool = new PostgresqlDriver().createPool(target, POOL_OPTIONS, createTestDialer());
    pools.push(pool);
    expect(await readOne(pool, "SELECT 'a\\'")).toBe('a\\');
    await pool.close(1_000);
    await admin.run(plainStatement(`DROP ROLE ${role}`), [], inTime());
  });

  it('accepts only a server of the role that is asked for', async () => {
    expect(await readOne(open({ targetServerType: 'primary' }), 'SELECT 1')).toBe(1);
    expect(await readOne(open({ targetServerType: 'preferSecondary' }), 'SELECT 1')).toBe(1);
    await expect(
      open({ targetServerType: 'secondary' }).run(plainStatement('SELECT 1'), [], inTime()),
    ).rejects.toMatchObject({
      kind: 'read-only',
    });
  });

  it('runs the health query where nothing can be written', async () => {
    const pool = open();
    const writing = "SELECT nextval('dip_probe')";
    await pool.run(plainStatement('CREATE SEQUENCE IF NOT EXISTS dip_probe'), [], inTime());
    await expect(pool.probe(writing, inTime())).rejects.toMatchObject({ kind: 'read-only' });
    await pool.run(plainStatement('DROP SEQUENCE dip_probe'), [], inTime());
  });

  it('keeps nothing prepared and opens no lane where a pooler lies between', async () => {
    const pooler = await startPooler();
    const target = { ...targetFromUrl('postgresql', url ?? ''), hosts: [{ host: '127.0.0.1', port: pooler.port }] };
    const pool = new PostgresqlDriver().createPool(target, POOL_OPTIONS, createTestDialer());
    pools.push(pool);
    const statement = plainStatement(
      "SELECT $1::int, current_setting('statement_timeout'), (SELECT count(*)::int FROM pg_prepared_statements)",
      { access: 'read' },
    );
    for (let turn = 0; turn < 5; turn += 1) {
      const results = await Promise.all([1, 2, 3].map((value) => pool.run(statement, [value], inTime())));
      expect(results.map((result) => result.rows[0])).toEqual([1, 2, 3].map((value) => [value, '0', 0]));
    }
    await pool.close(0);
    await pooler.close();
  });

  it('counts changed rows and returns what a writing statement returns', async () => {
    const pool = open();
    await pool.run(plainStatement('DROP TABLE IF EXISTS dip_changes'), [], inTime());
    await pool.run(plainStatement('CREATE TABLE dip_changes (a int)'), [], inTime());
    const inserted = await pool.run(
      plainStatement('INSERT INTO dip_changes VALUES ($1), ($2) RETURNING a'),
      [1, 2],
      inTime(),
    );
    expect(inserted).toMatchObject({ columns: ['a'], rows: [[1], [2]], affectedRows: 2 });
    expect((await pool.run(plainStatement('SELECT a FROM dip_changes'), [], inTime())).affectedRows).toBe(0);
    expect((await pool.run(plainStatement('DELETE FROM dip_changes'), [], inTime())).affectedRows).toBe(2);
    await pool.run(plainStatement('DROP TABLE dip_changes'), [], inTime());
  });
});

/** Forwards to the server and gives clients a key of its own, as poolers do. */
async function startPooler() {
  const server = new URL(url ?? '');
  const keyHeader = Buffer.from([0x4b, 0, 0, 0, 12]);
  const pooler = createServer((client) => {
    const upstream = connect(Number(server.port), server.hostname);
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.pipe(upstream);
    upstream.on('data', (bytes) => {
      const at = bytes.indexOf(keyHeader);
      if (at >= 0) bytes.writeInt32BE(bytes.readInt32BE(at + 5) + 1_000_000, at + 5);
      client.write(bytes);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => pooler.once('listening', resolve));
  const address = pooler.address() as AddressInfo;
  return { port: address.port, close: () => new Promise((resolve) => pooler.close(resolve)) };
}
