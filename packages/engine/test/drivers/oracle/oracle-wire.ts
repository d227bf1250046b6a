import { afterEach } from 'vitest';
import type { DriverPool, PoolOptions } from '../../../src/drivers/driver.ts';
import { OracleDriver } from '../../../src/drivers/oracle/oracle-driver.ts';
import type { OracleAnswer } from '../../support/doubles/oracle-server/oracle-answer.ts';
import {
  type OracleServer,
  type OracleServerOptions,
  startOracleServer,
} from '../../support/doubles/oracle-server/oracle-server.ts';
import type { OracleTypeName, OracleValue } from '../../support/doubles/oracle-server/oracle-types.ts';
import { within } from '../../support/within.ts';
import { createTestDialer, POOL_OPTIONS, targetFromUrl } from '../driver-fixture.ts';

export const inTime = () => within(5_000);

const closers: Array<() => Promise<void>> = [];

/** A double with a pool of the driver on it; both are closed after the test. */
export async function openOracle(
  options: Pick<OracleServerOptions, 'answer'> & Partial<OracleServerOptions>,
  poolOptions: Partial<PoolOptions> = {},
): Promise<{ readonly server: OracleServer; readonly pool: DriverPool }> {
  const server = await startOracleServer({ username: 'dip', password: 'dip-password', service: 'crm', ...options });
  const target = targetFromUrl('oracle', `oracle://dip:dip-password@127.0.0.1:${server.port}/crm`);
  const pool = new OracleDriver().createPool(
    target,
    { ...POOL_OPTIONS, maxConnections: 1, ...poolOptions },
    createTestDialer(),
  );
  closers.push(() => server.close());
  closers.push(() => pool.close(0));
  return { server, pool };
}

export function closeOraclesAfterEach(): void {
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
}

/** The calls of the server after the login, in short: `execute SELECT 1`. */
export function callsOf(server: OracleServer): readonly string[] {
  return server.calls.map(({ call, statement }) => `${call} ${statement}`.trim());
}

export function column(type: OracleTypeName, ...values: readonly OracleValue[]): OracleAnswer {
  return { columns: [{ name: 'VALUE', type }], rows: values.map((value) => [value]) };
}
