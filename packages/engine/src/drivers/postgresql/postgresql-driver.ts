import pgManifest from 'pg/package.json' with { type: 'json' };
import type { DatabaseTarget, Dialer, Driver, DriverCapabilities, DriverPool, PoolOptions } from '../driver.ts';
import { createPostgresqlPool } from './postgresql-pool.ts';

/** PostgreSQL: `pg` logs in, then the protocol is spoken here, so that statements can be pipelined and cut off. */
export class PostgresqlDriver implements Driver {
  readonly kind = 'postgresql';
  readonly module = `pg ${pgManifest.version}`;
  readonly capabilities: DriverCapabilities = {
    readOnlySession: true,
    serverCancel: true,
    tls: true,
    exactDecimal: true,
    booleanType: true,
    zonedTimestamp: true,
    gaps: {},
  };

  placeholder(position: number): string {
    return `$${position}`;
  }

  createPool(target: DatabaseTarget, options: PoolOptions, dialer: Dialer): DriverPool {
    return createPostgresqlPool(target, options, dialer);
  }
}
