import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { plainStatement } from '../../support/plain-statement.ts';
import { INJECTION_ATTEMPTS } from '../injection-attempts.ts';
import { createPostgresqlFixture, inTime, postgresUrl, readOne, readStatement } from './postgresql-fixture.ts';

describe.skipIf(postgresUrl === null)('the bounds of a PostgreSQL statement', () => {
  const { open, query, closeAll } = createPostgresqlFixture();

  beforeAll(async () => {
    await query('CREATE TABLE bounds (id int PRIMARY KEY, name text)');
    await query("INSERT INTO bounds SELECT g, 'name ' || g FROM generate_series(1, 100) g");
    await query(`CREATE FUNCTION bounds_write() RETURNS int LANGUAGE sql VOLATILE AS
      'INSERT INTO bounds VALUES (1000, ''written'') RETURNING id'`);
    await query(`CREATE FUNCTION bounds_leave(what text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
      CASE what WHEN 'lock' THEN PERFORM pg_advisory_lock(4711);
      WHEN 'setting' THEN PERFORM set_config('search_path', 'elsewhere', false);
      WHEN 'prepared' THEN EXECUTE 'DEALLOCATE ALL'; END CASE; RETURN 1; END $$`);
  });
  afterEach(closeAll);
  afterAll(() => query('DROP TABLE bounds; DROP FUNCTION bounds_write; DROP FUNCTION bounds_leave').then(() => {}));

  it('refuses a write inside of a read, also in a function, and changes nothing', async () => {
    const pool = open();
    for (const text of [
      'SELECT bounds_write()',
      "INSERT INTO bounds VALUES (1001, 'x')",
      'WITH gone AS (DELETE FROM bounds RETURNING id) SELECT count(*) FROM gone',
      'SELECT id FROM bounds FOR UPDATE',
      'CREATE TABLE bounds_more (a int)',
    ]) {
      await expect(pool.run(readStatement(text), [], inTime()), text).rejects.toMatchObject({
        kind: 'read-only',
        vendorCode: '25006',
      });
    }
    expect(await query('SELECT count(*)::int, max(id) FROM bounds')).toEqual([[100, 100]]);
  });

  it('stays read-only after a function has thrown away what the session had prepared', async () => {
    const pool = open({ maxConnections: 1 });
    const harmless = readStatement('SELECT 1');
    await pool.run(harmless, [], inTime());
    expect(await readOne(pool, plainStatement("SELECT bounds_leave('prepared')"))).toBe(1);
    await expect(pool.run(readStatement('SELECT bounds_write()'), [], inTime())).rejects.toMatchObject({
      kind: 'read-only',
    });
    expect(await readOne(pool, harmless)).toBe(1);
    expect(await query('SELECT max(id) FROM bounds')).toEqual([[100]]);
  });

  it.each(['read', 'write'] as const)('hands no lock and no setting of a %s on to the next caller', async (access) => {
    const pool = open({ maxConnections: 1 });
    const before = await readOne(pool, readStatement('SHOW search_path'));
    for (const what of ['lock', 'setting']) {
      await pool.run(plainStatement(`SELECT bounds_leave('${what}')`, { access }), [], inTime());
      expect(await readOne(pool, readStatement('SHOW search_path'))).toBe(before);
      const locks = await query("SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711");
      expect(locks).toEqual([[0]]);
    }
  });

  it('undoes what a statement did, and says what it would have done', async () => {
    const pool = open();
    const undone = plainStatement("INSERT INTO bounds VALUES ($1, 'x') RETURNING id", { undo: true });
    const result = await pool.run(undone, [2000], inTime());
    expect(result).toMatchObject({ columns: ['id'], rows: [[2000]], affectedRows: 1 });
    expect(await query('SELECT count(*)::int FROM bounds WHERE id = 2000')).toEqual([[0]]);
    await expect(pool.run(undone, [1], inTime())).rejects.toMatchObject({ vendorCode: '23505' });
  });

  it('does not have more rows than asked for sent, be there a million', async () => {
    const pool = open();
    await pool.run(readStatement('SELECT 1'), [], inTime());
    const million = readStatement('SELECT g, repeat(md5(g::text), 10) FROM generate_series(1, 1000000) g', {
      maxRows: 10,
    });
    const cpu = process.cpuUsage();
    const result = await pool.run(million, [], inTime());
    const { user, system } = process.cpuUsage(cpu);
    expect(result.rows).toHaveLength(10);
    expect(result.truncated).toBe(true);
    expect((user + system) / 1_000).toBeLessThan(100);
    expect(await readOne(pool, readStatement('SELECT 1'))).toBe(1);
  });

  it('says truncated only when a row was left out', async () => {
    const pool = open();
    const ten = (maxRows: number) =>
      pool.run(readStatement('SELECT generate_series(1, 10)', { maxRows }), [], inTime());
    expect(await ten(10)).toMatchObject({ rows: { length: 10 }, truncated: false });
    expect(await ten(9)).toMatchObject({ rows: { length: 9 }, truncated: true });
  });

  it('keeps no more bytes than allowed, and the session where little more came', async () => {
    const pool = open({ maxConnections: 1 });
    const pid = await readOne(pool, readStatement('SELECT pg_backend_pid()'));
    const wide = (bytes: number) =>
      readStatement(`SELECT repeat('x', ${bytes}) FROM generate_series(1, 10)`, { maxBytes: 100_000, maxRows: 100 });
    expect(await pool.run(wide(30_000), [], inTime())).toMatchObject({ rows: { length: 3 }, truncated: true });
    expect(await pool.run(wide(90_000), [], inTime())).toMatchObject({ rows: { length: 1 }, truncated: true });
    expect(await pool.run(wide(110_000), [], inTime())).toMatchObject({ rows: { length: 0 }, truncated: true });
    expect(await readOne(pool, readStatement('SELECT pg_backend_pid()'))).toBe(pid);
  });

  it('drops the connection of a read that sends far more, and keeps what it may', async () => {
    const pool = open({ maxConnections: 1 });
    const pid = await readOne(pool, readStatement('SELECT pg_backend_pid()'));
    const huge = readStatement("SELECT repeat('x', 10000000) FROM generate_series(1, 50)", { maxBytes: 1_000 });
    expect(await pool.run(huge, [], inTime())).toMatchObject({ rows: [], truncated: true });
    expect(await readOne(pool, readStatement('SELECT pg_backend_pid()'))).not.toBe(pid);
    await expect
      .poll(() => query('SELECT count(*)::int FROM pg_stat_activity WHERE pid = $1', [pid]), { timeout: 5_000 })
      .toEqual([[0]]);
  });

  it('goes on with a prepared statement whose table has changed, or that the session has lost', async () => {
    const pool = open({ maxConnections: 1 });
    await query('CREATE TABLE bounds_changing AS SELECT 1 AS a');
    const statement = readStatement('SELECT * FROM bounds_changing');
    expect((await pool.run(statement, [], inTime())).rows).toEqual([[1]]);
    await query("ALTER TABLE bounds_changing ADD COLUMN b text DEFAULT 'new'");
    expect(await pool.run(statement, [], inTime())).toMatchObject({ columns: ['a', 'b'], rows: [[1, 'new']] });
    await query('DROP TABLE bounds_changing');
    await expect(pool.run(statement, [], inTime())).rejects.toMatchObject({ kind: 'syntax', vendorCode: '42P01' });
  });

  it('keeps a bounded number of statements prepared', async () => {
    const pool = open({ maxConnections: 1 });
    for (let index = 0; index < 450; index += 1) await pool.run(readStatement(`SELECT ${index} AS a`), [], inTime());
    const count = readStatement('SELECT count(*)::int FROM pg_prepared_statements');
    expect(await readOne(pool, count)).toBeLessThanOrEqual(202);
    expect(await readOne(pool, readStatement('SELECT 7 AS a'))).toBe(7);
  });

  it('binds numbers, decimals, booleans, dates, nulls, binary and lists by their types', async () => {
    const pool = open();
    const all = readStatement(`SELECT $1::int + 1, $2::numeric * 2, NOT $3::boolean, $4::date + 1, $5::int IS NULL,
      octet_length($6::bytea), 'b' IN ($7, $8, $9), $10::timestamptz, length($11::text), $12::float8`);
    const values = [41, '1.10', true, '2026-02-28', null, new Uint8Array([0, 1, 2]), 'a', 'b', 'c'];
    const result = await pool.run(all, [...values, new Date('2026-02-03T04:05:06.789Z'), 'Zoë 渡辺 😀', 0.1], inTime());
    expect(result.rows).toEqual([[42, '2.20', false, '2026-03-01', true, 3, true, '2026-02-03T04:05:06.789Z', 8, 0.1]]);
  });

  it('takes every injection attempt as a value, alone and on a lane, and the table stays whole', async () => {
    const pool = open();
    const find = readStatement('SELECT id, name FROM bounds WHERE name = $1');
    for (let round = 0; round < 5; round += 1) {
      const results = await Promise.all(INJECTION_ATTEMPTS.map((attempt) => pool.run(find, [attempt], inTime())));
      expect(results.flatMap((result) => result.rows)).toEqual([]);
    }
    const write = plainStatement('UPDATE bounds SET name = $1 WHERE name = $1');
    for (const attempt of INJECTION_ATTEMPTS) expect((await pool.run(write, [attempt], inTime())).affectedRows).toBe(0);
    await expect(pool.run(find, ['a\0b'], inTime())).rejects.toMatchObject({ vendorCode: '22021' });
    await expect(pool.run(readStatement('SELECT 1\0; DROP TABLE bounds'), [], inTime())).rejects.toMatchObject({
      kind: 'syntax',
    });
    expect(await query('SELECT count(*)::int FROM bounds')).toEqual([[100]]);
  });
});
