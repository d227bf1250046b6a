import { afterEach, describe, expect, it } from 'vitest';
import { DriverError, type DriverPool } from '../../src/drivers/driver.ts';
import { MysqlDriver } from '../../src/drivers/mysql/mysql-driver.ts';
import { createTestDialer, POOL_OPTIONS, targetFromUrl } from '../drivers/driver-fixture.ts';
import { type HostileMysql, type MysqlMischief, startHostileMysql } from '../support/doubles/hostile-mysql.ts';
import { plainStatement } from '../support/plain-statement.ts';
import { within } from '../support/within.ts';

const STATEMENT = plainStatement('SELECT value', { access: 'read', maxRows: 1, maxBytes: 32_768 });
const MEBIBYTE = 1024 * 1024;
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(mischief: MysqlMischief): Promise<{ server: HostileMysql; pool: DriverPool }> {
  const server = await startHostileMysql(mischief);
  closers.push(() => server.close());
  const target = targetFromUrl('mysql', `mysql://dip:secret@127.0.0.1:${server.port}/crm`);
  const pool = new MysqlDriver().createPool(target, POOL_OPTIONS, createTestDialer());
  closers.push(() => pool.close(0));
  return { server, pool };
}

describe('a hostile MySQL server', () => {
  it('that asks for a file of ours gets none of it', async () => {
    const { server, pool } = await open({ kind: 'local-infile', path: '/etc/passwd' });
    await expect(pool.run(STATEMENT, [], within(2_000))).rejects.toMatchObject({ kind: 'protocol' });
    expect(pool.statistics().open).toBe(0);
    expect(server.received.join('')).not.toContain('root:');
  });

  it('that sends rows without end is cut off', async () => {
    const { pool } = await open({ kind: 'endless-rows' });
    const result = await pool.run(STATEMENT, [], within(10_000));
    expect(result.truncated).toBe(true);
    expect(result.rows).toEqual([['abc']]);
    expect(pool.statistics().open).toBe(0);
  });

  it('that sends one row of gigabytes is cut off before it is gathered', async () => {
    const { server, pool } = await open({ kind: 'giant-row' });
    const before = process.memoryUsage().rss;
    const result = await pool.run(STATEMENT, [], within(10_000));
    expect(result).toMatchObject({ rows: [], truncated: true });
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MEBIBYTE);
    expect(server.sentBytes()).toBeLessThan(200 * MEBIBYTE);
  });

  it('that loses count of its packets is dropped at the first, and floods no console', async () => {
    const { pool } = await open({ kind: 'lost-count' });
    const lines: unknown[] = [];
    const { error } = console;
    console.error = (...line: unknown[]) => void lines.push(line);
    try {
      await expect(pool.run(STATEMENT, [], within(2_000))).rejects.toMatchObject({ kind: 'protocol' });
    } finally {
      console.error = error;
    }
    expect(lines.length).toBeLessThan(50);
  });

  it('whose answer is whole but for the numbers of its packets has not answered', async () => {
    const { pool } = await open({ kind: 'whole-but-lost-count' });
    await expect(pool.run(STATEMENT, [], within(2_000))).rejects.toMatchObject({ kind: 'protocol' });
  });

  it('that sends garbage fails the statement and nothing else', async () => {
    const { pool } = await open({ kind: 'garbage' });
    await expect(pool.run(STATEMENT, [], within(1_000))).rejects.toBeInstanceOf(DriverError);
  });
});
