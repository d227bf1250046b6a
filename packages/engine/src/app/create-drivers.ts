import type { DatabaseKind } from '@dipswitch/contract';
import { type Driver, DriverError } from '../drivers/driver.ts';
import type { Drivers } from '../features/connectors/runtime/pool-opening.ts';

export type LoadDriver = () => Promise<Driver>;

/** An engine that serves one kind pays for one vendor module. */
const LOADERS: Readonly<Record<DatabaseKind, LoadDriver>> = {
  postgresql: async () => new (await import('../drivers/postgresql/postgresql-driver.ts')).PostgresqlDriver(),
  mysql: async () => new (await import('../drivers/mysql/mysql-driver.ts')).MysqlDriver(),
  sqlserver: async () => new (await import('../drivers/sqlserver/sqlserver-driver.ts')).SqlserverDriver(),
  oracle: async () => new (await import('../drivers/oracle/oracle-driver.ts')).OracleDriver(),
};

export function createDrivers(loaders: Partial<Record<DatabaseKind, LoadDriver>> = {}): Drivers {
  const loaded = new Map<DatabaseKind, Promise<Driver>>();
  return {
    get(kind) {
      const known = loaded.get(kind);
      if (known) return known;
      const load = loaders[kind] ?? LOADERS[kind];
      const loading = load().catch((error: unknown) => {
        // Not kept: a module that is installed later must be found.
        loaded.delete(kind);
        throw toUnavailable(kind, error);
      });
      loaded.set(kind, loading);
      return loading;
    },
  };
}

function toUnavailable(kind: DatabaseKind, error: unknown): unknown {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
  if (!isMissing) return error;
  return new DriverError('driver-unavailable', `The module that speaks to ${kind} is not installed`, { cause: error });
}
