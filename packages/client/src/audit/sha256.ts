import { hash } from 'node:crypto';

/** SHA-256 of a text in UTF-8, hexadecimal; the one-shot form costs half of a Hash object. */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex');
}
