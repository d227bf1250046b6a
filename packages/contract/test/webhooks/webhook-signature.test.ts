import { randomBytes } from 'node:crypto';
import { generateWebhookSecret, isWebhookSecret, signWebhook, verifyWebhook } from '@dipswitch/contract';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';

/** The example of the Standard Webhooks specification and its libraries. */
const VECTOR = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampSeconds: 1614265330,
  body: '{"test": 2432232314}',
  secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
};
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const OTHER = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

const received = {
  id: VECTOR.id,
  timestamp: String(VECTOR.timestampSeconds),
  signature: SIGNATURE,
  body: VECTOR.body,
  secrets: VECTOR.secrets,
  nowSeconds: VECTOR.timestampSeconds + 10,
};

describe('signWebhook', () => {
  it('gives the signature of the specification', async () => {
    await expect(signWebhook(VECTOR)).resolves.toBe(SIGNATURE);
  });

  it('gives one signature for each secret, so that a secret rotates without loss', async () => {
    const header = await signWebhook({ ...VECTOR, secrets: [OTHER, ...VECTOR.secrets] });
    expect(header.split(' ')).toHaveLength(2);
    expect(header.endsWith(SIGNATURE)).toBe(true);
    await expect(verifyWebhook({ ...received, signature: header })).resolves.toEqual({ valid: true });
  });

  it.each([
    ['a secret without its prefix', { secrets: ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] }],
    ['a secret of 23 bytes', { secrets: [`whsec_${randomBytes(23).toString('base64')}`] }],
    ['a secret that is not base64', { secrets: ['whsec_!!!!MfKQ9r8GKYqrTwjUPD8ILPZIo2La'] }],
    ['no secret', { secrets: [] }],
    ['an empty id', { id: '' }],
    ['an id with a full stop', { id: 'a.b' }],
    ['a time with a fraction', { timestampSeconds: 1.5 }],
    ['a time that is not finite', { timestampSeconds: Number.NaN }],
  ])('refuses %s', async (_name, change) => {
    await expect(signWebhook({ ...VECTOR, ...change })).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
  });

  it('is accepted by the reference library, and accepts what that library signs', async () => {
    const text = fc.string({ unit: 'grapheme' });
    await fc.assert(
      fc.asyncProperty(fc.uuid(), text, fc.uint8Array({ minLength: 24, maxLength: 64 }), async (id, body, bytes) => {
        const secret = generateWebhookSecret(() => bytes);
        const nowSeconds = Math.floor(Date.now() / 1000);
        const reference = new Webhook(secret);
        const signature = await signWebhook({ id, timestampSeconds: nowSeconds, body, secrets: [secret] });
        expect(signature).toBe(reference.sign(id, new Date(nowSeconds * 1000), body));
        const headers = { 'webhook-id': id, 'webhook-timestamp': String(nowSeconds), 'webhook-signature': signature };
        const json = JSON.stringify({ body });
        const jsonSignature = await signWebhook({ id, timestampSeconds: nowSeconds, body: json, secrets: [secret] });
        expect(reference.verify(json, { ...headers, 'webhook-signature': jsonSignature })).toEqual({ body });
      }),
      { numRuns: 50 },
    );
  });
});

describe('verifyWebhook', () => {
  it('accepts the right signature among others and skips unknown versions', async () => {
    const signature = `v2,abcd v1a,${'A'.repeat(43)}= v1,${'A'.repeat(43)}= ${SIGNATURE}`;
    await expect(verifyWebhook({ ...received, signature })).resolves.toEqual({ valid: true });
    await expect(verifyWebhook({ ...received, secrets: [OTHER, ...VECTOR.secrets] })).resolves.toEqual({ valid: true });
  });

  it.each([
    ['another body', { body: '{"test": 2432232315}' }, 'NO_MATCHING_SIGNATURE'],
    ['another id', { id: 'msg_other' }, 'NO_MATCHING_SIGNATURE'],
    ['another secret', { secrets: [OTHER] }, 'NO_MATCHING_SIGNATURE'],
    ['another time', { timestamp: '1614265331' }, 'NO_MATCHING_SIGNATURE'],
    ['a cut signature', { signature: SIGNATURE.slice(0, 19) }, 'NO_MATCHING_SIGNATURE'],
    ['only unknown versions', { signature: SIGNATURE.replace('v1', 'v2') }, 'MALFORMED'],
    ['an empty signature', { signature: '' }, 'MALFORMED'],
    ['a time that is no number', { timestamp: '1614265330x' }, 'MALFORMED'],
    ['a time long past', { nowSeconds: VECTOR.timestampSeconds + 301 }, 'TIMESTAMP_OUT_OF_TOLERANCE'],
    ['a time to come', { nowSeconds: VECTOR.timestampSeconds - 301 }, 'TIMESTAMP_OUT_OF_TOLERANCE'],
  ])('refuses %s', async (_name, change, reason) => {
    await expect(verifyWebhook({ ...received, ...change })).resolves.toEqual({ valid: false, reason });
  });

  it('takes a tolerance', async () => {
    const late = { ...received, nowSeconds: VECTOR.timestampSeconds + 500 };
    await expect(verifyWebhook({ ...late, toleranceSeconds: 600 })).resolves.toEqual({ valid: true });
  });
});

describe('generateWebhookSecret', () => {
  it('makes secrets of 32 bytes that can sign', () => {
    const secret = generateWebhookSecret((size) => randomBytes(size));
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(isWebhookSecret(secret)).toBe(true);
    expect(isWebhookSecret('whsec_')).toBe(false);
  });
});
