import { describe, expect, it } from 'vitest';
import { createSealer } from '../../src/seal/sealer.ts';

const sealer = createSealer(new Uint8Array(32).fill(7));

describe('createSealer', () => {
  it('opens what it sealed in the same context', () => {
    expect(sealer.open(sealer.seal('pässword', 'secret:default/db'), 'secret:default/db')).toBe('pässword');
  });

  it('seals the same text differently each time', () => {
    expect(sealer.seal('a', 'c')).not.toBe(sealer.seal('a', 'c'));
  });

  it('does not open a text that was moved to another context', () => {
    const sealed = sealer.seal('value', 'row-1');
    expect(() => sealer.open(sealed, 'row-2')).toThrow(expect.objectContaining({ code: 'SEAL_BROKEN' }));
  });

  it('does not open a text in which any one byte was altered', () => {
    const bytes = Buffer.from(sealer.seal('value', 'c').slice(3), 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const altered = Buffer.from(bytes);
      altered[index] = altered[index]! ^ 1;
      expect(() => sealer.open(`v1.${altered.toString('base64url')}`, 'c')).toThrow(/altered/);
    }
  });

  it('does not open a text sealed under another master key', () => {
    const other = createSealer(new Uint8Array(32).fill(8));
    expect(() => sealer.open(other.seal('value', 'c'), 'c')).toThrow(/another master key/);
  });

  it.each(['', 'v1.', 'v2.AAAA', 'plain text', 'v1.AAAA'])('refuses %j as sealed text', (text) => {
    expect(() => sealer.open(text, 'c')).toThrow(/known form/);
  });

  it('gives a digest that depends on purpose, value and key, and is stable', () => {
    const digest = sealer.keyedDigest('client-secret', 'x');
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(sealer.keyedDigest('client-secret', 'x')).toBe(digest);
    expect(sealer.keyedDigest('api-key', 'x')).not.toBe(digest);
    expect(sealer.keyedDigest('client-secret', 'y')).not.toBe(digest);
    expect(createSealer(new Uint8Array(32)).keyedDigest('client-secret', 'x')).not.toBe(digest);
  });

  it('refuses a master key that does not have 32 bytes', () => {
    expect(() => createSealer(new Uint8Array(31))).toThrow(RangeError);
  });
});
