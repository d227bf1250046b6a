const SECRET_PREFIX = 'whsec_';
const SECRET_MIN_BYTES = 24;
const SECRET_MAX_BYTES = 64;
const SECRET_DEFAULT_BYTES = 32;
const DEFAULT_TOLERANCE_SECONDS = 300;

export interface SignWebhookOptions {
  /** `webhook-id`: the same for every attempt of one delivery. */
  readonly id: string;
  /** `webhook-timestamp`: of this attempt, whole seconds since the epoch. */
  readonly timestampSeconds: number;
  readonly body: string;
  /** `whsec_` secrets; one signature for each, so that a receiver that still holds the old one accepts too. */
  readonly secrets: readonly string[];
}

export interface VerifyWebhookOptions {
  readonly id: string;
  /** `webhook-timestamp` as received. */
  readonly timestamp: string;
  /** `webhook-signature` as received: a space-separated list. */
  readonly signature: string;
  readonly body: string;
  readonly secrets: readonly string[];
  readonly nowSeconds: number;
  /** How far the timestamp may lie from now, either way; default 300. */
  readonly toleranceSeconds?: number;
}

export type WebhookVerdict =
  | { readonly valid: true }
  | { readonly valid: false; readonly reason: 'MALFORMED' | 'TIMESTAMP_OUT_OF_TOLERANCE' | 'NO_MATCHING_SIGNATURE' };

/**
 * Makes the `webhook-signature` header: `v1,<base64>` for each secret, separated by spaces.
 * @throws TypeError for a secret that is not `whsec_` and base64 of 24 to 64 bytes, an id that is empty or holds a
 * full stop, or a time that is not whole seconds. @see https://www.standardwebhooks.com
 */
export async function signWebhook(options: SignWebhookOptions): Promise<string> {
  const { id, timestampSeconds, body, secrets } = options;
  if (id === '' || id.includes('.')) throw invalidArgument('the webhook id must not be empty or hold a full stop');
  if (!Number.isSafeInteger(timestampSeconds) || timestampSeconds < 0) {
    throw invalidArgument('the webhook timestamp must be whole seconds since the epoch');
  }
  if (secrets.length === 0) throw invalidArgument('a webhook needs at least one secret');
  const content = toSignedContent(id, String(timestampSeconds), body);
  const signatures = await Promise.all(
    secrets.map(async (secret) => {
      const key = await importKey(secret, 'sign');
      return `v1,${toBase64(new Uint8Array(await crypto.subtle.sign('HMAC', key, content)))}`;
    }),
  );
  return signatures.join(' ');
}

/** Judges a received delivery against every signature and secret; compares in constant time. @throws TypeError for a malformed secret. */
export async function verifyWebhook(options: VerifyWebhookOptions): Promise<WebhookVerdict> {
  const { id, timestamp, signature, body, secrets, nowSeconds } = options;
  if (id === '' || !/^\d{1,15}$/.test(timestamp)) return { valid: false, reason: 'MALFORMED' };
  const tolerance = options.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS;
  if (Math.abs(nowSeconds - Number(timestamp)) > tolerance) {
    return { valid: false, reason: 'TIMESTAMP_OUT_OF_TOLERANCE' };
  }
  const candidates = toSignatures(signature);
  if (candidates.length === 0) return { valid: false, reason: 'MALFORMED' };
  const content = toSignedContent(id, timestamp, body);
  for (const secret of secrets) {
    const key = await importKey(secret, 'verify');
    for (const candidate of candidates) {
      if (await crypto.subtle.verify('HMAC', key, candidate, content)) return { valid: true };
    }
  }
  return { valid: false, reason: 'NO_MATCHING_SIGNATURE' };
}

/** Makes a secret of 32 bytes. `randomBytes` must give cryptographically random bytes. */
export function generateWebhookSecret(randomBytes: (sizeBytes: number) => Uint8Array): string {
  return SECRET_PREFIX + toBase64(randomBytes(SECRET_DEFAULT_BYTES));
}

/** Whether a text is a secret that `signWebhook` accepts. */
export function isWebhookSecret(secret: string): boolean {
  return toSecretBytes(secret) !== null;
}

function toSignedContent(id: string, timestamp: string, body: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${id}.${timestamp}.${body}`);
}

/** The `v1` signatures of a header; other versions are skipped, as the specification asks. */
function toSignatures(header: string): Uint8Array<ArrayBuffer>[] {
  const signatures: Uint8Array<ArrayBuffer>[] = [];
  for (const part of header.split(' ')) {
    const bytes = part.startsWith('v1,') ? fromBase64(part.slice(3)) : null;
    if (bytes !== null) signatures.push(bytes);
  }
  return signatures;
}

async function importKey(secret: string, usage: 'sign' | 'verify') {
  const bytes = toSecretBytes(secret);
  if (bytes === null) {
    throw invalidArgument(`a webhook secret must be ${SECRET_PREFIX} and base64 of 24 to 64 bytes`);
  }
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [usage]);
}

function toSecretBytes(secret: string): Uint8Array<ArrayBuffer> | null {
  const bytes = secret.startsWith(SECRET_PREFIX) ? fromBase64(secret.slice(SECRET_PREFIX.length)) : null;
  if (bytes === null || bytes.length < SECRET_MIN_BYTES || bytes.length > SECRET_MAX_BYTES) return null;
  return bytes;
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text)) return null;
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

function invalidArgument(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' });
}
