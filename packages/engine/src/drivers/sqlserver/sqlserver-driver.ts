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
    exactDecimal: false,
    booleanType: true,
    zonedTimestamp: true,
    gaps: {
      readOnlySession: 'SQL Server has no read-only transaction; give the login read rights only',
      exactDecimal:
        'tedious reads decimal, numeric and money into a double: exact up to 15 digits; cast to varchar for more',
    },
  };

  placeholder(position: number): string {
    return `@p${position}`;
  }

  createPool(target: DatabaseTarget, options: PoolOptions, dialer: Dialer): DriverPool {
    return createSqlserverPool(target, options, dialer);
  }
}
