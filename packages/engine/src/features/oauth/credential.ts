import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What the engine hands out: recognisable to scanners by its prefix, and by its checksum without asking anybody. */
export type CredentialPrefix = 'dips_' | 'dipk_';

const RANDOM_BYTES = 32;

/** Makes a credential: prefix, 32 random bytes and their CRC-32, in base64url. */
export function generateCredential(prefix: CredentialPrefix): string {
  const random = randomBytes(RANDOM_BYTES);
  return prefix + random.toString('base64url') + checksum(prefix, random);
}

/** Whether a text is one that `generateCredential` can have made; says nothing about who owns it. */
export function isWellFormedCredential(text: string, prefix: CredentialPrefix): boolean {
  const match = /^(dip[sk]_)([A-Za-z0-9_-]{43})([A-Za-z0-9_-]{6})$/.exec(text);
  if (match?.[1] !== prefix) return false;
  return checksum(prefix, Buffer.from(match[2] ?? '', 'base64url')) === match[3];
}

function checksum(prefix: string, random: Uint8Array): string {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(random, crc32(prefix)));
  return value.toString('base64url');
}
