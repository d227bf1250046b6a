import type { DriverErrorKind } from '../driver.ts';

/** Codes of Node's TLS and of OpenSSL's chain verification, as they stand on `error.code` and `authorizationError`. */
const KIND_BY_CODE: Readonly<Record<string, DriverErrorKind>> = {
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-host-mismatch',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'tls-host-mismatch',
  HOSTNAME_MISMATCH: 'tls-host-mismatch',
  IP_ADDRESS_MISMATCH: 'tls-host-mismatch',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: 'tls-untrusted',
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: 'tls-untrusted',
  CERT_SIGNATURE_FAILURE: 'tls-untrusted',
  CERT_CHAIN_TOO_LONG: 'tls-untrusted',
  CERT_REVOKED: 'tls-untrusted',
  CERT_UNTRUSTED: 'tls-untrusted',
  CERT_REJECTED: 'tls-untrusted',
  INVALID_CA: 'tls-untrusted',
  INVALID_PURPOSE: 'tls-untrusted',
  PATH_LENGTH_EXCEEDED: 'tls-untrusted',
};

/** The kind of a failed TLS handshake; undefined when the code says nothing about TLS. */
export function toTlsErrorKind(code: string | undefined): DriverErrorKind | undefined {
  if (code === undefined) return undefined;
  // A peer that answers a ClientHello with something that is not TLS, or that shares no version with us.
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return 'protocol';
  return KIND_BY_CODE[code];
}

/** Every `code` on an error and down its causes, outermost first: vendors wrap, and only the innermost knows. */
export function findErrorCodes(error: unknown): readonly string[] {
  const codes: string[] = [];
  collect(error, codes, 0);
  return codes;
}

function collect(error: unknown, codes: string[], depth: number): void {
  if (!(error instanceof Error) || depth > 5) return;
  if ('code' in error && typeof error.code === 'string') codes.push(error.code);
  collect(error.cause, codes, depth + 1);
  if (error instanceof AggregateError) for (const inner of error.errors) collect(inner, codes, depth + 1);
}
