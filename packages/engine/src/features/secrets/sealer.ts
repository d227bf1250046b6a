/**
 * Seals small texts under the engine's master key (AES-256-GCM, random nonce, `context` as associated data, so that a
 * sealed value moved to another row does not open).
 */
export interface Sealer {
  seal(plaintext: string, context: string): string;
  /** @throws SealBrokenError when the text was altered, moved, or sealed under another key. */
  open(sealed: string, context: string): string;
  /** HMAC-SHA256 (hex) under a key derived from the master key for `purpose`. */
  keyedDigest(purpose: string, value: string): string;
}
