import { randomUUID } from 'node:crypto';
import type { Clock } from '../util/clock.ts';
import type { SigningKey } from '../util/signing-key.ts';

/** Long enough for a slow network, short enough that a stolen one is worth nothing. */
const LIFETIME_SECONDS = 60;

export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * A JWT by which the client proves itself; good for one request, since servers take each `jti` once. Its only audience
 * is the issuer: an assertion that also named a token endpoint could be replayed by anyone who got the client to use theirs.
 * @see RFC 7523 section 3
 */
export function createClientAssertion(
  clientId: string,
  issuer: string,
  { key, keyId, clock }: { readonly key: SigningKey; readonly keyId: string | undefined; readonly clock: Clock },
): string {
  const issuedAt = Math.floor(clock.now() / 1000);
  const header = { alg: key.algorithm, typ: 'client-authentication+jwt', kid: keyId };
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: issuer,
    jti: randomUUID(),
    iat: issuedAt,
    exp: issuedAt + LIFETIME_SECONDS,
  };
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${key.sign(text)}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}
