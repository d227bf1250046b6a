import type { Sealer } from '../../../seal/sealer.ts';
import { ProblemError } from '../../../util/problem-error.ts';
import type { ExecutionCall } from '../call/execution-call.ts';
import { canonicalValues } from '../input/input-values.ts';

const KEY_MAX_LENGTH = 255;
const KEY_PURPOSE = 'idempotency key';
const REQUEST_PURPOSE = 'idempotency request';

/** Digests of what makes a write the same one, and of what it was asked to do. */
export interface IdempotencyIdentity {
  readonly keyHash: string;
  readonly requestHash: string;
}

/**
 * Recognises a repeated write by its key, else by the contact it is made for and its arguments; null when there is
 * neither. Only keyed digests leave this function: keys and arguments may hold a caller's number.
 * @throws ProblemError INVALID_REQUEST when the key is empty or too long
 */
export function toIdempotencyIdentity(
  call: ExecutionCall,
  sealer: Pick<Sealer, 'keyedDigest'>,
): IdempotencyIdentity | null {
  const { idempotencyKey, values, runner } = call;
  // An empty contact is none: it would make the same write of every caller that has nothing to say.
  const contactId = call.contactId === '' ? null : call.contactId;
  const { tenant, actionId } = runner.compiled.action;
  if (idempotencyKey === null && contactId === null) return null;
  if (idempotencyKey !== null && (idempotencyKey === '' || idempotencyKey.length > KEY_MAX_LENGTH)) {
    throw new ProblemError('INVALID_REQUEST', `\`Idempotency-Key\` must have 1 to ${KEY_MAX_LENGTH} characters.`);
  }
  const request = canonicalValues(values);
  const key = idempotencyKey === null ? ['contact', contactId, request] : ['key', idempotencyKey];
  return {
    keyHash: sealer.keyedDigest(KEY_PURPOSE, JSON.stringify([tenant, actionId, ...key])),
    requestHash: sealer.keyedDigest(REQUEST_PURPOSE, JSON.stringify([tenant, actionId, request])),
  };
}
