import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createClientAssertion } from '../../src/auth/client-assertion.ts';
import { parseSigningKey } from '../../src/util/signing-key.ts';
import { FakeClock } from '../support/fake-clock.ts';

const ISSUER = 'https://as.example.com';

const PAIRS = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: generateKeyPairSync('ed25519'),
} satisfies Record<string, { privateKey: KeyObject; publicKey: KeyObject }>;

function sign(privateKey: KeyObject, alg?: string) {
  const clock = new FakeClock();
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'key-1', ...(alg === undefined ? {} : { alg }) };
  const key = parseSigningKey('privateKey', JSON.stringify(jwk));
  return { clock, create: () => createClientAssertion('dipc_1', ISSUER, { key, keyId: key.keyId, clock }) };
}

describe('createClientAssertion', () => {
  it.each(Object.entries(PAIRS))('signs with %s as an independent library verifies', async (alg, pair) => {
    const { clock, create } = sign(pair.privateKey, alg);
    const { payload, protectedHeader } = await jwtVerify(create(), pair.publicKey, {
      algorithms: [alg],
      audience: ISSUER,
      issuer: 'dipc_1',
      subject: 'dipc_1',
      typ: 'client-authentication+jwt',
      currentDate: new Date(clock.now()),
    });
    expect(protectedHeader.kid).toBe('key-1');
    expect(payload.aud).toBe(ISSUER);
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
  });

  it('is another one each time', async () => {
    const { create } = sign(PAIRS.ES256.privateKey);
    const ids = await Promise.all(
      [create(), create()].map(async (text) => {
        const options = { currentDate: new Date('2026-11-23T10:00:00Z') };
        return (await jwtVerify(text, PAIRS.ES256.publicKey, options)).payload.jti;
      }),
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('names no key id where the key has none', () => {
    const pem = String(PAIRS.ES256.privateKey.export({ type: 'sec1', format: 'pem' }));
    const key = parseSigningKey('privateKey', pem);
    const text = createClientAssertion('dipc_1', ISSUER, { key, keyId: key.keyId, clock: new FakeClock() });
    expect(decodeProtectedHeader(text)).toEqual({ alg: 'ES256', typ: 'client-authentication+jwt' });
  });
});
