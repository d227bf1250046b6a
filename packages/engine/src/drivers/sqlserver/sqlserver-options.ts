import type { Socket } from 'node:net';
import { type ConnectionConfiguration, type Request, TYPES } from 'tedious';
import type { DatabaseTarget, DatabaseValue, PoolOptions, TlsSettings } from '../driver.ts';

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
      cancelTimeout: 5_000,
      maxRetriesOnTransientErrors: 0,
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

/** Declares the parameters `@p1`, `@p2`, ... with the type that the value has here. */
export function addSqlserverParameters(request: Request, parameters: readonly DatabaseValue[]): void {
  for (const [index, value] of parameters.entries()) addParameter(request, `p${index + 1}`, value);
}

function addParameter(request: Request, name: string, value: DatabaseValue): void {
  if (typeof value === 'boolean') request.addParameter(name, TYPES.Bit, value);
  else if (typeof value === 'bigint') request.addParameter(name, TYPES.BigInt, value.toString());
  else if (typeof value === 'number') request.addParameter(name, toNumberType(value), value);
  else if (value instanceof Date) request.addParameter(name, TYPES.DateTimeOffset, value);
  else if (value instanceof Uint8Array) request.addParameter(name, TYPES.VarBinary, Buffer.from(value));
  else request.addParameter(name, TYPES.NVarChar, value);
}

function toNumberType(value: number) {
  if (!Number.isSafeInteger(value)) return TYPES.Float;
  return Math.abs(value) < 2 ** 31 ? TYPES.Int : TYPES.BigInt;
}

const INTEGER_TEXT = /^-?\d+$/;

/** Brings a value that tedious read into the form that the four databases share. */
export function fromSqlserverValue(value: unknown, typeName: string, scale: number | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return toTimeText(value, typeName);
  if (typeof value === 'number' && isDecimal(typeName)) return value.toFixed(scale ?? 4);
  if (typeof value === 'string' && (typeName === 'BigInt' || typeName === 'IntN') && INTEGER_TEXT.test(value)) {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  return value;
}

/** Money has four places and no scale of its own. */
function isDecimal(typeName: string): boolean {
  return /^(?:Decimal|Numeric|Money|SmallMoney)N?$/.test(typeName);
}

function toTimeText(value: Date, typeName: string): string {
  const delta: unknown = Reflect.get(value, 'nanosecondsDelta');
  const text = value.toISOString().slice(0, -1);
  // The part of a second below a millisecond, which a Date can't hold.
  const rest =
    typeof delta === 'number' && delta > 0
      ? Math.round(delta * 1e7)
          .toString()
          .padStart(4, '0')
      : '';
  const precise = `${text}${rest}`;
  switch (typeName) {
    case 'Date':
      return precise.slice(0, 10);
    case 'Time':
      return precise.slice(11);
    case 'DateTimeOffset':
      return `${precise}Z`;
    default:
      return precise;
  }
}
