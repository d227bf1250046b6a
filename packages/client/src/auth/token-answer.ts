import { Secret, tokenAnswerSchema, tokenErrorSchema } from '@dipswitch/contract';
import { DipswitchError, isDipswitchError } from '../errors.ts';
import type { CallAnswer, Sender, WireRequest } from '../wire.ts';

/** A token with the time that it was given, in milliseconds. */
export interface IssuedToken {
  readonly token: Secret;
  readonly lifetimeMs: number;
}

/** RFC 6749 only recommends `expires_in`; without it the token is held for this long. */
const ASSUMED_LIFETIME_MS = 300_000;

/** Sends a request without which there is no token. @throws AUTH_UNAVAILABLE, or the reason of its signal */
export async function sendForToken(sender: Sender, request: WireRequest): Promise<CallAnswer> {
  try {
    return await sender.send(request);
  } catch (error) {
    if (!isDipswitchError(error) || error === request.signal?.reason) throw error;
    throw new DipswitchError('AUTH_UNAVAILABLE', `no token: ${error.message}`, {
      cause: error,
      retryable: error.retryable,
      attempts: error.attempts,
    });
  }
}

/** @throws AUTH_REJECTED, AUTH_UNAVAILABLE, RESPONSE_MALFORMED, REDIRECT_REFUSED, UNEXPECTED_STATUS */
export function readTokenAnswer(answer: CallAnswer): IssuedToken {
  if (answer.status !== 200) throw refusal(answer);
  const parsed = tokenAnswerSchema.safeParse(answer.json);
  if (!parsed.success || parsed.data.token_type.toLowerCase() !== 'bearer') {
    const message = 'the token endpoint answered without a bearer token';
    throw new DipswitchError('RESPONSE_MALFORMED', message, factsOf(answer));
  }
  const { access_token, expires_in } = parsed.data;
  const lifetimeMs = expires_in === undefined ? ASSUMED_LIFETIME_MS : expires_in * 1000;
  return { token: new Secret(access_token), lifetimeMs };
}

/** What a status other than 200 means. Of the body only the registered error code is repeated. */
export function refusal(answer: CallAnswer, who = 'the token endpoint'): DipswitchError {
  const facts = factsOf(answer);
  if (answer.status === 429 || answer.status >= 500 || answer.status === 408) {
    return new DipswitchError('AUTH_UNAVAILABLE', `${who} answered ${answer.status}`, facts);
  }
  const said = tokenErrorSchema.safeParse(answer.json);
  if (said.success && /^[a-z_]{1,64}$/.test(said.data.error)) {
    return new DipswitchError('AUTH_REJECTED', `${who} refused: ${said.data.error}`, facts);
  }
  if (answer.status === 401 || answer.status === 403) {
    return new DipswitchError('AUTH_REJECTED', `${who} answered ${answer.status}`, facts);
  }
  const code = answer.status >= 300 && answer.status < 400 ? 'REDIRECT_REFUSED' : 'UNEXPECTED_STATUS';
  return new DipswitchError(code, `${who} answered ${answer.status}`, facts);
}

function factsOf(answer: CallAnswer): { status: number; requestId: string; attempts: number } {
  return { status: answer.status, requestId: answer.requestId, attempts: answer.attempts };
}
