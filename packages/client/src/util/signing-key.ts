import { createPrivateKey, type KeyObject, constants as rsa, sign } from 'node:crypto';
import { Secret } from '@dipswitch/contract';
import { invalidArgument } from '../errors.ts';

/** @see RFC 7518 section 3.1, RFC 8037 section 3.1 */
export type SigningAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA';

/** PEM (PKCS#8, PKCS#1 or SEC1, not encrypted), the JSON text of a JWK, or the JWK itself. */
export type PrivateKey = Secret | string | { readonly kty: string; readonly [member: string]: unknown };

export interface SigningKey {
  readonly algorithm: SigningAlgorithm;
  /** `kid` of the JWK; undefined for a PEM. */
  readonly keyId: string | undefined;
  /** Signs as JWS wants it: the raw signature (for ECDSA `r || s`) in base64url. */
  sign(text: string): string;
}

const MIN_RSA_BITS = 2048;
const BY_CURVE: Readonly<Record<string, SigningAlgorithm>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};
const HASHES = { RS256: 'sha256', PS256: 'sha256', ES256: 'sha256', ES384: 'sha384', ES512: 'sha512', EdDSA: null };

/** Reads a private key. No message repeats a part of it. @throws TypeError `ERR_INVALID_ARG_VALUE` */
export function parseSigningKey(name: string, value: PrivateKey): SigningKey {
  const jwk = toJwk(name, value);
  const key = jwk === null ? readKey(name, textOf(value)) : readKey(name, { key: jwk, format: 'jwk' });
  const algorithm = chooseAlgorithm(name, key, jwk?.alg);
  const keyId = typeof jwk?.kid === 'string' && jwk.kid !== '' ? jwk.kid : undefined;
  return { algorithm, keyId, sign: (text) => signText(key, algorithm, text) };
}

function toJwk(name: string, value: PrivateKey): Record<string, unknown> | null {
  const text = textOf(value);
  if (text === '') return { ...(typeof value === 'object' ? value : {}) };
  if (!text.trimStart().startsWith('{')) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : null;
  } catch {
    throw refused(name, 'is not whole JSON');
  }
}

function textOf(value: PrivateKey): string {
  if (value instanceof Secret) return value.expose();
  return typeof value === 'string' ? value : '';
}

function readKey(name: string, input: Parameters<typeof createPrivateKey>[0]): KeyObject {
  try {
    return createPrivateKey(input);
  } catch {
    // Without the cause: OpenSSL may quote what it could not read.
    throw refused(name, 'must be a private key: PEM that is not encrypted, or a JWK with its private part');
  }
}

function chooseAlgorithm(name: string, key: KeyObject, wanted: unknown): SigningAlgorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return 'EdDSA';
  if (type === 'ec') {
    const algorithm = BY_CURVE[details?.namedCurve ?? ''];
    if (algorithm !== undefined) return algorithm;
    throw refused(name, 'is on a curve that no JWS algorithm here uses; take P-256, P-384, P-521 or Ed25519');
  }
  if (type !== 'rsa') throw refused(name, 'must be an RSA, EC or Ed25519 key');
  if ((details?.modulusLength ?? 0) < MIN_RSA_BITS) throw refused(name, `must have ${MIN_RSA_BITS} bits or more`);
  return wanted === 'PS256' ? 'PS256' : 'RS256';
}

function signText(key: KeyObject, algorithm: SigningAlgorithm, text: string): string {
  const padding = algorithm === 'PS256' ? { padding: rsa.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : {};
  const options = { key, dsaEncoding: 'ieee-p1363', ...padding } as const;
  return sign(HASHES[algorithm], Buffer.from(text, 'utf8'), options).toString('base64url');
}

function refused(name: string, why: string): TypeError {
  return invalidArgument('ERR_INVALID_ARG_VALUE', `${name} ${why}`);
}
