import { Secret } from '../../packages/contract/src/secrets/secret.ts';
import {
  type DatabaseTarget,
  type Driver,
  DriverError,
  type DriverPool,
  type PoolOptions,
} from '../../packages/engine/src/drivers/driver.ts';
import { createDialer } from '../../packages/engine/src/drivers/egress/dialer.ts';
import type { ResolveHost } from '../../packages/engine/src/drivers/egress/resolve-host.ts';
import { MysqlDriver } from '../../packages/engine/src/drivers/mysql/mysql-driver.ts';
import { PostgresqlDriver } from '../../packages/engine/src/drivers/postgresql/postgresql-driver.ts';
import { plainStatement } from '../../packages/engine/test/support/plain-statement.ts';
import { within } from '../../packages/engine/test/support/within.ts';
import type { RealKind } from '../support/database-accounts.ts';

const OPTIONS: PoolOptions = {
  minConnections: 0,
  maxConnections: 3,
  connectTimeoutMs: 2_000,
  idleTimeoutMs: 60_000,
  maxLifetimeMs: 1_800_000,
  validateAfterIdleMs: 10_000,
  applicationName: 'dip-faults',
};

const DRIVERS: Readonly<Record<RealKind, () => Driver>> = {
  postgresql: () => new PostgresqlDriver(),
  mysql: () => new MysqlDriver(),
};

/** A pool on the server of `url`; through `port` when a proxy stands between. */
export function openDriverPool(
  kind: RealKind,
  url: string,
  options: Partial<PoolOptions> & {
    readonly host?: string;
    readonly port?: number;
    readonly tls?: DatabaseTarget['tls'];
    readonly resolveHost?: ResolveHost;
  } = {},
): DriverPool {
  const { host, port, tls = { mode: 'off' }, resolveHost, ...poolOptions } = options;
  const { hostname, port: ownPort, pathname, username, password } = new URL(url);
  const target: DatabaseTarget = {
    kind,
    hosts: [{ host: host ?? hostname, port: port ?? Number(ownPort) }],
    database: pathname.slice(1),
    databaseIsSid: false,
    properties: new Map(),
    credentials: {
      username: new Secret(decodeURIComponent(username)),
      password: new Secret(decodeURIComponent(password)),
    },
    tls,
  };
  const dialer = createDialer(
    { purpose: 'database', allowLoopback: true, allowedNetworks: [], forbiddenEndpoints: [] },
    resolveHost === undefined ? {} : { resolveHost },
  );
  return DRIVERS[kind]().createPool(target, { ...OPTIONS, ...poolOptions }, dialer);
}

export interface Timed {
  /** `worked` or the kind of the DriverError. */
  readonly outcome: string;
  readonly tookMs: number;
}

/** Runs a statement and says what came of it and how long it took. */
export async function runTimed(pool: DriverPool, statement: string, timeoutMs: number): Promise<Timed> {
  const startedAt = performance.now();
  const outcome = await pool.run(plainStatement(statement), [], within(timeoutMs)).then(
    () => 'worked',
    (error: unknown) => (error instanceof DriverError ? error.kind : String(error)),
  );
  return { outcome, tookMs: performance.now() - startedAt };
}

export const ONE = 'SELECT 1';

/** What an event loop on two shared cores may add to a timer. */
export const SLACK_MS = 500;
