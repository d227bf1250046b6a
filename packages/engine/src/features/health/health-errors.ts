import type { HealthErrorClass } from '@dipswitch/contract';
import { DriverError, type DriverErrorKind } from '../../drivers/driver.ts';
import { SecretUnresolvedError } from '../secrets/secret-unresolved-error.ts';

/** Why a database does not serve, in the words that a tenant may read: no host, no value, no vendor text. */
export interface HealthFailure {
  readonly errorClass: HealthErrorClass;
  readonly message: string;
}

interface PublicFailure {
  readonly errorClass: HealthErrorClass;
  readonly advice: string;
}

const UNREACHABLE: PublicFailure = {
  errorClass: 'UNREACHABLE',
  advice:
    'the database cannot be reached: check that it runs, that host and port are right, and that the network lets the engine through',
};
const TLS_ADVICE = 'set `securitySettings.caCertificate` to the certificate authority of the server';

/**
 * One row per driver error. Refused, timed out, unknown name and no route are one class with one text: a tenant who
 * chooses the address must not learn from the difference what listens in the engine's network.
 */
const PUBLIC_FAILURES: Readonly<Record<DriverErrorKind, PublicFailure>> = {
  refused: UNREACHABLE,
  'host-not-found': UNREACHABLE,
  unreachable: UNREACHABLE,
  'connect-timeout': UNREACHABLE,
  'egress-denied': {
    errorClass: 'ADDRESS_REFUSED',
    advice: 'the engine may not dial this address: its operator can allow the network with --allow-egress',
  },
  'tls-not-offered': {
    errorClass: 'TLS_FAILED',
    advice: 'the server offers no TLS: switch TLS on at the server; the engine never falls back to plain text',
  },
  'tls-untrusted': {
    errorClass: 'TLS_FAILED',
    advice: `the server certificate is not signed by a trusted authority: ${TLS_ADVICE}`,
  },
  'tls-expired': {
    errorClass: 'TLS_FAILED',
    advice: 'the server certificate is outside its period of validity: renew it at the server',
  },
  'tls-host-mismatch': {
    errorClass: 'TLS_FAILED',
    advice:
      'the server certificate is for another host name: connect by the name in the certificate, or set `securitySettings.sslVerification` to `ca`',
  },
  authentication: {
    errorClass: 'AUTHENTICATION_FAILED',
    advice: 'the database refuses user name or password: correct the secrets, then check again',
  },
  'database-not-found': {
    errorClass: 'DATABASE_NOT_FOUND',
    advice: 'the server has no such database or service: correct the database in the connection string',
  },
  permission: {
    errorClass: 'PERMISSION_DENIED',
    advice: 'the login lacks a permission: grant it what the health query reads',
  },
  'too-many-connections': {
    errorClass: 'TOO_MANY_CONNECTIONS',
    advice: 'the server has no connection left: lower `poolSettings.maxPoolSize` or raise the limit of the server',
  },
  'pool-exhausted': {
    errorClass: 'POOL_EXHAUSTED',
    advice: 'all connections of the pool are busy: raise `poolSettings.maxPoolSize` or make the statements faster',
  },
  'query-timeout': {
    errorClass: 'QUERY_TIMEOUT',
    advice: 'the health query did not answer in time: look for locks and load, or raise `healthCheck.timeoutSeconds`',
  },
  cancelled: { errorClass: 'QUERY_FAILED', advice: 'the health query was cancelled: check again' },
  'connection-lost': UNREACHABLE,
  'read-only': {
    errorClass: 'READ_ONLY',
    advice: 'the server takes no writes: connect to the primary, or use a health query that only reads',
  },
  syntax: {
    errorClass: 'QUERY_FAILED',
    advice: 'the database refuses the health query: correct `healthCheck.query` or leave it out for the default',
  },
  protocol: {
    errorClass: 'PROTOCOL_ERROR',
    advice: 'what answers is not a database of this type: check `connectorType` and the port',
  },
  closed: { errorClass: 'INTERNAL', advice: 'the engine closed the pool: check again' },
  'driver-unavailable': {
    errorClass: 'DRIVER_UNAVAILABLE',
    advice: 'the driver of this database is not installed: the operator of the engine installs the optional module',
  },
  unknown: { errorClass: 'INTERNAL', advice: 'the database failed in an unknown way: the log of the engine says more' },
};

/**
 * Translates whatever stopped a check into what its health may say. The vendor's code is added where there is one:
 * it is a number or SQLSTATE, never text.
 */
export function toHealthFailure(error: unknown): HealthFailure {
  if (error instanceof SecretUnresolvedError) return { errorClass: 'SECRET_UNRESOLVED', message: error.publicMessage };
  if (!(error instanceof DriverError)) return toPublic(PUBLIC_FAILURES.unknown, undefined);
  const failure = PUBLIC_FAILURES[error.kind];
  // The code of a failed dial would undo what one class for all of them is for.
  return toPublic(failure, failure.errorClass === 'UNREACHABLE' ? undefined : error.vendorCode);
}

function toPublic(failure: PublicFailure, vendorCode: string | undefined): HealthFailure {
  const code = vendorCode !== undefined && /^[A-Za-z0-9_-]{1,40}$/.test(vendorCode) ? ` (${vendorCode})` : '';
  return { errorClass: failure.errorClass, message: failure.advice + code };
}
