import { hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Room for the texts that are digested most; longer ones get a buffer of their own. */
const TEXT_BYTES = 512;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/**
 * HMAC-SHA256 (hex) of texts in UTF-8 under one key of at most 64 bytes. By two calls of the one-shot hash over buffers
 * that are padded once: `createHmac` sets up a context for each call, which takes more than ten times as long as
 * digesting a telephone number.
 * @see RFC 2104 section 2
 */
export function createHmacSha256(key: Uint8Array): (text: string) => string {
  if (key.byteLength > BLOCK_BYTES) {
    throw Object.assign(new RangeError(`key may have ${BLOCK_BYTES} bytes`), { code: 'ERR_INVALID_ARG_VALUE' });
  }
  const inner = pad(key, INNER_PAD, TEXT_BYTES);
  const outer = pad(key, OUTER_PAD, DIGEST_BYTES);
  return (text) => {
    const length = Buffer.byteLength(text);
    let message = inner;
    if (length > TEXT_BYTES) {
      message = Buffer.allocUnsafe(BLOCK_BYTES + length);
      inner.copy(message, 0, 0, BLOCK_BYTES);
    }
    message.write(text, BLOCK_BYTES);
    hash('sha256', message.subarray(0, BLOCK_BYTES + length), 'buffer').copy(outer, BLOCK_BYTES);
    // What was digested is a secret; it does not stay in a buffer that lives as long as the engine.
    message.fill(0, BLOCK_BYTES, BLOCK_BYTES + length);
    return hash('sha256', outer, 'hex');
  };
}

function pad(key: Uint8Array, byte: number, room: number): Buffer {
  const padded = Buffer.alloc(BLOCK_BYTES + room, byte);
  for (const [index, value] of key.entries()) padded[index] = value ^ byte;
  return padded;
}
