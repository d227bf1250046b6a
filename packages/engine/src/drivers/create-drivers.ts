import type { DatabaseKind } from '@dipswitch/contract';
import { type Driver, DriverError } from './driver.ts';

export type LoadDriver = () => Promise<Driver>;

export interface Drivers {
  /** The driver of a kind, loaded with its vendor module on first use. @throws DriverError `driver-unavailable` */
  get(kind: DatabaseKind): Promise<Driver>;
}

/** An engine that serves one kind pays for one vendor module. */
const LOADERS: Readonly<Record<DatabaseKind, LoadDriver>> = {
  postgresql: async () => new (await import('./postgresql/postgresql-driver.ts')).PostgresqlDriver(),
  mysql: async () => new (await import('./mysql/mysql-driver.ts')).MysqlDriver(),
  sqlserver: async () => new (await import('./sqlserver/sqlserver-driver.ts')).SqlserverDriver(),
  oracle: async () => new (await import('./oracle/oracle-driver.ts')).OracleDriver(),
};

export function createDrivers(loaders: Partial<Record<DatabaseKind, LoadDriver>> = {}): Drivers {
  const loaded = new Map<DatabaseKind, Promise<Driver>>();
  return {
    get(kind) {
      const known = loaded.get(kind);
      if (known) return known;
      const load = loaders[kind] ?? LOADERS[kind];
      const loading = load().catch((error: unknown) => {
        // Not kept: a module that is installed later shall be found.
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
