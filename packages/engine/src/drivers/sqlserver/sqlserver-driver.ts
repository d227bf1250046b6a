import tediousManifest from 'tedious/package.json' with { type: 'json' };
import type { DatabaseTarget, Dialer, Driver, DriverCapabilities, DriverPool, PoolOptions } from '../driver.ts';
import { createSqlserverPool } from './sqlserver-pool.ts';

/** Microsoft SQL Server by `tedious`. */
export class SqlserverDriver implements Driver {
  readonly kind = 'sqlserver';
  readonly module = `tedious ${tediousManifest.version}`;
  readonly capabilities: DriverCapabilities = {
    readOnlySession: false,
    serverCancel: true,
    tls: true,
    exactDecimal: true,
    booleanType: true,
    zonedTimestamp: true,
    gaps: {
      readOnlySession:
        'SQL Server has no read-only transaction: what a reading statement did is rolled back; give the login read rights only',
    },
  };

  placeholder(position: number): string {
    return `@p${position}`;
  }

  createPool(target: DatabaseTarget, options: PoolOptions, dialer: Dialer): DriverPool {
    return createSqlserverPool(target, options, dialer);
  }
}
