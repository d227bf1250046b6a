import { describe, expect, it } from 'vitest';
import { generateCredential, isWellFormedCredential } from '../../../src/features/oauth/credential.ts';

describe('generateCredential', () => {
  it('makes a different text each time, which its checksum confirms', () => {
    const made = Array.from({ length: 50 }, () => generateCredential('dips_'));
    expect(new Set(made).size).toBe(50);
    expect(made.every((text) => /^dips_[A-Za-z0-9_-]{49}$/.test(text) && isWellFormedCredential(text, 'dips_'))).toBe(
      true,
    );
  });

  it('is not confirmed under the other prefix', () => {
    const text = generateCredential('dips_');
    expect(isWellFormedCredential(text, 'dipk_')).toBe(false);
    expect(isWellFormedCredential(text.replace('dips_', 'dipk_'), 'dipk_')).toBe(false);
  });

  it('is not confirmed with any one character changed', () => {
    const text = generateCredential('dipk_');
    for (let index = 5; index < text.length - 6; index += 1) {
      // A bit that is not a padding bit: the last character of 32 bytes carries two of those.
      const flipped = text[index] === 'A' ? 'Q' : 'A';
      const changed = text.slice(0, index) + flipped + text.slice(index + 1);
      if (Buffer.from(changed.slice(5, 48), 'base64url').equals(Buffer.from(text.slice(5, 48), 'base64url'))) continue;
      expect(isWellFormedCredential(changed, 'dipk_')).toBe(false);
    }
  });

  it.each(['', 'dips_', 'hunter2', 'dips_short'])('is not %j', (text) => {
    expect(isWellFormedCredential(text, 'dips_')).toBe(false);
  });
});
