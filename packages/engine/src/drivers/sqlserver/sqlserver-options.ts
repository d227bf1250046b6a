import type { Socket } from 'node:net';
import type { ConnectionConfiguration } from 'tedious';
import type { DatabaseTarget, PoolOptions, TlsSettings } from '../driver.ts';

/** How long a server may take to confirm that it stopped a statement; then the session is dropped. */
const ATTENTION_LIMIT_MS = 1_000;

/** The dial that tedious asks for: once at the start, and again when the server sends it elsewhere. */
export type SqlserverConnector = (where?: { readonly host: string; readonly port: number }) => Promise<Socket>;

/** Builds tedious' configuration from the model alone. */
export function toSqlserverOptions(
  target: DatabaseTarget,
  pool: PoolOptions,
  host: { readonly host: string; readonly port: number; readonly timeoutMs: number },
  connector: SqlserverConnector,
): ConnectionConfiguration {
  const isStrict = isStrictTls(target);
  const { tls } = target;
  return {
    server: host.host,
    authentication: {
      type: 'default',
      options: {
        userName: target.credentials.username.expose(),
        password: target.credentials.password.expose(),
      },
    },
    options: {
      connector,
      port: host.port,
      database: target.database,
      appName: target.properties.get('applicationName') ?? pool.applicationName,
      readOnlyIntent: target.properties.get('applicationIntent')?.toLowerCase() === 'readonly',
      encrypt: tls.mode === 'off' ? false : isStrict ? 'strict' : true,
      trustServerCertificate: isVerifiedByUs(tls),
      cryptoCredentialsDetails: {
        minVersion: 'TLSv1.2',
        ...(tls.mode === 'required' && tls.caCertificate !== undefined ? { ca: tls.caCertificate } : {}),
      },
      // Time is the pool's business; theirs only has to be later than ours.
      connectTimeout: host.timeoutMs + 5_000,
      requestTimeout: 0,
      cancelTimeout: ATTENTION_LIMIT_MS,
      maxRetriesOnTransientErrors: 0,
      // An error, and an attention, undo what the statement did.
      abortTransactionOnError: true,
      lowerCaseGuids: true,
      useUTC: true,
      useColumnNames: false,
      rowCollectionOnRequestCompletion: false,
    },
  };
}

export function isStrictTls(target: DatabaseTarget): boolean {
  return target.tls.mode === 'required' && target.properties.get('encrypt')?.toLowerCase() === 'strict';
}

/** tedious knows full verification or none; for what lies between we judge the handshake before the login is sent. */
export function isVerifiedByUs(tls: TlsSettings): boolean {
  return tls.mode === 'required' && tls.verification !== 'full';
}
