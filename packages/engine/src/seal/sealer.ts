import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { EngineError } from '../util/engine-error.ts';
import { createHmacSha256 } from './hmac-sha256.ts';

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

/** A sealed text does not open: altered, moved to another place, or sealed under another master key. */
export class SealBrokenError extends EngineError {
  override readonly name = 'SealBrokenError';
  readonly code = 'SEAL_BROKEN';

  constructor(message: string, cause?: unknown) {
    super(message, { cause, hint: 'set DIP_MASTER_KEY or restore master.key of the data folder' });
  }
}

export const MASTER_KEY_BYTES = 32;
const FORMAT = 'v1.';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Creates a sealer over a master key of 32 bytes. The key itself encrypts nothing: each use has its own key, derived
 * with HKDF-SHA256.
 * @throws RangeError `ERR_INVALID_ARG_VALUE` when the key does not have 32 bytes.
 */
export function createSealer(masterKey: Uint8Array): Sealer {
  if (masterKey.byteLength !== MASTER_KEY_BYTES) {
    throw Object.assign(new RangeError(`masterKey must have ${MASTER_KEY_BYTES} bytes`), {
      code: 'ERR_INVALID_ARG_VALUE',
    });
  }
  const derive = (use: string): Buffer => Buffer.from(hkdfSync('sha256', masterKey, '', `dipswitch ${use}`, 32));
  const sealKey = derive('seal v1');
  const digests = new Map<string, (value: string) => string>();

  return {
    seal(plaintext, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(context, 'utf8'));
      const body = Buffer.concat([nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return FORMAT + body.toString('base64url');
    },
    open(sealed, context) {
      const body = Buffer.from(sealed.slice(FORMAT.length), 'base64url');
      if (!sealed.startsWith(FORMAT) || body.length < NONCE_BYTES + TAG_BYTES) {
        throw new SealBrokenError('the sealed text is not in a known form');
      }
      const decipher = createDecipheriv('aes-256-gcm', sealKey, body.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(context, 'utf8'));
      decipher.setAuthTag(body.subarray(body.length - TAG_BYTES));
      try {
        const text = decipher.update(body.subarray(NONCE_BYTES, body.length - TAG_BYTES));
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new SealBrokenError('the sealed text was altered, moved, or sealed under another master key', cause);
      }
    },
    keyedDigest(purpose, value) {
      let digest = digests.get(purpose);
      if (digest === undefined) {
        digest = createHmacSha256(derive(`digest v1 ${purpose}`));
        digests.set(purpose, digest);
      }
      return digest(value);
    },
  };
}
