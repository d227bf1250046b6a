import mysqlManifest from 'mysql2/package.json' with { type: 'json' };
import type { DatabaseTarget, Dialer, Driver, DriverCapabilities, DriverPool, PoolOptions } from '../driver.ts';
import { createMysqlPool } from './mysql-pool.ts';

/** MySQL and MariaDB by `mysql2`. */
export class MysqlDriver implements Driver {
  readonly kind = 'mysql';
  readonly module = `mysql2 ${mysqlManifest.version}`;
  readonly capabilities: DriverCapabilities = {
    readOnlySession: true,
    serverCancel: true,
    tls: true,
    exactDecimal: true,
    booleanType: false,
    zonedTimestamp: true,
    gaps: { booleanType: 'MySQL keeps BOOLEAN as TINYINT(1): true and false arrive as 1 and 0' },
  };

  placeholder(_position: number): string {
    return '?';
  }

  createPool(target: DatabaseTarget, options: PoolOptions, dialer: Dialer): DriverPool {
    return createMysqlPool(target, options, dialer);
  }
}
