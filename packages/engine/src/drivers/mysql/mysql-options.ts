import type { Socket } from 'node:net';
import type { ConnectionOptions, SslOptions } from 'mysql2';
import type { DatabaseTarget, DatabaseValue, PoolOptions } from '../driver.ts';

/** Builds mysql2's options from the model alone. */
export function toMysqlOptions(
  target: DatabaseTarget,
  pool: PoolOptions,
  host: string,
  stream: Socket,
): ConnectionOptions {
  return {
    stream,
    // Dialled already; mysql2 takes the name for SNI and verification.
    host,
    user: target.credentials.username.expose(),
    password: target.credentials.password.expose(),
    database: target.database,
    charset: 'utf8mb4',
    timezone: 'Z',
    // A server may ask a client that offers LOCAL INFILE for any file that it can read.
    flags: ['-LOCAL_FILES'],
    multipleStatements: false,
    enableCleartextPlugin: false,
    connectTimeout: 0,
    supportBigNumbers: true,
    bigNumberStrings: false,
    decimalNumbers: false,
    dateStrings: true,
    jsonStrings: true,
    maxPreparedStatements: 256,
    connectAttributes: { program_name: pool.applicationName },
    ...(target.tls.mode === 'required' ? { ssl: toSslOptions(target.tls) } : {}),
  };
}

function toSslOptions(tls: Extract<DatabaseTarget['tls'], { readonly mode: 'required' }>): SslOptions {
  return {
    rejectUnauthorized: tls.verification !== 'none',
    verifyIdentity: tls.verification === 'full',
    minVersion: 'TLSv1.2',
    ...(tls.caCertificate === undefined ? {} : { ca: tls.caCertificate }),
  };
}

/** Numbers as mysql2 sends them best: a bigint has no binary type there, and text is compared exactly. */
export function toMysqlParameter(value: DatabaseValue): string | number | boolean | Date | Buffer | null {
  if (typeof value === 'bigint') return value.toString();
  // `LIMIT ?` takes no double (ER_WRONG_ARGUMENTS), and a double is all that mysql2 makes of a number.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value.toString() : value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value;
}

/** Column types of the protocol. @see https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html */
const TIMESTAMP = 7;
const DATETIME = 12;
const BIT = 16;

export interface MysqlColumn {
  readonly type: number;
  readonly lengthBits: number;
}

/** Brings a value that mysql2 read into the form that the four databases share. */
export function fromMysqlValue(value: unknown, column: MysqlColumn): unknown {
  if (value === null || value === undefined) return null;
  // The session's time zone is UTC, so a TIMESTAMP is UTC and a DATETIME says nothing.
  if (column.type === TIMESTAMP && typeof value === 'string') return `${value.replace(' ', 'T')}Z`;
  if (column.type === DATETIME && typeof value === 'string') return value.replace(' ', 'T');
  if (column.type === BIT && column.lengthBits === 1 && value instanceof Uint8Array) return value[0] === 1;
  if (typeof value === 'object' && !(value instanceof Uint8Array)) return JSON.stringify(value);
  return value;
}
