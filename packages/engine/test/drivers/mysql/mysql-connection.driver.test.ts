import { afterEach, describe, expect, inject, it } from 'vitest';
import type {} from '../../../../../test/support/databases.ts';
import type { DriverPool } from '../../../src/drivers/driver.ts';
import { MysqlDriver } from '../../../src/drivers/mysql/mysql-driver.ts';
import { plainStatement } from '../../support/plain-statement.ts';
import { within } from '../../support/within.ts';
import { createTestDialer, POOL_OPTIONS, targetFromUrl } from '../driver-fixture.ts';

const url = inject('mysqlUrl');
const inTime = () => within(5_000);
const pools: DriverPool[] = [];

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close(0);
});

function open(): DriverPool {
  const target = targetFromUrl('mysql', url ?? '');
  const pool = new MysqlDriver().createPool(target, { ...POOL_OPTIONS, maxConnections: 1 }, createTestDialer());
  pools.push(pool);
  return pool;
}

async function readOne(pool: DriverPool, statement: string): Promise<unknown> {
  return (await pool.run(plainStatement(statement), [], inTime())).rows[0]?.[0];
}

describe.skipIf(url === null)('a MySQL session', () => {
  it('sends no file of ours, whatever a statement asks for', async () => {
    const pool = open();
    await pool.run(plainStatement('CREATE TABLE IF NOT EXISTS dip_infile (line TEXT)'), [], inTime());
    const load = "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE dip_infile";
    await expect(pool.run(plainStatement(load), [], inTime())).rejects.toThrow();
    expect(await readOne(pool, 'SELECT COUNT(*) FROM dip_infile')).toBe(0);
    await pool.run(plainStatement('DROP TABLE dip_infile'), [], inTime());
  });

  it.each(['SET @leaked = 1', 'START TRANSACTION', 'USE mysql'])('is not shared after %s', async (statement) => {
    const pool = open();
    const before = await readOne(pool, 'SELECT CONNECTION_ID()');
    await pool.run(plainStatement(statement), [], inTime()).catch(() => {});
    expect(await readOne(pool, 'SELECT CONNECTION_ID()')).not.toBe(before);
  });

  it('binds whole numbers where a double is refused', async () => {
    const pool = open();
    expect((await pool.run(plainStatement('SELECT 1 UNION SELECT 2 LIMIT ?'), [1], inTime())).rows).toHaveLength(1);
  });

  it('runs the health query where nothing can be written', async () => {
    const pool = open();
    await pool.run(plainStatement('CREATE TABLE IF NOT EXISTS dip_probe (a INT) ENGINE=InnoDB'), [], inTime());
    await expect(pool.probe('INSERT INTO dip_probe VALUES (1)', inTime())).rejects.toMatchObject({ kind: 'read-only' });
    await pool.run(plainStatement('DROP TABLE dip_probe'), [], inTime());
  });
});
