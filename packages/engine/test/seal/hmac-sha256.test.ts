import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHmacSha256 } from '../../src/seal/hmac-sha256.ts';

describe('createHmacSha256', () => {
  /** @see RFC 4231 section 4.2 and 4.3 */
  it.each([
    [Buffer.alloc(20, 0x0b), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      Buffer.from('Jefe'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
  ])('gives the digest of the known vector %#', (key, text, digest) => {
    expect(createHmacSha256(key)(text)).toBe(digest);
  });

  it('gives what node:crypto gives, for any key of up to 64 bytes and any texts, one after the other', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ minLength: 500, maxLength: 900 }))),
        (key, texts) => {
          const digest = createHmacSha256(key);
          for (const text of [...texts, 'äöü€𝄞', '\ud800', '']) {
            expect(digest(text)).toBe(createHmac('sha256', key).update(text, 'utf8').digest('hex'));
          }
        },
      ),
    );
  });

  it('refuses a key that would have to be hashed first', () => {
    expect(() => createHmacSha256(new Uint8Array(65))).toThrow(RangeError);
  });
});
