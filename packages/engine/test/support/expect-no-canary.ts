import { expect } from 'vitest';

/** Fails when a text holds the canary in any of the spellings in which a value leaks. Texts by what they are. */
export function expectNoCanary(canary: string, surfaces: Readonly<Record<string, string>>): void {
  const bytes = Buffer.from(canary);
  const spellings = [
    canary,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
  for (const [surface, text] of Object.entries(surfaces)) {
    for (const spelling of spellings) expect(text.includes(spelling), `${surface} holds the canary`).toBe(false);
  }
}
