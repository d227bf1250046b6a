import type { DatabaseKind, Secret, SslVerification } from '@dipswitch/contract';
import { EngineError } from '../util/engine-error.ts';

/**
 * Why a database did not do what we asked, in one vocabulary for the four. Decided by vendor number or SQLSTATE, or
 * by our own state (did our timer fire?), never by message text.
 */
export const DRIVER_ERROR_KINDS = [
  'refused',
  'host-not-found',
  'unreachable',
  'connect-timeout',
  'egress-denied',
  'tls-not-offered',
  'tls-untrusted',
  'tls-expired',
  'tls-host-mismatch',
  'authentication',
  'database-not-found',
  'permission',
  'too-many-connections',
  'pool-exhausted',
  'query-timeout',
  'cancelled',
  'connection-lost',
  'read-only',
  'syntax',
  'protocol',
  'closed',
  'driver-unavailable',
  'unknown',
] as const;
export type DriverErrorKind = (typeof DRIVER_ERROR_KINDS)[number];

/** The one error a driver raises. `cause` is the vendor's error; its text may hold values, so it is never shown. */
export class DriverError extends EngineError {
  override readonly name = 'DriverError';
  readonly kind: DriverErrorKind;
  /** SQLSTATE or vendor number as text, when the vendor gave one; safe to show. */
  readonly vendorCode: string | undefined;
  /** Whether the same call on another connection, later, may work. */
  readonly retryable: boolean;
  /** True when the statement certainly never left for the database, although the kind alone does not say so. */
  readonly isUnsent: boolean;

  constructor(
    kind: DriverErrorKind,
    message: string,
    options: {
      cause?: unknown;
      vendorCode?: string | undefined;
      retryable?: boolean | undefined;
      isUnsent?: boolean | undefined;
    } = {},
  ) {
    super(message, options);
    this.kind = kind;
    this.vendorCode = options.vendorCode;
    this.isUnsent = options.isUnsent ?? false;
    // What a kind says of itself, unless the vendor knows better (a deadlock).
    this.retryable = options.retryable ?? RETRYABLE.has(kind);
  }

  get code(): DriverErrorKind {
    return this.kind;
  }
}

const RETRYABLE: ReadonlySet<DriverErrorKind> = new Set([
  'refused',
  'unreachable',
  'connect-timeout',
  'too-many-connections',
  'pool-exhausted',
  'query-timeout',
  'connection-lost',
]);

/** `required` never falls back to plaintext. `caCertificate` is PEM text; absent means the system's roots. */
export type TlsSettings =
  | { readonly mode: 'off' }
  | { readonly mode: 'required'; readonly verification: SslVerification; readonly caCertificate?: string };

/** One database as the model describes it; drivers build option objects from this and never see a connection string. */
export interface DatabaseTarget {
  readonly kind: DatabaseKind;
  /** Tried in order; at least one. */
  readonly hosts: ReadonlyArray<{ readonly host: string; readonly port: number }>;
  /** Database name (PostgreSQL, MySQL, SQL Server) or service name / SID (Oracle). */
  readonly database: string;
  /** Oracle only: `database` is a SID, not a service name. */
  readonly databaseIsSid: boolean;
  /** Allow-listed connection properties, keys in the catalogue's spelling; `driverVersion` is not among them. */
  readonly properties: ReadonlyMap<string, string>;
  readonly credentials: { readonly username: Secret; readonly password: Secret };
  readonly tls: TlsSettings;
}

export interface PoolOptions {
  readonly minConnections: number;
  readonly maxConnections: number;
  /** Bounds opening one connection: name resolution, dial, TLS, login. */
  readonly connectTimeoutMs: number;
  /** A connection idle for longer is closed down to `minConnections`. */
  readonly idleTimeoutMs: number;
  /** A connection this old, give or take a tenth, is closed as soon as nothing runs on it: names may lead elsewhere by then. */
  readonly maxLifetimeMs: number;
  /** A connection idle for longer has to answer the pool before it is handed out. */
  readonly validateAfterIdleMs: number;
  /** What the server's session list shows for us. */
  readonly applicationName: string;
}

/** A parameter as the driver binds it. */
export type DatabaseValue = string | number | bigint | boolean | null | Date | Uint8Array;

/**
 * The same for the four databases: integers that a double holds are numbers, larger ones text; decimals are text;
 * dates and times are ISO 8601 text (`2026-02-03`, `2026-02-03T04:05:06.789`, with `Z` where the type knows its zone);
 * binary is a `Uint8Array`; NULL is `null`. JSON, UUID, arrays and the like stay text.
 */
export interface StatementResult {
  readonly columns: readonly string[];
  readonly rows: ReadonlyArray<readonly unknown[]>;
  /** Rows changed, for a statement that returns none. */
  readonly affectedRows: number;
  /** Whether rows were left out because of `maxRows` or `maxBytes`. */
  readonly truncated: boolean;
  /** Milliseconds that the call waited for a session, opening one included. */
  readonly queueMs: number;
  /** Milliseconds between the statement going out and its last row. */
  readonly databaseMs: number;
}

