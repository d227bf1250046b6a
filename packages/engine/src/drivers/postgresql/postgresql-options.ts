import type { Duplex } from 'node:stream';
import type { ClientConfig } from 'pg';
import type { DatabaseTarget, PoolOptions } from '../driver.ts';

/** About 40 ms of one core. Servers ask for 4 096 unless told otherwise. */
const MAX_SCRAM_ITERATIONS = 100_000;

/** `scramMaxIterations` is an option of pg that its types do not know. */
type LoginOptions = ClientConfig & { readonly scramMaxIterations: number };

/** Builds pg's options from the model alone; no connection string is ever parsed by the vendor. */
export function toPostgresqlOptions(target: DatabaseTarget, pool: PoolOptions, stream: Duplex): LoginOptions {
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
    // pg's own default, held here: more would keep a core busy at the server's word.
    scramMaxIterations: MAX_SCRAM_ITERATIONS,
  };
}

/**
 * What each session is set to: the forms that values are read in, backslashes in strings read as our tokenizer reads
 * them, and no notices, which nobody reads.
 * Names and values as `pg_settings` shows them.
 */
export function toSessionSettings(target: DatabaseTarget): ReadonlyMap<string, string> {
  const settings = new Map([
    ['DateStyle', 'ISO, YMD'],
    ['TimeZone', 'UTC'],
    ['bytea_output', 'hex'],
    ['client_min_messages', 'error'],
    ['standard_conforming_strings', 'on'],
  ]);
  const schema = target.properties.get('currentSchema');
  if (schema !== undefined) settings.set('search_path', toSearchPath(schema));
  if (target.properties.get('readOnly') === 'true') settings.set('default_transaction_read_only', 'on');
  return settings;
}

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
function toSearchPath(currentSchema: string): string {
  return currentSchema
    .split(',')
    .map((schema) => `"${schema.trim().replaceAll('"', '""')}"`)
    .join(', ');
}
