import type { Socket } from 'node:net';
import type { ConnectionOptions, SslOptions } from 'mysql2';
import type { DatabaseTarget, PoolOptions } from '../driver.ts';

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
