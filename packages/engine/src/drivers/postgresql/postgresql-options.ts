import type { Duplex } from 'node:stream';
import type { ClientConfig } from 'pg';
import type { DatabaseTarget, PoolOptions } from '../driver.ts';

/** Builds pg's options from the model alone; no connection string is ever parsed by the vendor. */
export function toPostgresqlOptions(target: DatabaseTarget, pool: PoolOptions, stream: Duplex): ClientConfig {
  return {
    // The stream is dialled and, where required, TLS already; host and port would only be dialled again.
    stream: () => stream,
    ssl: false,
    database: target.database,
    user: target.credentials.username.expose(),
    // A function, because pg takes an empty text as a reason to look into PGPASSWORD and ~/.pgpass.
    password: () => target.credentials.password.expose(),
    application_name: target.properties.get('ApplicationName') ?? pool.applicationName,
    client_encoding: 'UTF8',
    connectionTimeoutMillis: 0,
    types: { getTypeParser: (oid: number) => PARSERS.get(oid) ?? asText },
  };
}

/** Session settings that the type parsers below rely on; constant text. */
export const SESSION_SETTINGS = "SET DateStyle = 'ISO, YMD'; SET TimeZone = 'UTC'; SET bytea_output = 'hex'";

export type PostgresqlRole = 'any' | 'primary' | 'secondary' | 'preferSecondary';

/** Which server of several a session is for; `master` and `slave` are the older names. */
export function toPostgresqlRole(target: DatabaseTarget): PostgresqlRole {
  switch (target.properties.get('targetServerType')) {
    case 'primary':
    case 'master':
      return 'primary';
    case 'secondary':
    case 'slave':
      return 'secondary';
    case 'preferSecondary':
    case 'preferSlave':
      return 'preferSecondary';
    default:
      return 'any';
  }
}

/** A list of schema names as search_path text, each quoted. */
export function toSearchPath(currentSchema: string): string {
  return currentSchema
    .split(',')
    .map((schema) => `"${schema.trim().replaceAll('"', '""')}"`)
    .join(', ');
}

const BOOL = 16;
const BYTEA = 17;
const INT8 = 20;
const INT2 = 21;
const INT4 = 23;
const OID = 26;
const FLOAT4 = 700;
const FLOAT8 = 701;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;

const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [BOOL, (text) => text === 't'],
  [BYTEA, (text) => Buffer.from(text.slice(2), 'hex')],
  [INT8, toInteger],
  [INT2, Number],
  [INT4, Number],
  [OID, Number],
  [FLOAT4, Number],
  [FLOAT8, Number],
  [TIMESTAMP, (text) => text.replace(' ', 'T')],
  [TIMESTAMPTZ, (text) => text.replace(' ', 'T').replace(/\+00$/, 'Z')],
]);

function asText(text: string): string {
  return text;
}

function toInteger(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}
