import { type DatabaseKind, Secret } from '@dipswitch/contract';
import type { Certificate } from '../../../../test/support/tls-certificates.ts';
import {
  type CapabilityFlags,
  type DatabaseTarget,
  type DatabaseValue,
  type Dialer,
  type Driver,
  DriverError,
  type PoolOptions,
  type TlsSettings,
} from '../../src/drivers/driver.ts';
import { createDialer } from '../../src/drivers/egress/dialer.ts';

/** A server under test and the words of its dialect; the conformance suite knows nothing else about a kind. */
export interface DriverFixture {
  readonly driver: Driver;
  /** Works as it stands. */
  readonly target: DatabaseTarget;
  readonly dialect: Dialect;
  /** Statements with the marker in their text that the server is running now. */
  countRunning(marker: string): Promise<number>;
  /** Ends every session of ours on the server, as an administrator would. */
  killSessions(applicationName: string): Promise<void>;
  /** Stops the server hard and starts it again; absent where the server is not ours. */
  readonly restart?: () => Promise<void>;
  /** A server of the kind with this certificate, or without TLS; absent where none is available. */
  readonly startTlsServer?: (certificate: Certificate | null) => Promise<TlsServer>;
  close(): Promise<void>;
}

export interface TlsServer {
  /** Leads to `localhost`; the suite sets the TLS settings. */
  readonly target: DatabaseTarget;
  close(): Promise<void>;
}

export interface Dialect {
  readonly one: string;
  readonly serverVersion: RegExp;
  readonly sleep: (seconds: number, marker: string) => string;
  /** One parameter, sent back as it came. */
  readonly echoText: string;
  readonly echoes: readonly EchoCase[];
  readonly types: readonly TypeCase[];
  readonly syntaxError: string;
  readonly missingTable: string;
  /** Two statements in one text. */
  readonly stacked: string;
  /** What a stacked text is refused as; null where the database runs it (then the contract's own check stands alone). */
  readonly stackedKind: 'syntax' | null;
  /** Returns at least 100 000 rows. */
  readonly many: string;
  /** Returns one row of texts that are 20 000 characters or more together. */
  readonly wide: string;
  readonly table: TableDialect;
}

/** Statements on a table of the suite's own, which the fixture has made: see `TABLE_ROWS` for what is in it. */
export interface TableDialect {
  /** Two parameters: id and note. */
  readonly insert: string;
  /** One parameter: the id; inserts and then keeps running for so many seconds. */
  readonly slowInsert: (seconds: number, marker: string) => string;
  /** The number of rows. */
  readonly count: string;
  /** Id and note of all, in the order of ids. */
  readonly all: string;
  /** One parameter: the id; returns one column, `note`. */
  readonly lookup: string;
  /** One parameter: the note; returns one column, the id. */
  readonly byNote: string;
  /** One parameter: deletes the rows with a greater id. */
  readonly removeAdded: string;
}

export interface EchoCase {
  readonly name: string;
  readonly statement: string;
  readonly value: DatabaseValue;
  readonly expected: unknown;
}

export interface TypeCase {
  readonly name: string;
  readonly statement: string;
  readonly expected: unknown;
  /** The case holds only where the driver has this capability. */
  readonly needs?: keyof CapabilityFlags;
}

/** Ends in a name that no test machine resolves, without asking a name service. */
export const UNKNOWN_HOST = 'no-such-host.test';

export function createTestDialer(): Dialer {
  return createDialer(
    { purpose: 'database', allowLoopback: true, allowedNetworks: [], forbiddenEndpoints: [] },
    {
      resolveHost: async (host) => {
        if (host === UNKNOWN_HOST) throw new DriverError('host-not-found', 'The host name is not known');
        return host === 'localhost' ? ['127.0.0.1'] : [host];
      },
    },
  );
}

export const POOL_OPTIONS: PoolOptions = {
  minConnections: 0,
  maxConnections: 4,
  connectTimeoutMs: 5_000,
  idleTimeoutMs: 60_000,
  maxLifetimeMs: 1_800_000,
  validateAfterIdleMs: 10_000,
  applicationName: 'dip-conformance',
};

export function targetFromUrl(kind: DatabaseKind, text: string, tls: TlsSettings = { mode: 'off' }): DatabaseTarget {
  const url = new URL(text);
  return {
    kind,
    hosts: [{ host: url.hostname, port: Number(url.port) }],
    database: decodeURIComponent(url.pathname.slice(1)),
    databaseIsSid: false,
    properties: new Map(),
    credentials: {
      username: new Secret(decodeURIComponent(url.username)),
      password: new Secret(decodeURIComponent(url.password)),
    },
    tls,
  };
}

export function atPort(target: DatabaseTarget, port: number, host = '127.0.0.1'): DatabaseTarget {
  return { ...target, hosts: [{ host, port }] };
}