export type StatementAccess = 'read' | 'write';

/**
 * One statement as it is run again and again: made once, then handed to `run` as the same object, so that a driver may
 * keep what it learns about it (its preparation, how long it takes) by identity.
 */
export interface Statement {
  /** With the native placeholders of the database. */
  readonly text: string;
  /** `read`: the database refuses writes where it can (session or transaction), else what was done is rolled back. */
  readonly access: StatementAccess;
  /** More rows are not fetched where the protocol allows it, and never kept; the result says `truncated`. */
  readonly maxRows: number;
  /** Bounds the bytes of row values that are kept, and what a server may send before its connection is dropped. */
  readonly maxBytes: number;
  /** Whatever the statement did is rolled back: the test of a draft. */
  readonly undo: boolean;
}

/** What the server's own parser says of a statement that was not run. Null: the database cannot say. */
export interface StatementDescription {
  /** Columns of the result, in order; empty for a statement that returns none. */
  readonly columns: readonly string[] | null;
  /** Whether the statement changes data. */
  readonly writes: boolean | null;
  /** The server's plan as text, one line a step. */
  readonly plan: string | null;
}

export interface RunOptions {
  /** Monotonic milliseconds; when they pass the statement is cancelled on the server and `query-timeout` is raised. */
  readonly endsAtMs: number;
  readonly signal?: AbortSignal;
}

export interface PoolStatistics {
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
  readonly max: number;
}

/**
 * The sessions of one connector. Opening makes no connection by itself: the first `run` (or `probe`) does.
 * After `close` every call raises `closed`. A connection whose statement timed out, was cancelled or broke is
 * discarded, never handed out again.
 */
export interface DriverPool {
  /** Runs one statement with bound parameters. */
  run(statement: Statement, parameters: readonly DatabaseValue[], options: RunOptions): Promise<StatementResult>;
  /**
   * Has the server parse a statement without running it. `parameters` are samples, one for each placeholder.
   * @throws DriverError `syntax`, `permission` when the server refuses it
   */
  describe(
    statement: Statement,
    parameters: readonly DatabaseValue[],
    options: RunOptions,
  ): Promise<StatementDescription>;
  /** Runs the health query in a read-only way and says how long it took and what the server is. */
  probe(query: string, options: RunOptions): Promise<ProbeResult>;
  statistics(): PoolStatistics;
  /** Lets statements in flight finish for `graceMs`, then breaks them. Idempotent. */
  close(graceMs: number): Promise<void>;
}

export interface ProbeResult {
  readonly latencyMs: number;
  readonly serverVersion: string;
  /** True when the server refuses writes (standby, read-only mode); health shows it. */
  readonly readOnly: boolean;
}

export interface CapabilityFlags {
  /** The server can be told to refuse writes on a session or transaction. */
  readonly readOnlySession: boolean;
  /** A running statement is cancelled on the server, not only abandoned. */
  readonly serverCancel: boolean;
  readonly tls: boolean;
  /** `decimal` and `numeric` of any precision arrive without loss, as text. */
  readonly exactDecimal: boolean;
  /** The database has a boolean type that arrives as `true` or `false`. */
  readonly booleanType: boolean;
  /** The server can bring a time zone with a timestamp, and it arrives in UTC with `Z`. */
  readonly zonedTimestamp: boolean;
}

/** What a driver cannot do is said here with its reason, so that a gap is visible and never a silent skip. */
export interface DriverCapabilities extends CapabilityFlags {
  /** One reason for each flag that is false. */
  readonly gaps: Readonly<Partial<Record<keyof CapabilityFlags, string>>>;
}

export interface Driver {
  readonly kind: DatabaseKind;
  /** Name and version of the vendor module, e.g. `pg 8.23.1`. */
  readonly module: string;
  readonly capabilities: DriverCapabilities;
  /** The native placeholder of the parameter at `position`, counted from 1: `$1`, `?`, `@p1`, `:1`. */
  placeholder(position: number): string;
  /** Prepares a pool without dialling. */
  createPool(target: DatabaseTarget, options: PoolOptions, dialer: Dialer): DriverPool;
}

/**
 * The one way out of the engine to a database: resolves the name, asks the egress policy about the address that is
 * then dialled, and connects. Raises DriverError `egress-denied`, `host-not-found`, `refused`, `unreachable` or
 * `connect-timeout`. Routes and redirects that a server sends pass through here too.
 */
export interface Dialer {
  dial(
    host: string,
    port: number,
    /** `database`: what the session will ask for there, where the policy tells databases of one server apart. */
    options: { timeoutMs: number; signal?: AbortSignal; database?: string },
  ): Promise<import('node:net').Socket>;
}
