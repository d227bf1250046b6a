import oracledb from 'oracledb';
import type { DatabaseTarget, Dialer, Driver, DriverCapabilities, DriverPool, PoolOptions } from '../driver.ts';
import { createOraclePool } from './oracle-pool.ts';

/** Oracle Database by `oracledb` in Thin mode. */
export class OracleDriver implements Driver {
  readonly kind = 'oracle';
  readonly module = `oracledb ${oracledb.versionString}`;
  readonly capabilities: DriverCapabilities = {
    readOnlySession: true,
    serverCancel: true,
    tls: true,
    exactDecimal: true,
    booleanType: false,
    zonedTimestamp: true,
    gaps: {
      booleanType:
        'SQL has no boolean before Oracle 23ai: true and false are bound as 1 and 0, and arrive as such from 23ai only',
    },
  };

  placeholder(position: number): string {
    return `:${position}`;
  }

  createPool(target: DatabaseTarget, options: PoolOptions, dialer: Dialer): DriverPool {
    return createOraclePool(target, options, dialer);
  }
}
