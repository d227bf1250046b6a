import { afterEach } from 'vitest';
import type { DatabaseTarget, Dialer, DriverPool, PoolOptions } from '../../../src/drivers/driver.ts';
import { SqlserverDriver } from '../../../src/drivers/sqlserver/sqlserver-driver.ts';
import { startTdsDouble, type TdsDouble, type TdsDoubleOptions } from '../../support/doubles/tds-double.ts';
import { createTestDialer, POOL_OPTIONS, targetFromUrl } from '../driver-fixture.ts';
import { createSqlserverAnswers } from '../sqlserver-answers.ts';

export const ACCOUNT = { username: 'dip', password: 'dip-password', database: 'crm' };

export interface SqlserverHarness {
  start(options?: Partial<TdsDoubleOptions>): Promise<TdsDouble>;
  /** One session at most, unless asked otherwise. */
  open(double: { readonly port: number }, options?: Partial<PoolOptions>, dialer?: Dialer): DriverPool;
}

/** Doubles and pools that are closed after each test. */
export function useSqlserver(): SqlserverHarness {
  const doubles: TdsDouble[] = [];
  const pools: DriverPool[] = [];
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.close(0)));
    await Promise.all(doubles.splice(0).map((double) => double.close()));
  });
  return {
    async start(options = {}) {
      const double = await startTdsDouble({ ...ACCOUNT, answer: createSqlserverAnswers(), ...options });
      doubles.push(double);
      return double;
    },
    open({ port }, options = {}, dialer = createTestDialer()) {
      const own = { ...POOL_OPTIONS, maxConnections: 1, ...options };
      const pool = new SqlserverDriver().createPool(toTarget(port), own, dialer);
      pools.push(pool);
      return pool;
    },
  };
}

export function toTarget(port: number): DatabaseTarget {
  const { username, password, database } = ACCOUNT;
  return targetFromUrl('sqlserver', `sqlserver://${username}:${password}@127.0.0.1:${port}/${database}`);
}
